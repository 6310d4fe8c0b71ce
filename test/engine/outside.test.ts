// Calls that wait until somebody outside has said where they go: what is asked, what an answer does, and whatever else may happen meanwhile.
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/engine/index.ts";
import { acknowledge, byeFromPbx, answer as pickedUp, take } from "./established.ts";
import { call, decide, decision, last, NOBODY, OFFICE, TO_A, TO_CARRIER_A } from "./outside.ts";
import { cancelOf, inviteFrom, replyTo } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

describe.each([
  ["", {}],
  [", handed from engine to engine", { handOver: true }],
])("a call that waits%s", (_how, options) => {
  const open = (besides: Settings = {}): Rig => new Rig({}, { ...options, besides: { ...OFFICE, ...besides } });

  it("has its 100, and whoever is asked is told of it under the names of its record", () => {
    const rig = open();
    call(rig, "+13035550142", "s: hello\r\nX-Line: blue\r\nX-Secret: 1\r\n");
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying"]);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    expect(rig.deciding).toMatchObject([
      {
        question: {
          kind: "hook",
          hook: "crm",
          route: "asked",
          from: "pbx",
          called: "+13035550142",
          caller: "+12025550100",
        },
        call: {
          id: rig.engine.liveCalls()[0]?.id,
          startedAt: "2027-01-15T08:00:00.000Z",
          caller: "+12025550100",
          called: "+13035550142",
          ingressTrunk: "pbx",
          transferredFrom: null,
          headers: { Subject: "hello", "X-Line": "blue" },
        },
        until: rig.now + 800,
      },
    ]);
    expect(rig.engine.status()).toMatchObject({ waiting: 1, undecided: 0 });
    expect(rig.engine.liveCalls()).toMatchObject([{ state: "routing", route: null, egressTrunk: null }]);
  });

  it("goes where the answer says, and is counted meanwhile", () => {
    const rig = open();
    call(rig);
    expect(rig.engine.trunkActivity(rig.now)[0]).toMatchObject({ trunk: "pbx", ingressCalls: 1 });
    decide(rig, TO_CARRIER_A);
    expect(rig.engine.status()).toMatchObject({ waiting: 0, undecided: 0 });
    const established = pickedUp(rig, take(rig, "carrier-a", "INVITE"));
    acknowledge(rig, established);
    byeFromPbx(rig, established);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([{ route: "asked", egressTrunk: "carrier-a", cause: "normal-clearing" }]);
  });

  it.each<[string, Answer, string]>([
    ["another number", decision({ to: { kind: "trunks", entries: TO_A }, called: "+14155550111" }), "+14155550111"],
    ["another caller", decision({ to: { kind: "trunks", entries: TO_A }, caller: "+12025550155" }), "+13035550142"],
  ])("takes %s", (_what, answer, called) => {
    const rig = open();
    call(rig);
    decide(rig, answer);
    const invite = take(rig, "carrier-a", "INVITE");
    expect(invite.firstLine).toContain(called);
    if (answer.kind === "hook" && answer.decision.caller !== null)
      expect(invite.header("From")).toContain(answer.decision.caller);
  });

  it("goes on by the routes behind the one that asked, with the numbers that it was given", () => {
    const rig = open();
    call(rig);
    decide(rig, decision({ called: "+13035550199" }));
    expect(take(rig, "carrier-b", "INVITE").firstLine).toContain("+13035550199");
    expect(rig.engine.liveCalls()).toMatchObject([{ route: "rest", called: "+13035550142" }]);
  });

  it("asks again only what is another question", () => {
    const chain = [
      { name: "one", to: { hook: "crm" } },
      { name: "two", to: { table: "more" } },
      { name: "end", to: ["carrier-b"] },
    ];
    const rig = open({ routes: chain, routeTables: { more: { routes: [{ name: "three", to: { hook: "strict" } }] } } });
    call(rig);
    decide(rig, decision({ called: "+13035550777" }));
    expect(rig.deciding).toMatchObject([{ question: { hook: "strict", route: "three", called: "+13035550777" } }]);
    decide(rig, decision());
    expect(take(rig, "carrier-b", "INVITE").firstLine).toContain("+13035550777");
  });

  it("is refused as the answer says", () => {
    const rig = open();
    call(rig);
    decide(rig, decision({ to: { kind: "reject", status: 603, reason: "Not Today", cause: 21 } }));
    expect(last(rig, "pbx")).toBe("SIP/2.0 603 Not Today");
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([{ route: "asked", status: 603, cause: "rejected" }]);
  });

  it.each([
    ["says so", (rig: Rig) => void decide(rig, NOBODY)],
    ["is silent", (rig: Rig) => rig.pass(800)],
    ["would send it to the emergency services", (rig: Rig) => void decide(rig, decision({ called: "911" }))],
  ])("goes by the routes behind where whoever was asked %s", (_what, happen) => {
    const rig = open();
    call(rig);
    happen(rig);
    expect(take(rig, "carrier-b", "INVITE").firstLine).toContain("+13035550142");
    expect(rig.engine.status()).toMatchObject({ waiting: 0, undecided: 1 });
  });

  it("goes to the route's fallback where it has one; is refused where its hook says so, or no route is left", () => {
    const rig = open();
    call(rig, "+17205550142");
    rig.pass(799);
    expect(rig.linesTo("carrier-b")).toEqual([]);
    rig.pass(1);
    take(rig, "carrier-b", "INVITE");
    const strict = open();
    call(strict, "+17215550142");
    decide(strict, NOBODY);
    expect(last(strict, "pbx")).toBe("SIP/2.0 480 Ask Later");
    const alone = open({ routes: [{ name: "asked", to: { hook: "crm" } }] });
    call(alone);
    decide(alone, NOBODY);
    expect(alone.records).toMatchObject([{ status: 503, cause: "no-decision" }]);
    expect(take(alone, "pbx", "SIP/2.0 503").header("Retry-After")).toBe("5");
  });

  it("hears only the first answer, and none that comes late", () => {
    const rig = open();
    call(rig);
    const token = decide(rig, TO_CARRIER_A);
    take(rig, "carrier-a", "INVITE");
    const before = rig.everything.length;
    rig.give({
      kind: "decided",
      token,
      answer: decision({ to: { kind: "reject", status: 403, reason: null, cause: null } }),
    });
    rig.give({ kind: "decided", token: "another", answer: TO_CARRIER_A });
    expect(rig.everything.length).toBe(before);
    const late = open();
    call(late);
    const asked = late.deciding.shift();
    late.pass(900);
    late.give({ kind: "decided", token: asked?.token ?? "", answer: TO_CARRIER_A });
    expect(late.linesTo("carrier-a")).toEqual([]);
    take(late, "carrier-b", "INVITE");
  });

  it.each<[string, (rig: Rig, invite: string) => void, string, string]>([
    [
      "its CANCEL",
      (rig, invite) => rig.receive("pbx", cancelOf(invite)),
      "SIP/2.0 487 Request Terminated",
      "cancelled",
    ],
    [
      "an operator",
      (rig) => rig.give({ kind: "hang-up", call: rig.engine.liveCalls()[0]?.id ?? "" }),
      "SIP/2.0 480 Temporarily Unavailable",
      "operator",
    ],
    ["a stop", (rig) => rig.give({ kind: "drain", endCalls: true }), "SIP/2.0 503 Service Unavailable", "shutdown"],
  ])("is ended by %s, and the answer comes in vain", (_what, happen, status, cause) => {
    const rig = open();
    const invite = call(rig);
    happen(rig, invite);
    expect(rig.linesTo("pbx")).toContain(status);
    expect(rig.engine.status()).toMatchObject({ waiting: 0 });
    decide(rig, TO_CARRIER_A);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([{ cause, attempts: [] }]);
  });

  it("goes on while no new calls are taken, and by what is configured by then", () => {
    const rig = open();
    call(rig);
    rig.give({ kind: "drain", endCalls: false });
    decide(rig, TO_CARRIER_A);
    take(rig, "carrier-a", "INVITE");
    const other = open();
    call(other);
    const token = other.deciding[0]?.token ?? "";
    other.reconfigure({ "carrier-a": { targets: [{ uri: "sip:192.0.2.4:5060" }] } });
    other.give({ kind: "decided", token, answer: TO_CARRIER_A });
    take(other, "carrier-b", "INVITE");
  });

  it("is repeated by its caller without being asked about again", () => {
    const rig = open();
    const invite = call(rig);
    rig.receive("pbx", invite);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 100 Trying"]);
    expect(rig.deciding.length).toBe(1);
  });

  it("a fault of our own meanwhile costs that call, and nothing is left of it", () => {
    const rig = open();
    call(rig);
    rig.failNextDraw = true;
    decide(rig, TO_CARRIER_A);
    expect(last(rig, "pbx")).toBe("SIP/2.0 500 Server Internal Error");
    expect(rig.engine.status()).toMatchObject({ waiting: 0 });
    rig.expectNothingLeft(1);
  });
});

