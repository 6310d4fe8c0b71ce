// What holds for every transport: two of a kind talk to each other over loopback, and to peers that are not there.

import { afterEach, describe, expect, test } from "vitest";
import type { Flow, SecurePeer, TransportName } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import type { StreamLimits } from "./stream-limits.ts";
import type { BoundListener, Transport, TransportEvents } from "./transport.ts";

export interface TransportKind {
  readonly title: string;
  readonly transport: TransportName;
  /** Of connections, with limits; a transport without connections takes no notice of them. */
  open(events: TransportEvents, limits: Partial<StreamLimits>): Promise<Transport>;
  /** Whom flows of this kind lead to. */
  readonly peer: SecurePeer | null;
  readonly certificate: string | null;
}

export interface Station {
  readonly transport: Transport;
  readonly bound: BoundListener;
  readonly heard: { readonly flow: Flow; readonly text: string }[];
  readonly errors: { readonly flow: Flow; readonly detail: string }[];
  /** Of connections that are gone. */
  readonly closed: Flow[];
  readonly log: string[];
}

export const request = (id: string, body = ""): string =>
  `OPTIONS sip:a SIP/2.0\r\nCall-ID: ${id}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A turn of the event loop at a time, until it holds; the test's own time limit ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setImmediate(go));
}

const closing: (() => Promise<void> | void)[] = [];

/** To be called after the test, last first. */
export function onEnd(close: () => Promise<void> | void): void {
  closing.push(close);
}

export async function endAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

/** A transport of the kind with one listener, and all that it heard. */
export async function openStation(
  kind: TransportKind,
  address: string,
  options: { readonly port?: number; readonly limits?: Partial<StreamLimits>; readonly keepAlive?: number } = {},
): Promise<Station> {
  const { port = 0, limits = {}, keepAlive = null } = options;
  const heard: Station["heard"] = [];
  const errors: Station["errors"] = [];
  const closed: Flow[] = [];
  const log: string[] = [];
  const events: TransportEvents = {
    onMessage: (flow, text) => void heard.push({ flow, text }),
    onError: (flow, detail) => void errors.push({ flow, detail }),
    onClose: (flow) => void closed.push(flow),
    log: createLog({ level: "info", form: "json", color: false, write: (line) => void log.push(line) }),
  };
  const transport = await kind.open(events, limits);
  onEnd(() => transport.close());
  const { transport: name, certificate } = kind;
  const bound = await transport.listen("lan", { transport: name, address, port, certificate, keepAlive });
  return { transport, bound, heard, errors, closed, log };
}

/** The flow from one station's listener to where another listens. */
export function flowBetween(kind: TransportKind, from: Station, to: { address: string; port: number }): Flow {
  return {
    network: "lan",
    transport: kind.transport,
    localAddress: from.bound.address,
    localPort: from.bound.port,
    remoteAddress: to.address,
    remotePort: to.port,
    ...(kind.peer === null ? {} : { peer: kind.peer }),
  };
}

/** What every transport does. */
export function describeTransport(kind: TransportKind): void {
  describe(`${kind.title}: every transport`, () => {
    afterEach(endAll);

    test.each([
      ["127.0.0.1", "127.0.0.2"],
      ["::1", "::1"],
    ])("carries messages from %s to %s and answers back, byte for byte", async (here, there) => {
      const [one, other] = [await openStation(kind, here), await openStation(kind, there)];
      const allBytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
      const flow = flowBetween(kind, one, other.bound);
      one.transport.send(flow, request("1", allBytes));
      await until(() => other.heard.length === 1);
      const [arrived] = other.heard;
      expect(arrived?.text).toBe(request("1", allBytes));
      expect(arrived?.flow).toMatchObject({
        network: "lan",
        transport: kind.transport,
        localAddress: there,
        localPort: other.bound.port,
        remoteAddress: here,
      });
      other.transport.send(arrived?.flow as Flow, request("answer"));
      await until(() => one.heard.length === 1);
      expect(one.heard).toMatchObject([{ flow, text: request("answer") }]);
      await until(() => one.transport.counters.sent === 1 && other.transport.counters.sent === 1);
      expect(one.transport.counters).toMatchObject({ received: 1, sent: 1, failed: 0 });
    });

    test("carries the longest message that there may be", async () => {
      const [one, other] = [await openStation(kind, "127.0.0.1"), await openStation(kind, "127.0.0.2")];
      const text = request("long", "x".repeat(60_000));
      one.transport.send(flowBetween(kind, one, other.bound), text);
      await until(() => other.heard.length === 1);
      expect(other.heard[0]?.text === text).toBe(true);
    });

    test("tells later what could not be sent, and counts it", async () => {
      const one = await openStation(kind, "127.0.0.1");
      const flow = flowBetween(kind, one, { address: "127.0.0.2", port: 0 });
      one.transport.send(flow, request("1"));
      const lost = { ...flow, localPort: one.bound.port === 1 ? 2 : 1, remotePort: 9 };
      one.transport.send(lost, request("2"));
      expect(one.errors).toEqual([]);
      await until(() => one.errors.length === 2);
      expect(one.errors).toEqual([
        { flow, detail: "port 0" },
        { flow: lost, detail: "no listener has this local address" },
      ]);
      expect(one.transport.counters.failed).toBe(2);
    });

    test("names a port that is taken, and frees its own when it closes", async () => {
      const one = await openStation(kind, "127.0.0.1");
      const { port } = one.bound;
      await expect(openStation(kind, "127.0.0.1", { port })).rejects.toMatchObject({ code: "address-in-use" });
      await one.transport.close();
      expect((await openStation(kind, "127.0.0.1", { port })).bound.port).toBe(port);
    });

    test("after closing nothing is sent", async () => {
      const one = await openStation(kind, "127.0.0.1");
      await one.transport.close();
      one.transport.send(flowBetween(kind, one, { address: "127.0.0.2", port: 9 }), request("late"));
      await until(() => one.errors.length === 1);
      expect(one.transport.counters.failed).toBe(1);
    });
  });
}
