// What is explained of trunks that are known by a password or by the line that was registered: as their calls would fare, proof shown.
import { afterEach, expect, it } from "vitest";
import { register, rigWithRegistrar } from "./registering-pbx.ts";
import { registered } from "./registrar-peer.ts";
import type { Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => {
  rig.stop();
  rig.expectNothingLeft();
});

function explain(from: string, to: string) {
  const answer = rig.engine.explain({ from, to, caller: "+12025550100", headers: [] }, rig.now);
  if (typeof answer === "string") throw new Error(answer);
  return answer;
}

it("a PBX that registers: its calls out, and calls to its contact", () => {
  rig = rigWithRegistrar();
  expect(explain("pbx", "+13035550142")).toMatchObject({ ingressTrunk: "pbx", route: "outbound", status: 200 });
  expect(explain("carrier-a", "+12025550101")).toMatchObject({ route: "inbound", status: 480, targets: [] });
  register(rig);
  const into = explain("carrier-a", "+12025550101");
  expect(into).toMatchObject({
    status: 200,
    targets: [{ trunk: "pbx", target: "sip:office@10.0.0.20:5080", state: "ready" }],
  });
  expect(into.invite?.[0]).toBe("INVITE sip:office@10.0.0.20:5080 SIP/2.0");
  // Nothing of it was done.
  expect(rig.records).toEqual([]);
});

it("a provider that we register with and know by nothing else", () => {
  rig = registered(600, { more: { identify: { addresses: [] } } }).rig;
  expect(explain("carrier-a", "+12025550101")).toMatchObject({
    ingressTrunk: "carrier-a",
    route: "inbound",
    status: 200,
  });
});
