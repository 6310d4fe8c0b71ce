// Transfers that are carried out here: whose rights and whose account they go by, what is told, and what is left of the calls.
import { expect, test } from "vitest";
import { CARRIER, type Established, establish, take } from "./established.ts";
import { audioOf, followBack, followUp, inviteFrom, type Message, replyTo, withLines } from "./peer.ts";
import { type PeerName, Rig, type Settings } from "./rig.ts";

const EXECUTE = { signaling: { transfer: "execute" } };
const TARGET = "<sip:+14155550177@127.0.0.1>";

function rigWith(more: Readonly<Partial<Record<PeerName, Settings>>> = {}): Rig {
  const { pbx = {}, "carrier-a": carrier = {}, ...others } = more;
  const signaling = { ...EXECUTE.signaling, ...(pbx.signaling as object | undefined) };
  return new Rig({ ...others, pbx: { ...pbx, signaling }, "carrier-a": { limits: { calls: 10 }, ...carrier } });
}

/** The PBX, which has called, refers its party. */
function refer(rig: Rig, { ok }: Established, lines: readonly string[], sequence = 2): void {
  const request = followUp(ok, "REFER", { branch: `z9hG4bKrefer${sequence}`, sequence, via: "10.0.0.20:5080" });
  rig.receive("pbx", withLines(request, ["Contact: <sip:ann@10.0.0.20:5080>", ...lines]));
}

function byeOf(rig: Rig, { ok }: Established): void {
  rig.receive("pbx", followUp(ok, "BYE", { branch: "z9hG4bKbye9", sequence: 9, via: "10.0.0.20:5080" }));
}

/** Answers all NOTIFYs; gives what they told. */
function told(rig: Rig, peer: PeerName = "pbx"): string[] {
  const heard: string[] = [];
  for (;;) {
    const notify = rig.sentTo(peer).find(({ firstLine }) => firstLine.startsWith("NOTIFY "));
    if (notify === undefined) return heard;
    heard.push(notify.body.trim());
    rig.receive(peer, replyTo(notify, 200));
  }
}

function answer(rig: Rig, invite: Message, tag: string, port = 7300): void {
  rig.receive("carrier-a", replyTo(invite, 200, { tag, contact: CARRIER, body: audioOf("192.0.2.3", port, "0 101") }));
}

/** The target answers, and the party that is kept takes it. */
function join(rig: Rig, invite: Message): Message {
  answer(rig, invite, "target");
  const asked = take(rig, "carrier-a", "INVITE");
  answer(rig, asked, "bob-tag", 7000);
  return asked;
}

test("the new call has the party that was kept as its caller, and goes by the account of who asked", () => {
  const rig = rigWith();
  const call = establish(rig);
  refer(rig, call, [`Refer-To: ${TARGET}`, "Referred-By: <sip:+12025550100@inside.pbx>"]);
  const invite = take(rig, "carrier-a", "INVITE");
  expect(invite.header("From")).toMatch(/^<sip:\+13035550142@127\.0\.0\.2:5060>;tag=/);
  expect(invite.header("Referred-By")).toBe("<sip:+12025550100@127.0.0.2:5060>");
  expect(rig.engine.trunkActivity(rig.now).slice(0, 2)).toMatchObject([
    { trunk: "pbx", ingressCalls: 2, egressCalls: 0 },
    { trunk: "carrier-a", ingressCalls: 0, egressCalls: 2 },
  ]);
  expect(told(rig)).toEqual(["SIP/2.0 100 Trying"]);
  join(rig, invite);
  expect(told(rig)).toEqual(["SIP/2.0 200 OK"]);
  byeOf(rig, call);
  expect(rig.engine.trunkActivity(rig.now).slice(0, 2)).toMatchObject([
    { trunk: "pbx", ingressCalls: 1, egressCalls: 0 },
    { trunk: "carrier-a", ingressCalls: 0, egressCalls: 2 },
  ]);
  const [old] = rig.records;
  expect(old).toMatchObject({ cause: "transferred", endedBy: "caller", transferredFrom: null });
  const live = rig.engine.liveCalls();
  expect(live).toMatchObject([
    {
      state: "answered",
      caller: "+13035550142",
      called: "+14155550177",
      ingressTrunk: "pbx",
      egressTrunk: "carrier-a",
    },
  ]);
  rig.receive(
    "carrier-a",
    followBack(invite, "BYE", { branch: "z9hG4bKend", sequence: 1, via: "192.0.2.3:5060", tag: "target" }),
  );
  expect(take(rig, "carrier-a", "BYE").header("Call-ID")).toBe(call.invite.header("Call-ID"));
  rig.expectNothingLeft();
  expect(rig.records[1]).toMatchObject({
    cause: "normal-clearing",
    endedBy: "callee",
    transferredFrom: old?.id,
    status: 200,
  });
});

