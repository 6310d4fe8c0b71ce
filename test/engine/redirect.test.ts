// Where a 3xx may send a call, and where not: what a redirection reaches is bounded by the rights of the trunk that gives it.
import { expect, test } from "vitest";
import { callOut, take } from "./established.ts";
import { audioOf, cancelOf, inviteFrom, type Message, replyTo } from "./peer.ts";
import { type PeerName, Rig, type Settings } from "./rig.ts";

const FOLLOW = { signaling: { redirect: "follow" } };
const PBX = "sip:10.0.0.20:5080";

/** Carrier-a calls a number of the PBX, which gets the INVITE. */
function callIn(rig: Rig): Message {
  const text = inviteFrom("192.0.2.3", 5060, { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" });
  rig.receive("carrier-a", text);
  return take(rig, "pbx", "INVITE");
}

function moved(
  rig: Rig,
  peer: PeerName,
  answer: { invite: Message; to: string; status?: number; extra?: string },
): void {
  const { invite, to, status = 302, extra = "" } = answer;
  rig.receive(peer, replyTo(invite, status, { extra: `${extra}Contact: ${to}\r\n` }));
}

function invitesTo(rig: Rig, peer: PeerName): Message[] {
  return rig.sentTo(peer).filter(({ firstLine }) => firstLine.startsWith("INVITE "));
}

function callee(more: Settings = {}): Rig {
  return new Rig({ pbx: { ...FOLLOW, ...more } });
}

test("a number outside is called as the PBX would call it, by the routes, and counts as a call of the PBX too", () => {
  const rig = callee();
  moved(rig, "pbx", { invite: callIn(rig), to: "<sip:+14155550177@127.0.0.1>" });
  const onward = take(rig, "carrier-a", "INVITE");
  expect(onward.firstLine).toBe("INVITE sip:+14155550177@192.0.2.3:5060 SIP/2.0");
  expect(rig.engine.trunkActivity(rig.now)).toMatchObject([
    { trunk: "pbx", ingressCalls: 1, egressCalls: 0 },
    { trunk: "carrier-a", ingressCalls: 1, egressCalls: 1 },
    { trunk: "carrier-b", ingressCalls: 0, egressCalls: 0 },
  ]);
  rig.receive("carrier-a", replyTo(onward, 486));
  rig.expectNothingLeft();
  expect(rig.records[0]?.attempts.map(({ trunk, called, status }) => [trunk, called, status])).toEqual([
    ["pbx", "+12025550100", 302],
    ["carrier-a", "+14155550177", 486],
  ]);
  expect(rig.records[0]?.called).toBe("+12025550100");
});

test.each([
  ["a number that the PBX may not call", "<sip:+19005550177@127.0.0.1>"],
  ["an emergency number", "<sip:911@10.0.0.20>"],
  ["the number that was called", "<sip:+12025550100@127.0.0.1>"],
  ["the very place that was asked", "<sip:+12025550100@10.0.0.20:5080>"],
  ["no SIP URI", "<mailto:ann@inside.example>"],
  ["everything, by an asterisk", "*"],
  ["nothing that can be read", "<sip:"],
])("goes nowhere: %s", (_what, to) => {
  const rig = callee();
  moved(rig, "pbx", { invite: callIn(rig), to });
  expect(invitesTo(rig, "pbx")).toEqual([]);
  expect(rig.linesTo("carrier-a").at(-1)).toBe("SIP/2.0 480 Temporarily Unavailable");
  expect(rig.records.length).toBe(1);
});

test.each([305, 380, 399])("%i says nothing of another number: a failure", (status) => {
  const rig = callee();
  moved(rig, "pbx", { invite: callIn(rig), to: "<sip:+12025550101@127.0.0.1>", status });
  expect(invitesTo(rig, "pbx")).toEqual([]);
  expect(rig.linesTo("carrier-a").at(-1)).toBe("SIP/2.0 480 Temporarily Unavailable");
});

test("another host of the trunk itself is asked there; one without a user for the same number", () => {
  const rig = new Rig({ "carrier-a": FOLLOW });
  moved(rig, "carrier-a", { invite: callOut(rig), to: "<sip:192.0.2.3:5070;transport=udp>" });
  expect(take(rig, "carrier-a", "INVITE").firstLine).toBe("INVITE sip:+13035550142@192.0.2.3:5070 SIP/2.0");
});

test("a stranger's host is never asked: the number is looked up, as a call of the trunk that named it", () => {
  const rig = new Rig({ "carrier-a": FOLLOW, "carrier-b": FOLLOW });
  moved(rig, "carrier-a", { invite: callOut(rig), to: "<sip:+14155550177@192.0.2.99>, <sip:+12025550105@192.0.2.99>" });
  expect(rig.linesTo("stranger")).toEqual([]);
  // The first is no number of ours, so carrier-a could not call it; the second is the PBX's.
  expect(take(rig, "pbx", "INVITE").firstLine).toBe("INVITE sip:+12025550105@10.0.0.20:5080 SIP/2.0");
});

test.each([
  ["a number that the caller may not call", "+19005550177"],
  ["a number without a route", "4711"],
])("a provider is not paid for %s, though the Contact is at its own host", (_what, number) => {
  const rig = new Rig({ "carrier-a": FOLLOW });
  moved(rig, "carrier-a", { invite: callOut(rig), to: `<sip:${number}@192.0.2.3>` });
  expect(invitesTo(rig, "carrier-a")).toEqual([]);
  expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 480 Temporarily Unavailable");
});

test("what a PBX is asked for at its own host is its own business", () => {
  const rig = callee();
  moved(rig, "pbx", { invite: callIn(rig), to: "<sip:201@10.0.0.20>" });
  expect(take(rig, "pbx", "INVITE").firstLine).toBe("INVITE sip:201@10.0.0.20 SIP/2.0");
});

test("an emergency call goes where its route says and nowhere else", () => {
  const rig = new Rig({ "carrier-a": FOLLOW });
  const invite = callOut(rig, { to: "sip:911@127.0.0.1" });
  moved(rig, "carrier-a", { invite, to: "<sip:+13035550199@192.0.2.3>" });
  expect(invitesTo(rig, "carrier-a")).toEqual([]);
});

test("the limits of the trunk that sends calls on hold for them", () => {
  const rig = callee({ limits: { calls: 1 } });
  moved(rig, "pbx", { invite: callIn(rig), to: "<sip:+14155550177@127.0.0.1>" });
  expect(invitesTo(rig, "carrier-a").length).toBe(1);
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "own", branch: "z9hG4bKown" }));
  expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 503 Service Unavailable");
  rig.expectNothingLeft();
});

