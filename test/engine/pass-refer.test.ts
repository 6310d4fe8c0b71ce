// A REFER with Replaces that is handed to the other party: it names the call to be taken over in words of ours, to that party's trunk alone.
import { beforeEach, expect, test } from "vitest";
import { CARRIER, type Established, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const ALLOW = "Allow: INVITE, ACK, BYE, CANCEL, REFER, NOTIFY\r\n";

let rig: Rig;
beforeEach(() => {
  rig = new Rig({ pbx: { signaling: { transfer: "pass" } }, "carrier-a": { limits: { calls: 10 } } });
});

/** A call of the PBX that a phone of carrier-a has answered. */
function call(name: string, port: number): Established {
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: `${name}@inside.pbx`, branch: `z9hG4bK${name}` }));
  const invite = take(rig, "carrier-a", "INVITE");
  const body = audioOf("192.0.2.3", port, "0 101");
  rig.receive("carrier-a", replyTo(invite, 200, { tag: `${name}-tag`, contact: CARRIER, body, extra: ALLOW }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: `z9hG4bKack${name}`, sequence: 1, via: "10.0.0.20:5080" }));
  return { invite, ok };
}

function tagIn(value: string): string {
  return /;tag=([^;]*)/.exec(value)?.[1] ?? "";
}

/** The PBX refers the first call's party to the second one's; gives what that party is told. */
function referred(one: Established, two: Established): { readonly refer: Message; readonly replaces: string } {
  const named = `${two.ok.header("Call-ID")};to-tag=${tagIn(two.ok.header("To"))};from-tag=${tagIn(two.ok.header("From"))}`;
  const lines = [
    "Contact: <sip:10.0.0.20:5080>",
    `Refer-To: <sip:+14155550177@127.0.0.1?Replaces=${encodeURIComponent(named)}>`,
    "Referred-By: <sip:+12025550100@inside.pbx>",
  ];
  const request = followUp(one.ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via: "10.0.0.20:5080" });
  rig.receive("pbx", request.replace("Content-Length", `${lines.join("\r\n")}\r\nContent-Length`));
  const refer = take(rig, "carrier-a", "REFER");
  const [, uri = ""] = /\?Replaces=([^>]*)>$/.exec(refer.header("Refer-To")) ?? [];
  return { refer, replaces: decodeURIComponent(uri) };
}

function takes(peer: "carrier-a" | "carrier-b", replaces: string): void {
  const host = peer === "carrier-a" ? "192.0.2.3" : "192.0.2.4";
  const extra = `Replaces: ${replaces}\r\nRequire: replaces\r\n`;
  const of = { to: "sip:+14155550177@127.0.0.2", callId: `${peer}-new`, branch: `z9hG4bK${peer}`, extra };
  rig.receive(peer, inviteFrom(host, 5060, { ...of, body: audioOf(host, 7600) }));
}

test("the party calls, and takes the place of the PBX in its second call", () => {
  const [one, two] = [call("one", 7000), call("two", 7300)];
  const { refer, replaces } = referred(one, two);
  expect(refer.header("Refer-To")).toMatch(/^<sip:\+14155550177@127\.0\.0\.2:5060\?Replaces=/);
  expect(refer.header("Referred-By")).toBe("<sip:+12025550100@127.0.0.2:5060>");
  for (const inside of ["inside", "two-tag", "ann-tag", "127.0.0.1"])
    expect(JSON.stringify([refer.headers("Refer-To"), refer.body])).not.toContain(inside);
  rig.receive("carrier-a", replyTo(refer, 202, { contact: CARRIER }));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 202 Accepted"]);
  takes("carrier-a", replaces);
  const asked = take(rig, "carrier-a", "INVITE");
  expect(asked.header("Call-ID")).toBe(two.invite.header("Call-ID"));
  rig.receive("carrier-a", replyTo(asked, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7300, "0 101") }));
  expect(take(rig, "carrier-a", "SIP/2.0 200").header("Call-ID")).toBe("carrier-a-new");
  expect(take(rig, "pbx", "BYE").header("Call-ID")).toBe("two@inside.pbx");
  expect(rig.records).toMatchObject([{ cause: "replaced", endedBy: "demarc" }]);
  rig.expectNothingLeft();
});