test("Referred-By is not made up, and not said of a caller who withholds its number", () => {
  const rig = rigWith();
  refer(rig, establish(rig), [`Refer-To: ${TARGET}`]);
  expect(take(rig, "carrier-a", "INVITE").headers("Referred-By")).toEqual([]);
  const other = rigWith();
  const call = establish(other, { extra: "Privacy: id\r\n" });
  refer(other, call, [`Refer-To: ${TARGET}`, "Referred-By: <sip:+12025550100@inside.pbx>"]);
  expect(take(other, "carrier-a", "INVITE").headers("Referred-By")).toEqual([]);
});

test.each<[number, string, readonly string[]]>([
  [400, "no Refer-To", []],
  [400, "two", [`Refer-To: ${TARGET}`, "Refer-To: <sip:+14155550178@127.0.0.1>"]],
  [400, "two in one line", [`Refer-To: ${TARGET}, <sip:+14155550178@127.0.0.1>`]],
  [400, "nothing that can be read", ["Refer-To: <sip:"]],
  [400, "nobody", ["Refer-To: <sip:127.0.0.1>"]],
  [400, "another request than a call", ["Refer-To: <sip:+14155550177@127.0.0.1;method=BYE>"]],
  [416, "a mailbox", ["Refer-To: <mailto:ann@inside.example>"]],
  [420, "an extension that is unknown here", [`Refer-To: ${TARGET}`, "Require: norefersub, tdialog"]],
])("%i for %s: nothing is called, the call stands", (status, _what, lines) => {
  const rig = rigWith();
  const call = establish(rig);
  refer(rig, call, lines);
  expect(rig.linesTo("pbx")).toEqual([expect.stringMatching(new RegExp(`^SIP/2\\.0 ${status} `))]);
  expect(rig.linesTo("carrier-a")).toEqual([]);
  refer(rig, call, [`Refer-To: ${TARGET}`], 3);
  expect(take(rig, "carrier-a", "INVITE").firstLine).toContain("+14155550177");
});

test.each<[number, string, Readonly<Partial<Record<PeerName, Settings>>>, string]>([
  [403, "a number that is barred", {}, "<sip:+19005550177@127.0.0.1>"],
  [404, "a number without a route", {}, "<sip:4711@127.0.0.1>"],
  [503, "one call more than its trunk may have", { pbx: { limits: { calls: 1 } } }, TARGET],
  [503, "one call more a second than its trunk may make", { pbx: { limits: { callsPerSecond: 1 } } }, TARGET],
])("%i is told for %s; the call stands, and the next transfer too", (status, _what, settings, to) => {
  const rig = rigWith(settings);
  const call = establish(rig);
  refer(rig, call, [`Refer-To: ${to}`]);
  expect(told(rig).map((line) => line.slice(8, 11))).toEqual(["100", String(status)]);
  expect(rig.linesTo("carrier-a")).toEqual([]);
  expect(rig.engine.liveCalls().length).toBe(1);
  expect(rig.engine.trunkActivity(rig.now)[0]).toMatchObject({ ingressCalls: 1 });
  refer(rig, call, [`Refer-To: ${to}`], 3);
  expect(rig.sentTo("pbx").map(({ firstLine }) => firstLine)[0]).toBe("SIP/2.0 202 Accepted");
});

test("the route is chosen by who asks, not by who is put through", () => {
  const rig = rigWith({ "carrier-a": { signaling: { transfer: "execute" } } });
  const call = establish(rig);
  const request = followBack(call.invite, "REFER", { branch: "z9hG4bKr", sequence: 1, via: "192.0.2.3:5060" });
  rig.receive("carrier-a", withLines(request, [`Contact: <${CARRIER}>`, "Refer-To: <sip:+14155550177@127.0.0.2>"]));
  expect(told(rig, "carrier-a")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 404 Not Found"]);
});

test("an emergency call may come of it, past every limit", () => {
  const rig = rigWith({ pbx: { limits: { calls: 1 } } });
  refer(rig, establish(rig), ["Refer-To: <sip:911@127.0.0.1>"]);
  expect(take(rig, "carrier-a", "INVITE").firstLine).toBe("INVITE sip:911@192.0.2.3:5060 SIP/2.0");
});

test("it lasts no longer than the trunk of any party allows", () => {
  const rig = rigWith({ "carrier-b": { limits: { maxDuration: "60s" } } });
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 503));
  const invite = take(rig, "carrier-b", "INVITE");
  const body = audioOf("192.0.2.4", 8000, "0 101");
  rig.receive("carrier-b", replyTo(invite, 200, { contact: "sip:192.0.2.4:5060", body }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  rig.pass(50_000);
  refer(rig, { invite, ok }, [`Refer-To: ${TARGET}`]);
  answer(rig, take(rig, "carrier-a", "INVITE"), "target");
  rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 200, { contact: "sip:192.0.2.4:5060", body }));
  byeOf(rig, { invite, ok });
  rig.pass(59_000);
  expect(rig.records.map(({ cause }) => cause)).toEqual(["transferred"]);
  rig.pass(1500);
  expect(rig.records.map(({ cause }) => cause)).toEqual(["transferred", "max-duration"]);
  rig.expectNothingLeft();
});

