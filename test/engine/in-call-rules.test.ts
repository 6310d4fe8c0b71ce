// Header rules on the requests and responses inside a call, by method, in and out.
import { describe, expect, it, test } from "vitest";
import { CARRIER, callOut, take } from "./established.ts";
import { audioOf, followBack, followUp, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const PBX = "10.0.0.20:5080";
const RULES = [
  {
    on: "request",
    do: [
      { set: "X-Out", value: "asked" },
      { set: "Subject", value: "${trunk}" },
    ],
  },
  { on: "response", do: [{ set: "X-Out", value: "answered" }] },
  { on: "request", methods: ["INVITE"], do: [{ set: "X-Invite", value: "1" }] },
  { on: "response", methods: ["UPDATE"], statuses: ["2xx"], do: [{ set: "X-Update", value: "1" }] },
];

interface Standing {
  readonly rig: Rig;
  readonly invite: Message;
  readonly ok: Message;
}

/** The PBX has called carrier-a, and both talk. */
function standing(carrier: object, pbx: object = {}, carrierMore: object = {}): Standing {
  const more = { passMethods: ["INFO"], passBodies: ["application/dtmf-relay"], transfer: "execute" };
  const rig = new Rig({
    pbx: { headers: pbx, signaling: more },
    "carrier-a": {
      ...carrierMore,
      headers: carrier,
      signaling: { passMethods: ["INFO"], passBodies: ["application/dtmf-relay"] },
    },
  });
  const invite = callOut(rig);
  const body = audioOf("192.0.2.3", 7000, "0 101");
  rig.receive(
    "carrier-a",
    replyTo(invite, 200, { contact: CARRIER, body, extra: "Allow: INVITE, ACK, BYE, UPDATE\r\n" }),
  );
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: PBX }));
  rig.sentTo("carrier-a");
  return { rig, invite, ok };
}

function withLines(text: string, lines: string): string {
  return text.replace("Content-Length", `${lines}Content-Length`);
}

function held(body: string): string {
  return body.replace("a=sendrecv", "a=sendonly");
}

test("what a peer is sent inside a call goes by its rules, and a re-INVITE by those for INVITE", () => {
  const { rig, ok } = standing({ out: RULES, set: { "X-New": "1" } });
  const body = held(audioOf("10.0.0.20", 4000, "0 101"));
  const change = followUp(ok, "INVITE", { branch: "z9hG4bKchange", sequence: 2, via: PBX, body });
  rig.receive("pbx", withLines(change, "Contact: <sip:10.0.0.20:5080>\r\n"));
  const asked = take(rig, "carrier-a", "INVITE");
  expect([asked.header("X-Out"), asked.header("X-Invite"), asked.header("Subject")]).toEqual([
    "asked",
    "1",
    "carrier-a",
  ]);
  // That is for new calls.
  expect(asked.headers("X-New")).toEqual([]);
  const answer = audioOf("192.0.2.3", 7000, "0 101").replace("a=sendrecv", "a=recvonly");
  rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: answer }));
  expect(take(rig, "carrier-a", "ACK").headers("X-Out")).toEqual([]);
  expect(take(rig, "pbx", "SIP/2.0 200").headers("X-Out")).toEqual([]);
});

test("a change that is refused, and one that is let alone, are answered by the rules", () => {
  const { rig, invite } = standing({ out: RULES });
  const via = "192.0.2.3:5060";
  const update = followBack(invite, "UPDATE", { branch: "z9hG4bKupd", sequence: 1, via });
  rig.receive("carrier-a", withLines(update, `Contact: <${CARRIER}>\r\n`));
  const ok = take(rig, "carrier-a", "SIP/2.0 200");
  expect([ok.header("X-Out"), ok.header("X-Update")]).toEqual(["answered", "1"]);
  const odd = followBack(invite, "FROB", { branch: "z9hG4bKfrob", sequence: 2, via });
  rig.receive("carrier-a", odd);
  const refused = take(rig, "carrier-a", "SIP/2.0 405");
  expect([refused.header("X-Out"), refused.headers("X-Update")]).toEqual(["answered", []]);
});

test("a 2xx to a change that is sent again is the same, rules included", () => {
  const { rig, ok } = standing({}, { out: [{ do: [{ add: "X-Seen", value: "1" }] }] });
  const body = held(audioOf("10.0.0.20", 4000, "0 101"));
  const change = followUp(ok, "INVITE", { branch: "z9hG4bKchange", sequence: 2, via: PBX, body });
  rig.receive("pbx", withLines(change, "Contact: <sip:10.0.0.20:5080>\r\n"));
  const asked = take(rig, "carrier-a", "INVITE");
  const answer = audioOf("192.0.2.3", 7000, "0 101").replace("a=sendrecv", "a=recvonly");
  rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: answer }));
  const first = take(rig, "pbx", "SIP/2.0 200");
  expect(first.headers("X-Seen")).toEqual(["1"]);
  rig.pass(600);
  expect(take(rig, "pbx", "SIP/2.0 200").headers("X-Seen")).toEqual(["1"]);
});

test("what a peer sends inside a call is read after its rules, once", () => {
  const rules = [
    { on: "request", methods: ["BYE"], do: [{ add: "X-Why", value: "tired" }, { remove: "Reason" }] },
    { on: "response", methods: ["INVITE"], statuses: [488], do: [{ set: "Retry-After", value: "7" }] },
  ];
  const { rig, ok, invite } = standing({ in: rules }, { pass: ["X-Why"], reason: "pass" });
  const body = held(audioOf("10.0.0.20", 4000, "0 101"));
  const change = followUp(ok, "INVITE", { branch: "z9hG4bKchange", sequence: 2, via: PBX, body });
  rig.receive("pbx", withLines(change, "Contact: <sip:10.0.0.20:5080>\r\n"));
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 488));
  expect(take(rig, "pbx", "SIP/2.0 488").header("Retry-After")).toBe("7");
  const bye = followBack(invite, "BYE", { branch: "z9hG4bKbye", sequence: 1, via: "192.0.2.3:5060" });
  rig.receive("carrier-a", withLines(bye, "Reason: Q.850;cause=31\r\n"));
  const told = take(rig, "pbx", "BYE");
  expect([told.headers("X-Why"), told.headers("Reason")]).toEqual([["tired"], []]);
});