test("nobody else may, whoever tells it of the name", () => {
  const { replaces } = referred(call("one", 7000), call("two", 7300));
  takes("carrier-b", replaces);
  expect(rig.linesTo("carrier-b").at(-1)).toBe("SIP/2.0 481 Call/Transaction Does Not Exist");
});

test("the name of a call that nobody was told of is none", () => {
  call("one", 7000);
  const [live] = rig.engine.liveCalls();
  takes("carrier-a", `${live?.id};to-tag=x;from-tag=${live?.id}`);
  expect(rig.linesTo("carrier-a").at(-1)).toBe("SIP/2.0 481 Call/Transaction Does Not Exist");
});

test("a call of somebody else is not named", () => {
  const [one, two] = [call("one", 7000), call("two", 7300)];
  const made = {
    invite: two.invite,
    ok: { ...two.ok, header: (name: string) => (name === "Call-ID" ? "other" : two.ok.header(name)) },
  };
  expect(() => referred(one, made)).toThrow("carrier-a was sent no REFER");
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 603 Decline"]);
});

test("one that is never told of does not stand in the way of the next", () => {
  const [one, two] = [call("one", 7000), call("two", 7300)];
  const { refer } = referred(one, two);
  rig.receive("carrier-a", replyTo(refer, 202, { contact: CARRIER }));
  rig.sentTo("pbx");
  const request = followUp(one.ok, "REFER", { branch: "z9hG4bKagain", sequence: 3, via: "10.0.0.20:5080" });
  rig.receive("pbx", request.replace("Content-Length", "Refer-To: <sip:+14155550178@127.0.0.1>\r\nContent-Length"));
  expect(take(rig, "carrier-a", "REFER").header("Refer-To")).toBe("<sip:+14155550178@127.0.0.2:5060>");
});

test("of what the party tells nothing is passed but the status", () => {
  const [one, two] = [call("one", 7000), call("two", 7300)];
  const { refer } = referred(one, two);
  rig.receive("carrier-a", replyTo(refer, 202, { contact: CARRIER }));
  rig.sentTo("pbx");
  const notify = (sequence: number, state: string, body: string): string =>
    `NOTIFY sip:127.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.3:5060;branch=z9hG4bKn${sequence}\r\nMax-Forwards: 70\r\n` +
    `From: ${refer.header("To")}\r\nTo: ${refer.header("From")}\r\nCall-ID: ${refer.header("Call-ID")}\r\nCSeq: ${sequence} NOTIFY\r\n` +
    `Contact: <${CARRIER}>\r\nEvent: refer;id=77;x=inside\r\nSubscription-State: ${state}\r\nContent-Type: message/sipfrag\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`;
  rig.receive(
    "carrier-a",
    notify(1, "active;expires=30;x=inside", "SIP/2.0 180 inside-phrase\r\nContact: <sip:inside>\r\n"),
  );
  const told = take(rig, "pbx", "NOTIFY");
  expect([told.header("Event"), told.header("Subscription-State"), told.body]).toEqual([
    "refer",
    "active;expires=30",
    "SIP/2.0 180 Ringing\r\n",
  ]);
  rig.receive("pbx", replyTo(told, 200));
  expect(rig.linesTo("carrier-a")).toEqual(["SIP/2.0 200 OK"]);
  for (const [index, body] of ["", "no fragment", "SIP/2.0 9"].entries()) {
    rig.receive("carrier-a", notify(2 + index, "terminated;reason=noresource", body));
    expect(rig.linesTo("carrier-a")).toEqual(["SIP/2.0 489 Bad Event"]);
  }
  rig.receive("carrier-a", notify(50, "terminated;reason=inside", "SIP/2.0 200 OK\r\n"));
  expect(take(rig, "pbx", "NOTIFY").header("Subscription-State")).toBe("terminated;reason=noresource");
});