test("while Demarc is drained no transfer begins", () => {
  const rig = rigWith();
  const call = establish(rig);
  rig.give({ kind: "drain", endCalls: false });
  refer(rig, call, [`Refer-To: ${TARGET}`]);
  expect(told(rig).at(-1)).toBe("SIP/2.0 503 Service Unavailable");
});

test("the target's number goes on to the next carrier like any call's", () => {
  const rig = rigWith();
  refer(rig, establish(rig), [`Refer-To: ${TARGET}`]);
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 503, { tag: "target" }));
  expect(take(rig, "carrier-b", "INVITE").firstLine).toBe("INVITE sip:+14155550177@192.0.2.4:5060 SIP/2.0");
});

test("a REFER before the caller has acknowledged: the caller is asked when it has", () => {
  const rig = rigWith({ "carrier-a": { signaling: { transfer: "execute" } } });
  rig.receive(
    "carrier-a",
    inviteFrom("192.0.2.3", 5060, { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" }),
  );
  const invite = take(rig, "pbx", "INVITE");
  rig.receive(
    "pbx",
    replyTo(invite, 200, { contact: "sip:10.0.0.20:5080", body: audioOf("10.0.0.20", 4000, "0 101") }),
  );
  const ok = take(rig, "carrier-a", "SIP/2.0 200");
  const request = followBack(invite, "REFER", { branch: "z9hG4bKr", sequence: 1, via: "10.0.0.20:5080" });
  rig.receive("pbx", withLines(request, ["Contact: <sip:10.0.0.20:5080>", `Refer-To: ${TARGET}`]));
  answer(rig, take(rig, "carrier-a", "INVITE"), "target");
  rig.pass(600);
  expect(rig.linesTo("carrier-a").every((line) => line.startsWith("SIP/2.0 200") || line.startsWith("ACK"))).toBe(true);
  rig.receive("carrier-a", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "192.0.2.3:5060" }));
  rig.pass(250);
  expect(take(rig, "carrier-a", "INVITE").header("Call-ID")).toBe(ok.header("Call-ID"));
});

test("who asked hangs up before the caller has acknowledged: its 2xx is repeated all the same, and the caller put through", () => {
  const rig = rigWith();
  rig.receive(
    "carrier-a",
    inviteFrom("192.0.2.3", 5060, { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" }),
  );
  const invite = take(rig, "pbx", "INVITE");
  rig.receive(
    "pbx",
    replyTo(invite, 200, { contact: "sip:10.0.0.20:5080", body: audioOf("10.0.0.20", 4000, "0 101") }),
  );
  const ok = take(rig, "carrier-a", "SIP/2.0 200");
  const inDialog = (method: string, sequence: number): string =>
    followBack(invite, method, { branch: `z9hG4bKr${sequence}`, sequence, via: "10.0.0.20:5080" });
  rig.receive("pbx", withLines(inDialog("REFER", 1), ["Contact: <sip:10.0.0.20:5080>", `Refer-To: ${TARGET}`]));
  rig.receive("pbx", inDialog("BYE", 2));
  answer(rig, take(rig, "carrier-a", "INVITE"), "target");
  rig.pass(1500);
  expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("SIP/2.0 200")).length).toBeGreaterThan(1);
  rig.receive("carrier-a", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "192.0.2.3:5060" }));
  rig.pass(250);
  answer(rig, take(rig, "carrier-a", "INVITE"), "ann-tag", 7000);
  rig.pass(40_000);
  expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered", caller: "+14155550111" }]);
  rig.give({ kind: "hang-up", call: rig.engine.liveCalls()[0]?.id ?? "" });
  rig.expectNothingLeft();
});