test("no more than five redirections one after the other", () => {
  const rig = callee();
  let invite = callIn(rig);
  const called: string[] = [];
  for (let hop = 1; hop <= 7; hop += 1) {
    moved(rig, "pbx", { invite, to: `<sip:+1202555010${hop}@127.0.0.1>` });
    const [next] = invitesTo(rig, "pbx");
    if (next === undefined) break;
    called.push(next.firstLine.slice(11, 23));
    invite = next;
  }
  expect(called).toEqual(["+12025550101", "+12025550102", "+12025550103", "+12025550104", "+12025550105"]);
  expect(rig.linesTo("carrier-a").at(-1)).toBe("SIP/2.0 480 Temporarily Unavailable");
});

test("no more than ten Contacts in one call, preferred ones first, and none twice", () => {
  const rig = callee();
  const contacts = Array.from(
    { length: 40 },
    (_, index) => `<sip:+120255501${String(index).padStart(2, "0")}@127.0.0.1>`,
  );
  let invite = callIn(rig);
  moved(rig, "pbx", {
    invite,
    to: `${contacts.join(", ")}, <sip:+12025550199@127.0.0.1>;q=1.0, <sip:+12025550199@127.0.0.1>`,
  });
  const called: string[] = [];
  for (;;) {
    const [next] = invitesTo(rig, "pbx");
    if (next === undefined) break;
    called.push(next.firstLine.slice(19, 23));
    invite = next;
    rig.receive("pbx", replyTo(invite, 404));
  }
  expect(called).toEqual(["0101", "0102", "0103", "0104", "0105", "0106", "0107", "0108", "0109"]);
  expect(rig.linesTo("carrier-a").at(-1)).toBe("SIP/2.0 404 Not Found");
});

