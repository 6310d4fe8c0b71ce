// Whatever happens in whatever order: the timers that run are those that the layer knows of, and none is left over.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Flow } from "../transport/index.ts";
import { Exchange, requestText, responseTo, TCP, UDP } from "./sample-exchange.ts";

let world = new Exchange();

test("running are those that were started and neither stopped nor fired, whatever happens; at the end none", () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constantFrom("request", "again", "respond", "send", "answer"),
      which: fc.nat(3),
      status: fc.constantFrom(100, 180, 200, 299, 302, 486, 603),
    }),
    fc.record({
      do: fc.constantFrom("ack", "cancel in", "cancel", "abandon", "terminate", "fail", "fire", "fire"),
      which: fc.nat(3),
      status: fc.constant(0),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, reliable) => {
      world = new Exchange({ limit: 6 });
      play(steps, reliable ? TCP : UDP);
      expect([...world.ledger.running.keys()].sort()).toEqual(runningTimers());
      // Everything but what waits for its user ends by itself.
      for (let timer = world.ledger.takeNext(); timer !== null; timer = world.ledger.takeNext())
        world.layer.fireTimer(timer, world.ledger.moment);
      for (const key of known) world.layer.terminate(key, world.ledger.moment);
      expect([world.layer.size, world.ledger.running.size]).toEqual([0, 0]);
    }),
    { numRuns: 400 },
  );
});

const METHODS = ["INVITE", "OPTIONS", "BYE", "INVITE"];
/** Every key that `play` may have made. */
let known = new Set<string>();

function runningTimers(): string[] {
  return [...known].flatMap((key) => world.layer.get(key)?.running.map(({ name }) => `${key}|${name}`) ?? []).sort();
}

function play(steps: readonly { do: string; which: number; status: number }[], flow: Flow): void {
  known = new Set();
  for (const { do: what, which, status } of steps) {
    const method = METHODS[which] as string;
    const parts = { branch: `z9hG4bK${which}`, callId: `call-${which}` };
    const serverKey = `s|lan|${flow.transport}|192.0.2.40|192.0.2.40|z9hG4bK${which}|${method}`;
    const clientKey = `c|z9hG4bK${which}|${method}`;
    const text = requestText(method, { ...parts, sentBy: "198.51.100.10" });
    known.add(serverKey).add(clientKey).add(`c|z9hG4bK${which}|CANCEL`);
    const { moment } = world.ledger;
    if (what === "request" || what === "again") world.arrive(method, parts, flow);
    else if (what === "respond") world.respond(serverKey, status);
    else if (what === "ack") world.arrive("ACK", parts, flow);
    else if (what === "cancel in") world.arrive("CANCEL", parts, flow);
    else if (what === "cancel") world.layer.cancel(clientKey, moment);
    else if (what === "abandon") world.layer.abandon(clientKey, moment);
    else if (what === "terminate") world.layer.terminate(clientKey, moment);
    else if (what === "fail") world.layer.failFlow(flow, moment);
    else if (what === "answer") world.layer.receiveResponse(responseTo(text, status), flow, moment);
    else if (what === "send" && world.layer.get(clientKey) === undefined) {
      world.layer.request({ method, branch: `z9hG4bK${which}`, text, flow, user: "u" }, moment);
    } else if (what === "fire") {
      const timer = world.ledger.takeNext();
      if (timer !== null) world.layer.fireTimer(timer, world.ledger.moment);
    }
    expect(world.layer.size).toBeLessThanOrEqual(6);
  }
}
