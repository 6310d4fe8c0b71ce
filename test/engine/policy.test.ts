// What the operator's policy makes of calls: what it is asked, what each of its decisions does, and whatever else may happen meanwhile.
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/engine/index.ts";
import type { AnswerDecision, ContinueCall, RejectCall } from "../../src/engine/policy-contract.ts";
import { type CallDecision, CONTINUE, parseAnswerDecision, parseCallDecision } from "../../src/model/index.ts";
import { acknowledge, byeFromPbx, answer as pickedUp, take } from "./established.ts";
import { call, decide, last, NOBODY } from "./outside.ts";
import { cancelOf, followUp, inviteFrom, replyTo } from "./peer.ts";
import { Rig, type Settings } from "./rig.ts";

const POLICY: Settings = { node: { policy: { file: "policy.ts", deadline: "300ms" } } };
const STRICT: Settings = {
  node: { policy: { file: "policy.ts", deadline: "300ms", onFailure: { reject: 480, reason: "Ask Later" } } },
};

function says(decision: Partial<CallDecision> = {}): Answer {
  return { kind: "policy", decision: { ...CONTINUE, ...decision } };
}

const A = { trunk: "carrier-a", target: null };
const B = { trunk: "carrier-b", target: null };

it("may say every word that its types have, and no other", () => {
  const targets = new Map([["carrier-a", ["sip:192.0.2.3:5060"]]]);
  const grounds = { targets, emergencyNumbers: ["911"] };
  const goesOn: Required<Omit<ContinueCall, "reject">> = {
    to: ["carrier-a", { trunk: "carrier-a", target: "sip:192.0.2.3:5060" }],
    caller: "+12025550100",
    called: "+13035550142",
    callerName: "Sales",
    tags: ["vip"],
    headers: [{ set: "X-A", value: "a" }, { add: "X-B", value: "b" }, { remove: "X-C" }],
    maxDuration: "30m",
  };
  const refused: Required<RejectCall> = { reject: 486, reason: "Busy", cause: 17, tags: ["vip"] };
  const ends: Required<NonNullable<AnswerDecision>> = { end: true, tags: ["vip"] };
  const reads = [parseCallDecision(goesOn, grounds), parseCallDecision(refused, grounds), parseAnswerDecision(ends)];
  expect(reads.map((read) => (read.ok ? null : read.failure))).toEqual([null, null, null]);
});

describe("what is explained of a call", () => {
  const question = { from: "pbx", to: "+13035550142", caller: "+12025550100", headers: [] };
  const explain = (answers: ReadonlyMap<string, Answer> = new Map(), besides = POLICY) => {
    const explained = new Rig({}, { besides }).engine.explain(question, 1_800_000_000_000, answers);
    if (typeof explained === "string") throw new Error(explained);
    return explained;
  };

  it("tells what the policy would be asked, and goes by what it says; it is not told that somebody has answered", () => {
    const answers = new Map([
      ["policy|onCall", says({ tags: ["vip"], called: "+14155550111" })],
      ["policy|onRoute", says({ to: [B] })],
    ]);
    const { asks, targets, route, status, invite } = explain(answers);
    expect(asks).toMatchObject([
      { question: { hook: "onCall", about: { called: "+13035550142" } }, answer: { decision: { tags: ["vip"] } } },
      { question: { hook: "onRoute", about: { tags: ["vip"], route: "outbound" } }, answer: { decision: { to: [B] } } },
    ]);
    expect(asks).toHaveLength(2);
    expect(targets).toMatchObject([{ trunk: "carrier-b", called: "+14155550111" }]);
    expect([route, status, invite?.[0]]).toEqual(["outbound", 200, expect.stringContaining("+14155550111")]);
  });

  it("goes by onFailure where it was not asked", () => {
    expect(explain()).toMatchObject({
      asks: [{ answer: null }, { answer: null }],
      targets: [{ trunk: "carrier-a" }, { trunk: "carrier-b" }],
    });
    expect(explain(new Map(), STRICT)).toMatchObject({ asks: [{ answer: null }], targets: [], status: 480 });
  });
});