test("a 6xx of one Contact speaks for all of them (RFC 3261 section 21.6)", () => {
  const rig = callee();
  moved(rig, "pbx", { invite: callIn(rig), to: "<sip:+12025550101@127.0.0.1>, <sip:+12025550102@127.0.0.1>" });
  rig.receive("pbx", replyTo(take(rig, "pbx", "INVITE"), 603));
  expect(invitesTo(rig, "pbx")).toEqual([]);
  expect(rig.linesTo("carrier-a").at(-1)).toBe("SIP/2.0 603 Decline");
});

test("a Contact that fails at one target of a busy number goes to the next Contact, not to the number's next target", () => {
  const rig = callee({ targets: [{ uri: PBX }, { uri: "sip:10.0.0.20:5090" }] });
  moved(rig, "pbx", { invite: callIn(rig), to: "<sip:+12025550101@127.0.0.1>, <sip:+12025550102@127.0.0.1>" });
  rig.receive("pbx", replyTo(take(rig, "pbx", "INVITE"), 486));
  expect(take(rig, "pbx", "INVITE").firstLine).toContain("sip:+12025550102@");
});

test("what the called party has named takes the place of the route's other targets", () => {
  const rig = new Rig({ "carrier-a": FOLLOW });
  moved(rig, "carrier-a", { invite: callOut(rig), to: "<sip:+13035550199@192.0.2.3>" });
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 503));
  expect(rig.linesTo("carrier-b")).toEqual([]);
  expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 500 Server Internal Error");
});

test.each([
  ["", "unconditional"],
  [";cause=486", "user-busy"],
])("who sent it on is told, with why (Contact%s)", (cause, reason) => {
  const rig = new Rig({ pbx: { ...FOLLOW, identity: { diversion: "both" } } });
  moved(rig, "pbx", { invite: callIn(rig), to: `<sip:+12025550101@127.0.0.1${cause}>` });
  const onward = take(rig, "pbx", "INVITE");
  expect(onward.header("Diversion")).toContain(`<sip:+12025550100@`);
  expect(onward.header("Diversion")).toContain(`;reason=${reason};counter=1`);
  expect(onward.header("History-Info")).toMatch(/<sip:\+12025550101@[^>]*;cause=\d+>;index=1\.1;mp=1$/);
});

test("the reason may stand in the 3xx's own Diversion, and ringing before it means no answer", () => {
  const rig = new Rig({ pbx: { ...FOLLOW, identity: { diversion: "diversion" } } });
  const invite = callIn(rig);
  rig.receive("pbx", replyTo(invite, 180));
  const extra = "Diversion: <sip:+12025550100@inside.pbx>;reason=time-of-day\r\n";
  moved(rig, "pbx", { invite, to: "<sip:+12025550101@127.0.0.1>", extra });
  const second = take(rig, "pbx", "INVITE");
  rig.receive("pbx", replyTo(second, 180));
  moved(rig, "pbx", { invite: second, to: "<sip:+12025550102@127.0.0.1>" });
  expect(
    take(rig, "pbx", "INVITE")
      .headers("Diversion")
      .map((value) => value.replace(/@[^>]*/, "")),
  ).toEqual([
    "<sip:+12025550101>;reason=no-answer;counter=1;privacy=off",
    "<sip:+12025550100>;reason=time-of-day;counter=1;privacy=off",
  ]);
});

