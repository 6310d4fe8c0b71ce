// Tests of ours of the way of emergency calls: a caller inside the engine, whose call is one as any other and whose messages never reach the wire.
import { describe, expect, it } from "vitest";
import { CARRIER, take } from "./established.ts";
import { audioOf, followBack, type Message, replyTo } from "./peer.ts";
import { Rig, type RigOptions } from "./rig.ts";

const locations = { hq: { address: { country: "US", city: "Washington" }, elins: ["+12025550190"] } };
const MORE = { pbx: { emergency: { location: "hq" } }, "carrier-a": { emergency: { convey: "pidf-lo" } } };
const ORDER = { from: "pbx", caller: "+12025550100", trunk: "carrier-a", talkMs: 5000, answerWithinMs: 30_000 };

function office(options: RigOptions = {}, more: ConstructorParameters<typeof Rig>[0] = MORE): Rig {
  return new Rig(more, { ...options, besides: { country: "US", locations, ...options.besides } });
}

function order(rig: Rig, changes: Partial<typeof ORDER> = {}): void {
  rig.give({ kind: "emergency-test", order: { ...ORDER, ...changes } });
}

function answer(rig: Rig, invite: Message): void {
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
}

const kinds = (rig: Rig): readonly string[] => rig.emergencies.map(({ kind }) => kind);
const outcome = (rig: Rig) => rig.emergencies.find(({ kind }) => kind === "ended");

describe.each([false, true])("a test (another engine after each input: %s)", (handOver) => {
  it("goes out as a call for help would, is acknowledged, and hung up after a while", () => {
    const rig = office({ handOver });
    order(rig);
    const invite = take(rig, "carrier-a", "INVITE");
    expect(invite.body).toContain("m=audio 30000 RTP/AVP");
    expect(invite.firstLine).toBe("INVITE sip:933@192.0.2.3:5060 SIP/2.0");
    expect(invite.header("From")).toContain("+12025550190");
    expect(invite.header("Geolocation")).toMatch(/^<cid:/);
    expect(rig.emergencies[0]).toMatchObject({
      kind: "begun",
      test: { by: "schedule", trunk: "carrier-a" },
      ingressTrunk: "pbx",
      caller: "+12025550100",
      location: { name: "hq" },
    });
    answer(rig, invite);
    expect(rig.linesTo("carrier-a")).toEqual(["ACK sip:192.0.2.3:5060 SIP/2.0"]);
    rig.pass(4999);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.pass(1);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
    expect(kinds(rig)).toEqual(["begun", "routed", "tried", "answered", "ended"]);
    expect(outcome(rig)).toMatchObject({ cause: "normal-clearing", endedBy: "caller", durationMs: 5000 });
    expect(rig.records).toMatchObject([{ emergency: false, called: "933", egressTrunk: "carrier-a" }]);
    expect(rig.linesTo("pbx")).toEqual([]);
    expect(rig.everything.filter(({ to }) => to === "stranger")).toEqual([]);
    rig.expectNothingLeft();
  });

  it("is of one trunk: where that refuses, no other is asked", () => {
    const rig = office({ handOver });
    order(rig, { trunk: "carrier-b" });
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 404));
    expect(outcome(rig)).toMatchObject({ cause: "unknown-number" });
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.expectNothingLeft();
  });

  it("that nobody answers is given up", () => {
    const rig = office({ handOver });
    order(rig);
    const invite = take(rig, "carrier-a", "INVITE");
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.pass(30_000);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "CANCEL"), 200));
    rig.receive("carrier-a", replyTo(invite, 487));
    expect(outcome(rig)).toMatchObject({ cause: "cancelled", durationMs: 0 });
    rig.expectNothingLeft();
  });

  it("that the other side hangs up is over", () => {
    const rig = office({ handOver });
    order(rig);
    const invite = take(rig, "carrier-a", "INVITE");
    answer(rig, invite);
    rig.sentTo("carrier-a");
    const bye = followBack(invite, "BYE", { branch: "z9hG4bKbye2", sequence: 1, via: "192.0.2.3:5060" });
    rig.receive("carrier-a", bye);
    expect(outcome(rig)).toMatchObject({ cause: "normal-clearing", endedBy: "callee" });
    rig.expectNothingLeft();
  });

  it("whose carrier keeps silent fails", () => {
    const rig = office({ handOver });
    order(rig);
    rig.pass(60_000);
    expect(outcome(rig)).toMatchObject({ cause: "target-failure" });
    rig.expectNothingLeft();
  });

  it("whose audio cannot be carried fails", () => {
    const rig = office({ handOver });
    rig.failMedia = "offer";
    order(rig);
    expect(outcome(rig)).toMatchObject({ cause: "media-failure" });
    rig.expectNothingLeft();
  });
});

it.each([
  ["encryption that its telephones must have", { media: { encryption: "sdes" } }],
  ["reliable responses", { signaling: { reliableProvisional: "required" } }],
  ["no caller's number but its own", { identity: { callerHeader: "remote-party-id" } }],
])("a trunk with %s can be called from too", (_, settings) => {
  const rig = office({}, { ...MORE, pbx: { ...MORE.pbx, ...settings } });
  order(rig);
  answer(rig, take(rig, "carrier-a", "INVITE"));
  rig.pass(5000);
  expect(kinds(rig)).toEqual(["begun", "routed", "tried", "answered", "ended"]);
});

it("is not kept out by limits, and a route that leads elsewhere makes it fail", () => {
  const limits = { calls: 0, emergencyReserve: 0 };
  const limited = office({}, { ...MORE, pbx: { ...MORE.pbx, limits }, "carrier-a": { limits } });
  order(limited);
  expect(take(limited, "carrier-a", "INVITE").firstLine).toContain("sip:933@");
  const elsewhere = office({ besides: { routes: [{ name: "sos", match: { emergency: true }, to: ["carrier-b"] }] } });
  order(elsewhere);
  expect(outcome(elsewhere)).toMatchObject({ cause: "no-route" });
  elsewhere.expectNothingLeft();
});

it.each([
  [{ trunk: "nobody" }, {}],
  [{ from: "nobody" }, {}],
  [{}, { emergency: { testNumber: "none" } }],
])("what cannot be tried is said: %j %j", (changes, besides) => {
  const rig = office({ besides });
  order(rig, changes);
  expect(rig.logs).toEqual(["error The way of emergency calls was not tried."]);
  expect(rig.emergencies).toEqual([]);
});

it("so many go on at once, and no more", () => {
  const rig = office();
  for (let count = 0; count < 11; count += 1) order(rig);
  expect(rig.logs.filter((line) => line.startsWith("error"))).toHaveLength(1);
  expect(rig.engine.liveCalls()).toHaveLength(10);
});

it("nobody else speaks for it: what comes from its address is a stranger's", () => {
  const rig = office();
  order(rig);
  const invite = take(rig, "carrier-a", "INVITE");
  const forged = followBack(invite, "BYE", { branch: "z9hG4bKx", sequence: 1, via: "0.0.0.0:9" });
  rig.receive("carrier-b", forged);
  expect(kinds(rig)).not.toContain("ended");
});