describe.each([
  ["", {}],
  [", handed from engine to engine", { handOver: true }],
])("a policy%s", (_how, options) => {
  const open = (besides: Settings = POLICY): Rig => new Rig({}, { ...options, besides });

  it("is asked about a call before its route is looked for, and again with its targets; nobody is called meanwhile", () => {
    const rig = open();
    call(rig, "+13035550142", "s: hello\r\nX-Line: blue\r\nX-Line: red\r\nAuthorization: Digest x\r\n");
    const id = rig.engine.liveCalls()[0]?.id;
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying"]);
    expect(rig.deciding).toMatchObject([{ question: { kind: "policy", hook: "onCall" }, until: rig.now + 300 }]);
    const facts = {
      id,
      startedAt: "2027-01-15T08:00:00.000Z",
      ingressTrunk: "pbx",
      caller: "+12025550100",
      withheld: false,
      called: "+13035550142",
      emergency: false,
      tags: [],
    };
    const question = rig.deciding[0]?.question;
    expect(question).toMatchObject({ about: { ...facts, headers: { subject: ["hello"], "x-line": ["blue", "red"] } } });
    expect(JSON.stringify(question)).not.toContain("Digest");
    decide(rig, says({ tags: ["vip"] }));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    expect(rig.deciding).toMatchObject([
      {
        question: {
          hook: "onRoute",
          about: {
            ...facts,
            tags: ["vip"],
            route: "outbound",
            targets: [
              { trunk: "carrier-a", target: "sip:192.0.2.3:5060" },
              { trunk: "carrier-b", target: "sip:192.0.2.4:5060" },
            ],
          },
        },
      },
    ]);
    decide(rig, says());
    take(rig, "carrier-a", "INVITE");
    expect(rig.engine.status()).toMatchObject({ waiting: 0, undecided: 0 });
  });

  it("says what its calls are called, shown and told, and how long they last", () => {
    const rig = open();
    call(rig);
    const headers = [
      { edit: "set", header: "X-Account", value: [{ kind: "text", text: "42" }] },
      { edit: "remove", header: "User-Agent" },
    ] as const;
    decide(rig, says({ called: "+14155550111", callerName: "Sales", headers: [headers[0]], tags: ["one"] }));
    decide(rig, says({ caller: "+12025550155", maxDurationMs: 5000, headers: [headers[1]], tags: ["two"] }));
    const invite = take(rig, "carrier-a", "INVITE");
    expect(invite.firstLine).toContain("+14155550111");
    expect(invite.header("From")).toMatch(/^"?Sales"? <sip:\+12025550155@/);
    expect([invite.header("X-Account"), invite.header("User-Agent")]).toEqual(["42", ""]);
    const established = pickedUp(rig, invite);
    acknowledge(rig, established);
    decide(rig, { kind: "judgement", decision: { end: false, tags: ["three"] } });
    rig.pass(4999);
    expect(rig.engine.liveCalls()).toMatchObject([
      { state: "answered", caller: "+12025550100", called: "+13035550142" },
    ]);
    rig.pass(1);
    for (const [peer, via] of [
      ["pbx", 5080],
      ["carrier-a", 5060],
    ] as const) {
      expect(via).toBeGreaterThan(0);
      rig.receive(peer, replyTo(take(rig, peer, "BYE"), 200));
    }
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([
      { cause: "max-duration", durationMs: 5000, tags: ["one", "two", "three"], called: "+13035550142" },
    ]);
  });

  it.each<[string, Answer[], string[], string | null]>([
    ["the trunks, in place of the routes", [says({ to: [B, A] }), says()], ["carrier-b", "carrier-a"], null],
    ["the trunks, in place of the route's", [says(), says({ to: [B] })], ["carrier-b"], "outbound"],
    [
      "a single target",
      [says(), says({ to: [{ trunk: "carrier-b", target: "sip:192.0.2.4:5060" }, A] })],
      ["carrier-b", "carrier-a"],
      "outbound",
    ],
  ])("chooses %s", (_what, answers, trunks, route) => {
    const rig = open();
    call(rig);
    for (const one of answers) decide(rig, one);
    for (const trunk of trunks) {
      const invite = take(rig, trunk as "carrier-a", "INVITE");
      rig.receive(trunk as "carrier-a", replyTo(invite, 503));
    }
    rig.expectNothingLeft();
    expect(rig.records.map((record) => [record.attempts.map(({ trunk }) => trunk), record.route])).toEqual([
      [trunks, route],
    ]);
  });

  it("keeps the numbers of onCall and of the routes where onRoute chooses other trunks", () => {
    const rig = open();
    call(rig);
    decide(rig, says({ called: "+14155550111", caller: "+12025550199" }));
    decide(rig, says({ to: [B] }));
    const invite = take(rig, "carrier-b", "INVITE");
    expect(invite.firstLine).toContain("+14155550111");
    expect(invite.header("From")).toContain("+12025550199");
  });

  it("routes by the number that onCall makes of the called one", () => {
    const rig = open();
    call(rig);
    decide(rig, says({ called: "+19005550100" }));
    expect(last(rig, "pbx")).toBe("SIP/2.0 403 Premium numbers are blocked");
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([{ route: "premium", called: "+13035550142" }]);
  });

  it.each([
    ["at once", [says({ reject: { status: 603, reason: "Not Today", cause: 21 }, tags: ["spam"] })], null],
    [
      "with its route",
      [says(), says({ reject: { status: 603, reason: "Not Today", cause: null }, tags: ["spam"] })],
      "outbound",
    ],
  ])("refuses a call %s", (_when, answers, route) => {
    const rig = open();
    call(rig);
    for (const one of answers) decide(rig, one);
    expect(last(rig, "pbx")).toBe("SIP/2.0 603 Not Today");
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([{ status: 603, cause: "rejected", endedBy: "demarc", route, tags: ["spam"] }]);
  });

  it("may end a call that was answered", () => {
    const rig = open();
    call(rig);
    decide(rig, says());
    decide(rig, says());
    const established = pickedUp(rig, take(rig, "carrier-a", "INVITE"));
    acknowledge(rig, established);
    expect(rig.deciding).toMatchObject([
      {
        question: {
          hook: "onAnswer",
          about: {
            egressTrunk: "carrier-a",
            target: "sip:192.0.2.3:5060",
            route: "outbound",
            answeredAt: expect.any(String),
          },
        },
      },
    ]);
    decide(rig, { kind: "judgement", decision: { end: true, tags: ["cut"] } });
    rig.receive("pbx", replyTo(take(rig, "pbx", "BYE"), 200));
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([{ status: 200, cause: "rejected", endedBy: "demarc", tags: ["cut"] }]);
  });

  it.each([
    ["says nothing in time", (rig: Rig) => rig.pass(300)],
    ["cannot say anything", (rig: Rig) => void decide(rig, NOBODY)],
    ["would send it to the emergency services", (rig: Rig) => void decide(rig, says({ called: "911" }))],
  ])("leaves a call to the routes, or has it refused, where it %s", (_what, happen) => {
    const rig = open();
    call(rig);
    happen(rig);
    happen(rig);
    expect(take(rig, "carrier-a", "INVITE").firstLine).toContain("+13035550142");
    expect(rig.engine.status()).toMatchObject({ waiting: 0, undecided: 2 });
    const strict = open(STRICT);
    call(strict);
    happen(strict);
    expect(last(strict, "pbx")).toBe("SIP/2.0 480 Ask Later");
    strict.expectNothingLeft();
    expect(strict.records).toMatchObject([{ status: 480, cause: "no-decision", endedBy: "demarc" }]);
    const late = open(STRICT);
    call(late);
    decide(late, says());
    happen(late);
    expect(last(late, "pbx")).toBe("SIP/2.0 480 Ask Later");
  });

  it("is not asked about emergency calls", () => {
    const rig = open(STRICT);
    call(rig, "911");
    const established = pickedUp(rig, take(rig, "carrier-a", "INVITE"));
    acknowledge(rig, established);
    expect(rig.deciding).toEqual([]);
  });

  it.each<[string, (rig: Rig, invite: string) => void, string]>([
    ["its CANCEL", (rig, invite) => rig.receive("pbx", cancelOf(invite)), "cancelled"],
    ["an operator", (rig) => rig.give({ kind: "hang-up", call: rig.engine.liveCalls()[0]?.id ?? "" }), "operator"],
    ["a stop", (rig) => rig.give({ kind: "drain", endCalls: true }), "shutdown"],
  ])("is heard in vain where the call is ended meanwhile by %s", (_what, end, cause) => {
    for (const answered of [0, 1]) {
      const rig = open();
      const invite = call(rig);
      if (answered === 1) decide(rig, says());
      end(rig, invite);
      decide(rig, says());
      expect(rig.linesTo("carrier-a")).toEqual([]);
      rig.expectNothingLeft();
      expect(rig.records).toMatchObject([{ cause }]);
    }
  });

  it("is heard in vain about an answered call that has ended", () => {
    const rig = open();
    call(rig);
    decide(rig, says());
    decide(rig, says());
    const established = pickedUp(rig, take(rig, "carrier-a", "INVITE"));
    acknowledge(rig, established);
    byeFromPbx(rig, established);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
    decide(rig, { kind: "judgement", decision: { end: true, tags: [] } });
    rig.expectNothingLeft();
    expect(rig.records).toMatchObject([{ cause: "normal-clearing", endedBy: "caller" }]);
  });

  it("is asked about the call that a transfer makes, by the number of who asks for it", () => {
    const rig = new Rig(
      { "carrier-a": {}, pbx: { signaling: { transfer: "execute" } } },
      { ...options, besides: POLICY },
    );
    call(rig);
    decide(rig, says());
    decide(rig, says());
    const established = pickedUp(rig, take(rig, "carrier-a", "INVITE"));
    acknowledge(rig, established);
    decide(rig, { kind: "judgement", decision: { end: false, tags: [] } });
    const lines = "Refer-To: <sip:+14155550111@127.0.0.1>\r\nContact: <sip:10.0.0.20:5080>\r\n";
    const refer = followUp(established.ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via: "10.0.0.20:5080" });
    rig.receive("pbx", refer.replace("Content-Length", `${lines}Content-Length`));
    expect(rig.deciding).toMatchObject([
      { question: { hook: "onCall", about: { called: "+14155550111", headers: {} } } },
    ]);
    decide(rig, says({ reject: { status: 403, reason: null, cause: null } }));
    expect(rig.linesTo("carrier-b")).toEqual([]);
    expect(rig.records).toMatchObject([{ status: 403, called: "+14155550111" }]);
  });

  it("lets calls wait by the thousand, and no more: what is over goes by its fallback", () => {
    const rig = new Rig(
      { pbx: { limits: { calls: 10_000 } }, "carrier-a": { limits: { calls: 10_000 } } },
      { besides: POLICY },
    );
    for (let count = 0; count < 1000; count += 1)
      rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: `c${count}`, branch: `z9hG4bK${count}` }));
    expect(rig.engine.status()).toMatchObject({ waiting: 1000 });
    for (let count = 0; count < 2000; count += 1) decide(rig, says());
    expect(rig.engine.status()).toMatchObject({ waiting: 0, undecided: 0 });
    expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("INVITE"))).toHaveLength(1000);
  });
});