test("the NOTIFYs of a transfer and the answer to its REFER go by the rules too", () => {
  const { rig, ok } = standing({}, { out: [{ methods: ["NOTIFY", "REFER"], do: [{ set: "X-Out", value: "1" }] }] });
  const refer = followUp(ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via: PBX });
  rig.receive("pbx", withLines(refer, "Contact: <sip:10.0.0.20:5080>\r\nRefer-To: <sip:+14155550177@127.0.0.1>\r\n"));
  const told = rig.sentTo("pbx").map((message) => [message.firstLine.split(" ")[0], message.headers("X-Out")]);
  expect(told).toEqual([
    ["SIP/2.0", ["1"]],
    ["NOTIFY", ["1"]],
  ]);
});

test("what is passed on is edited once on each side", () => {
  const rule = { methods: ["INFO"], do: [{ add: "X-Trace", value: "1" }] };
  const { rig, ok } = standing({ out: [rule], pass: ["X-Trace"] }, { in: [rule], out: [rule] });
  const info = followUp(ok, "INFO", { branch: "z9hG4bKinfo", sequence: 2, via: PBX });
  rig.receive("pbx", info);
  const passed = take(rig, "carrier-a", "INFO");
  expect(passed.headers("X-Trace")).toEqual(["1", "1"]);
  rig.receive("carrier-a", replyTo(passed, 200));
  expect(take(rig, "pbx", "SIP/2.0 200").headers("X-Trace")).toEqual(["1"]);
});

test("a request that is challenged goes out again with the lines of the first time", () => {
  const out = [{ methods: ["INVITE"], do: [{ add: "X-Once", value: "1" }] }];
  const credentials = { username: "u", password: "secret", realm: "carrier" };
  const { rig, ok } = standing({ out }, {}, { credentials });
  const body = held(audioOf("10.0.0.20", 4000, "0 101"));
  const change = followUp(ok, "INVITE", { branch: "z9hG4bKchange", sequence: 2, via: PBX, body });
  rig.receive("pbx", withLines(change, "Contact: <sip:10.0.0.20:5080>\r\n"));
  const asked = take(rig, "carrier-a", "INVITE");
  const extra = 'WWW-Authenticate: Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"\r\n';
  rig.receive("carrier-a", replyTo(asked, 401, { extra }));
  const again = take(rig, "carrier-a", "INVITE");
  expect([again.headers("X-Once"), again.headers("Authorization").length]).toEqual([["1"], 1]);
});

describe("headers.pass inside a call", () => {
  const body = held(audioOf("10.0.0.20", 4000, "0 101"));
  const PASS = [{ pass: ["X-Asked"] }, { pass: ["X-Answered"] }] as const;
  const change = (ok: Message, method: string, text = body, branch = "z9hG4bKchange") =>
    withLines(
      followUp(ok, method, { branch, sequence: 2, via: PBX, body: text }),
      "Contact: <sip:10.0.0.20:5080>\r\nX-Asked: 1\r\nX-Answered: no\r\nX-Secret: 1\r\n",
    );
  const ANSWER = "X-Answered: 2\r\nX-Asked: no\r\nX-Secret: 2\r\n";
  const seen = (message: Message) => ["X-Asked", "X-Answered", "X-Secret"].map((name) => message.headers(name));

  it.each(["INVITE", "UPDATE"])("goes with an %s that the other side is asked, and with its answer", (method) => {
    const { rig, ok } = standing(...PASS);
    rig.receive("pbx", change(ok, method));
    const asked = take(rig, "carrier-a", method);
    expect(seen(asked)).toEqual([["1"], [], []]);
    const agreed = held(audioOf("192.0.2.3", 7000, "0 101")).replace("sendonly", "recvonly");
    rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: agreed, extra: ANSWER }));
    expect(seen(take(rig, "pbx", "SIP/2.0 200"))).toEqual([[], ["2"], []]);
  });

  it("with a refusal", () => {
    const { rig, ok } = standing(...PASS);
    rig.receive("pbx", change(ok, "INVITE"));
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 488, { extra: ANSWER }));
    expect(seen(take(rig, "pbx", "SIP/2.0 488"))).toEqual([[], ["2"], []]);
  });

  it("again with the request that is sent again, with credentials", () => {
    const credentials = { username: "u", password: "secret", realm: "carrier" };
    const { rig, ok } = standing(PASS[0], PASS[1], { credentials });
    rig.receive("pbx", change(ok, "INVITE"));
    const challenge = 'WWW-Authenticate: Digest realm="carrier", nonce="n", algorithm=MD5, qop="auth"\r\n';
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 401, { extra: challenge }));
    const again = take(rig, "carrier-a", "INVITE");
    expect(again.headers("Authorization")).toHaveLength(1);
    expect(seen(again)).toEqual([["1"], [], []]);
  });

  it("not back to who asked, where the answer is ours", () => {
    const { rig, ok } = standing({ pass: ["X-Asked"] }, { pass: ["X-Asked", "X-Answered"] });
    rig.receive("pbx", change(ok, "INVITE", audioOf("10.0.0.20")));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    expect(seen(take(rig, "pbx", "SIP/2.0 200"))).toEqual([[], [], []]);
  });
});
