// The number by which the way of emergency calls is tried: it goes as they do, and nobody takes it for one.
import { describe, expect, it } from "vitest";
import { answer, callOut, take } from "./established.ts";
import { inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig, type RigOptions } from "./rig.ts";

const ELIN = "+12025550190";
const locations = { hq: { address: { country: "US", city: "Washington" }, elins: [ELIN] } };
const MORE = { pbx: { emergency: { location: "hq" } }, "carrier-a": { emergency: { convey: "pidf-lo" } } };

let calls = 0;

function dial(rig: Rig, number: string, from = "sip:204@10.0.0.20"): Message {
  calls += 1;
  const names = { callId: `t${calls}`, branch: `z9hG4bKt${calls}` };
  return callOut(rig, { to: `sip:${number}@127.0.0.1`, from, ...names });
}

const office = (options: RigOptions = {}, more: ConstructorParameters<typeof Rig>[0] = MORE): Rig =>
  new Rig(more, { ...options, besides: { country: "US", locations, ...options.besides } });

describe("a call to it", () => {
  it("goes where emergency calls go, with the place and the number that they would show", () => {
    const invite = dial(office(), "933");
    expect(invite.firstLine).toBe("INVITE sip:933@192.0.2.3:5060 SIP/2.0");
    expect(invite.header("From")).toContain(`<sip:${ELIN}@`);
    expect(invite.header("Geolocation")).toMatch(/^<cid:/);
  });

  it.each([false, true])(
    "is none in its record and among live calls, and a test in its audit record (%s)",
    (handOver) => {
      const rig = office({ handOver });
      answer(rig, dial(rig, "933"));
      expect(rig.engine.liveCalls()).toMatchObject([{ called: "933", emergency: false }]);
      rig.give({ kind: "hang-up", call: rig.engine.liveCalls()[0]?.id ?? "" });
      rig.pass(60_000);
      expect(rig.records).toMatchObject([{ called: "933", emergency: false, route: "emergency" }]);
      expect(rig.emergencies[0]).toMatchObject({ kind: "begun", test: { by: "dialled" } });
      expect(rig.emergencies.at(-1)).toMatchObject({ kind: "ended" });
    },
  );

  it("leads no call back astray: who has called for help is called back", () => {
    const rig = office();
    dial(rig, "911", "sip:205@10.0.0.20");
    dial(rig, "933", "sip:204@10.0.0.20");
    rig.sentTo("pbx");
    const back = inviteFrom("192.0.2.3", 5060, { to: `sip:${ELIN}@127.0.0.2`, callId: "back", branch: "z9hG4bKback" });
    rig.receive("carrier-a", back);
    expect(rig.linesTo("pbx").some((line) => line.startsWith("INVITE sip:205@"))).toBe(true);
  });

  it("is held to limits, so that calls for help are not kept out by it", () => {
    const rig = office({}, { ...MORE, pbx: { ...MORE.pbx, limits: { calls: 1 } } });
    dial(rig, "933");
    rig.sentTo("pbx");
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "sip:933@127.0.0.1", callId: "x", branch: "z9hG4bKx" }));
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 503 Service Unavailable");
    expect(dial(rig, "911").firstLine).toContain("sip:911@");
  });

  it("is turned away while we are overloaded", () => {
    const rig = office();
    for (let sample = 0; sample < 6; sample += 1) rig.give({ kind: "load", lagMs: 500, busy: 1 });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "sip:933@127.0.0.1" }));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 503 Service Unavailable"]);
  });

  it("is asked of the next carrier after any refusal, as calls for help are", () => {
    const rig = office();
    rig.receive("carrier-a", replyTo(dial(rig, "933"), 403));
    expect(take(rig, "carrier-b", "INVITE").firstLine).toContain("sip:933@");
  });

  it("is explained as what it is", () => {
    const explained = office().engine.explain({ from: "pbx", to: "933", caller: "204", headers: [] }, 0);
    expect(explained).toMatchObject({ emergency: false, emergencyTest: true, route: "emergency" });
  });
});

it.each([
  ["of another country is an ordinary one", { country: "GB", emergencyNumbers: ["911"] }, "933", []],
  [
    "that is switched off is an ordinary one",
    { emergencyNumbers: ["911"], emergency: { testNumber: "none" } },
    "933",
    [],
  ],
  ["of one's own is one", { country: "GB", emergency: { testNumber: "1234" } }, "1234", ["begun"]],
  [
    "that stands among emergency numbers is a test all the same",
    { emergencyNumbers: ["933", "911"] },
    "933",
    ["begun"],
  ],
])("a number %s", (_, besides, number, kinds) => {
  const rig = office({ besides: { ...besides, routes: [{ name: "all", to: ["carrier-a"] }] } });
  dial(rig, number);
  expect(rig.emergencies.slice(0, 1).map(({ kind }) => kind)).toEqual(kinds);
  expect(rig.emergencies.every((step) => step.kind !== "begun" || step.test !== null)).toBe(true);
});

it("a call to urn:service:sos is never one to it", () => {
  const rig = office({ besides: { emergencyNumbers: ["933", "911"] } });
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "urn:service:sos" }));
  expect(take(rig, "carrier-a", "INVITE").firstLine).toContain("sip:911@");
});