describe("who is asked", () => {
  const open = (besides: Settings = {}): Rig => new Rig({}, { besides: { ...OFFICE, ...besides } });

  it("is nobody about an emergency call, whichever route would take it", () => {
    for (const to of [{ hook: "crm" }, { enum: "e164.arpa" }]) {
      const rig = open({
        routes: [
          { name: "all", to },
          { name: "rest", to: ["carrier-a"] },
        ],
      });
      call(rig, "911");
      expect(rig.deciding).toEqual([]);
      take(rig, "carrier-a", "INVITE");
      const fallen = open({ routes: [{ name: "all", to, fallback: ["carrier-b"] }] });
      call(fallen, "911");
      take(fallen, "carrier-b", "INVITE");
    }
  });

  it("is nobody about a call that is refused anyway", () => {
    const rig = new Rig({ pbx: { limits: { calls: 1 } } }, { besides: OFFICE });
    call(rig);
    expect(rig.deciding.length).toBe(1);
    rig.receive(
      "pbx",
      inviteFrom("10.0.0.20", 5080, { to: "sip:+13035550142@127.0.0.1", callId: "second", branch: "z9hG4bKsecond" }),
    );
    expect(rig.deciding.length).toBe(1);
    expect(last(rig, "pbx")).toBe("SIP/2.0 503 Service Unavailable");
  });

  it("is nobody any more once a call has asked too often", () => {
    const routes = Array.from({ length: 12 }, (_, at) => ({ name: `r${at}`, to: { hook: "crm" } }));
    const rig = open({ routes: [...routes, { name: "rest", to: ["carrier-b"] }] });
    call(rig);
    for (let at = 0; at < 8; at += 1) decide(rig, decision());
    expect(rig.deciding).toEqual([]);
    take(rig, "carrier-b", "INVITE");
  });

  it("is nobody where 5,000 calls wait already, until one of them has its answer", () => {
    const rig = open();
    const place = (at: number): void => {
      const options = { to: "sip:+13035550142@127.0.0.1", callId: `c${at}`, branch: `z9hG4bKb${at}` };
      rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));
    };
    for (let at = 0; at < 5000; at += 1) place(at);
    expect([rig.deciding.length, rig.engine.status().waiting]).toEqual([5000, 5000]);
    place(5000);
    expect(rig.deciding.length).toBe(5000);
    take(rig, "carrier-b", "INVITE");
    decide(rig, decision({ to: { kind: "reject", status: 403, reason: null, cause: null } }));
    place(5001);
    expect([rig.deciding.length, rig.engine.status().waiting]).toEqual([5000, 5000]);
    rig.give({ kind: "drain", endCalls: true });
    expect(rig.engine.status()).toMatchObject({ calls: 0, waiting: 0 });
  });

  it("a table that an answer leads to comes to an end where it asks the same again", () => {
    const rig = open({
      routes: [
        { name: "asked", to: { hook: "crm" } },
        { name: "rest", to: ["carrier-b"] },
      ],
      routeTables: { loop: { routes: [{ name: "again", to: { hook: "crm" } }] } },
    });
    call(rig);
    decide(rig, decision({ to: { kind: "table", table: "loop" } }));
    expect(rig.deciding).toMatchObject([{ question: { route: "again" } }]);
    decide(rig, decision({ to: { kind: "table", table: "loop" } }));
    expect(rig.deciding).toEqual([]);
    take(rig, "carrier-b", "INVITE");
  });

  it("what leads to trunks that are not there leads nowhere", () => {
    const rig = open();
    call(rig);
    decide(rig, decision({ to: { kind: "trunks", entries: [{ trunk: "gone", weight: null }] } }));
    expect(last(rig, "pbx")).toBe("SIP/2.0 480 Not Registered");
  });
});