test("nobody acknowledges, and who asked is gone: everything ends", () => {
  const rig = rigWith();
  rig.receive(
    "carrier-a",
    inviteFrom("192.0.2.3", 5060, { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" }),
  );
  const invite = take(rig, "pbx", "INVITE");
  rig.receive(
    "pbx",
    replyTo(invite, 200, { contact: "sip:10.0.0.20:5080", body: audioOf("10.0.0.20", 4000, "0 101") }),
  );
  const inDialog = (method: string, sequence: number): string =>
    followBack(invite, method, { branch: `z9hG4bKr${sequence}`, sequence, via: "10.0.0.20:5080" });
  rig.receive("pbx", withLines(inDialog("REFER", 1), ["Contact: <sip:10.0.0.20:5080>", `Refer-To: ${TARGET}`]));
  rig.receive("pbx", inDialog("BYE", 2));
  answer(rig, take(rig, "carrier-a", "INVITE"), "target");
  rig.expectNothingLeft();
  expect(rig.records.map(({ cause }) => cause).sort()).toEqual(["lost-peer", "transferred"]);
});

test("a session timer goes on where its party has gone", () => {
  const rig = rigWith({ "carrier-a": { signaling: { sessionExpires: "90s" } } });
  const call = establish(rig);
  refer(rig, call, [`Refer-To: ${TARGET}`]);
  const invite = take(rig, "carrier-a", "INVITE");
  byeOf(rig, call);
  rig.receive("carrier-a", replyTo(invite, 180, { tag: "target", contact: CARRIER }));
  rig.pass(30_000);
  join(rig, invite);
  rig.sentTo("carrier-a");
  rig.pass(46_000);
  const refreshed = rig.sentTo("carrier-a").filter(({ firstLine }) => firstLine.startsWith("INVITE "));
  expect(refreshed.map((message) => message.header("Call-ID"))).toContain(call.invite.header("Call-ID"));
  rig.expectNothingLeft();
});

test("a late fork of the first call is ended, though its party is in another call", () => {
  const rig = rigWith();
  const call = establish(rig);
  refer(rig, call, [`Refer-To: ${TARGET}`]);
  join(rig, take(rig, "carrier-a", "INVITE"));
  byeOf(rig, call);
  rig.sentTo("carrier-a");
  answer(rig, call.invite, "another");
  expect(
    rig.sentTo("carrier-a").map(({ firstLine, header }) => [firstLine.split(" ")[0], header("To").split("tag=")[1]]),
  ).toEqual([
    ["ACK", "another"],
    ["BYE", "another"],
  ]);
  answer(rig, call.invite, "bob-tag");
  expect(rig.linesTo("carrier-a").map((line) => line.split(" ")[0])).toEqual(["ACK"]);
  rig.expectNothingLeft();
});

test("the other codec that the kept party takes is shown to the target", () => {
  const rig = rigWith();
  const call = establish(rig, { body: audioOf("10.0.0.20", 4000, "0 8 101") });
  refer(rig, call, [`Refer-To: ${TARGET}`]);
  const invite = take(rig, "carrier-a", "INVITE");
  rig.receive(
    "carrier-a",
    replyTo(invite, 200, { tag: "target", contact: CARRIER, body: audioOf("192.0.2.3", 7300, "0 8 101") }),
  );
  const asked = take(rig, "carrier-a", "INVITE");
  rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "8 101") }));
  const shown = take(rig, "carrier-a", "INVITE");
  expect(shown.header("Call-ID")).toBe(invite.header("Call-ID"));
  expect(shown.body).toMatch(/m=audio \d+ RTP\/AVP 8 101\r\n/);
});

test.each(["hang-up", "media"])("everything ends with the old call while the target rings: %s", (what) => {
  const rig = rigWith();
  const call = establish(rig);
  refer(rig, call, [`Refer-To: ${TARGET}`]);
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 180, { tag: "target" }));
  const id = rig.engine.liveCalls()[0]?.id ?? "";
  if (what === "hang-up") rig.give({ kind: "hang-up", call: id });
  else rig.give({ kind: "media-event", session: id, event: { kind: "timeout", afterMs: 0 } });
  expect(
    rig
      .linesTo("carrier-a")
      .map((line) => line.split(" ")[0])
      .sort(),
  ).toEqual(["BYE", "CANCEL"]);
  rig.expectNothingLeft();
  expect(rig.records.map(({ cause }) => cause)).toEqual([
    what === "hang-up" ? "operator" : "media-timeout",
    "cancelled",
  ]);
});

test("the operator ends the new call while it rings: who asked is told, and talks on", () => {
  const rig = rigWith();
  const call = establish(rig);
  refer(rig, call, [`Refer-To: ${TARGET}`]);
  expect(told(rig)).toEqual(["SIP/2.0 100 Trying"]);
  rig.give({ kind: "hang-up", call: rig.engine.liveCalls()[1]?.id ?? "" });
  expect(told(rig)).toEqual(["SIP/2.0 480 Temporarily Unavailable"]);
  expect(rig.engine.liveCalls().length).toBe(1);
});

test("Demarc's Allow names REFER to whom it may be sent", () => {
  const rig = rigWith();
  const { ok, invite } = establish(rig);
  expect(ok.header("Allow")).toContain("REFER");
  expect(invite.header("Allow")).not.toContain("REFER");
});