test("passed on: only numbers, each leading here, in the caller's own format, with their preference", () => {
  const rig = new Rig({
    pbx: { signaling: { redirect: "pass" } },
    "carrier-a": { identity: { format: "e164-plain" } },
  });
  const to =
    "<sip:+12025550101@10.0.0.20;secret=1>;q=0.5, <sip:inside.name@10.0.0.20>, <sip:10.0.0.20>, <tel:+12025550102>, <sip:911@10.0.0.20>";
  moved(rig, "pbx", { invite: callIn(rig), to, status: 300 });
  const told = take(rig, "carrier-a", "SIP/2.0 300");
  expect(told.header("Contact")).toBe("<sip:12025550102@127.0.0.2:5060>, <sip:12025550101@127.0.0.2:5060>;q=0.5");
  expect(rig.records[0]).toMatchObject({ status: 300, cause: "target-failure", endedBy: "callee" });
});

test("the caller takes its call back while a Contact rings", () => {
  const rig = callee();
  const text = inviteFrom("192.0.2.3", 5060, { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" });
  rig.receive("carrier-a", text);
  moved(rig, "pbx", { invite: take(rig, "pbx", "INVITE"), to: "<sip:+12025550101@127.0.0.1>" });
  const second = take(rig, "pbx", "INVITE");
  rig.receive("pbx", replyTo(second, 180));
  rig.receive("carrier-a", cancelOf(text));
  expect(rig.linesTo("pbx").some((line) => line.startsWith("CANCEL sip:+12025550101@"))).toBe(true);
  rig.receive("pbx", replyTo(second, 487));
  rig.expectNothingLeft();
});

test("a 302 after the caller has taken its call back is followed by nobody", () => {
  const rig = callee();
  const text = inviteFrom("192.0.2.3", 5060, { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" });
  rig.receive("carrier-a", text);
  const invite = take(rig, "pbx", "INVITE");
  rig.receive("pbx", replyTo(invite, 180));
  rig.receive("carrier-a", cancelOf(text));
  moved(rig, "pbx", { invite, to: "<sip:+12025550101@127.0.0.1>" });
  expect(invitesTo(rig, "pbx")).toEqual([]);
  rig.expectNothingLeft();
});

test("a change that the one who redirects was asked for is over with it", () => {
  const rig = new Rig({
    "carrier-a": { signaling: { redirect: "follow", reliableProvisional: "supported" } },
    pbx: { signaling: { reliableProvisional: "supported" } },
  });
  const allow = "Supported: 100rel\r\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
  const invite = callOut(rig, { extra: allow });
  const extra = `${allow}Require: 100rel\r\nRSeq: 1\r\n`;
  rig.receive(
    "carrier-a",
    replyTo(invite, 183, { contact: "sip:192.0.2.3:5060", body: audioOf("192.0.2.3", 7000, "0 101"), extra }),
  );
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "PRACK"), 200));
  const progress = take(rig, "pbx", "SIP/2.0 183");
  const inDialog = (method: string, sequence: number, more: string, body: string): string =>
    `${method} sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.20:5080;branch=z9hG4bK${method}${sequence}\r\n` +
    `Max-Forwards: 70\r\nFrom: ${progress.header("From")}\r\nTo: ${progress.header("To")}\r\nCall-ID: ${progress.header("Call-ID")}\r\n` +
    `CSeq: ${sequence} ${method}\r\nContact: <sip:ann@10.0.0.20:5080>\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
  rig.receive("pbx", inDialog("PRACK", 2, `RAck: ${progress.header("RSeq")} 1 INVITE\r\n`, ""));
  take(rig, "pbx", "SIP/2.0 200");
  const offer = audioOf("10.0.0.20", 4100, "0 8 101");
  rig.receive("pbx", inDialog("UPDATE", 3, "Content-Type: application/sdp\r\n", offer));
  take(rig, "carrier-a", "UPDATE");
  moved(rig, "carrier-a", { invite, to: "<sip:+13035550199@192.0.2.3>" });
  expect(take(rig, "pbx", "SIP/2.0 500").header("CSeq")).toBe("3 UPDATE");
  const second = take(rig, "carrier-a", "INVITE");
  rig.receive(
    "carrier-a",
    replyTo(second, 200, { contact: "sip:192.0.2.3:5060", tag: "other", body: audioOf("192.0.2.3", 7000, "0 101") }),
  );
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
});
