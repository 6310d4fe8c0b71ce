// Offers before the answer that the other side cannot be asked about (RFC 3311 section 5.2): answered here where the codec in use may stay.
import { expect, test } from "vitest";
import { CARRIER, callOut, take } from "./established.ts";
import { audioOf, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const SUPPORTS = { extra: "Supported: 100rel\r\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n" };

/** A request of the PBX in the early dialog that `response` made. */
function early(response: Message, method: string, given: { sequence: number; body?: string; extra?: string }): string {
  const { sequence, body = "", extra = "" } = given;
  const typed = body === "" ? "" : "Content-Type: application/sdp\r\n";
  return (
    `${method} sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.20:5080;branch=z9hG4bK${method}${sequence}\r\n` +
    `Max-Forwards: 70\r\nFrom: ${response.header("From")}\r\nTo: ${response.header("To")}\r\n` +
    `Call-ID: ${response.header("Call-ID")}\r\nCSeq: ${sequence} ${method}\r\nContact: <sip:ann@10.0.0.20:5080>\r\n` +
    `${extra}${typed}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** Carrier-a, which knows no UPDATE, plays early media; the PBX has acknowledged it. */
function withEarlyMedia(): { rig: Rig; invite: Message; progress: Message } {
  const rig = new Rig({ pbx: { signaling: { reliableProvisional: "supported" } } });
  const invite = callOut(rig, SUPPORTS);
  rig.receive("carrier-a", replyTo(invite, 183, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  const progress = take(rig, "pbx", "SIP/2.0 183");
  const rack = `RAck: ${progress.header("RSeq")} 1 INVITE\r\n`;
  rig.receive("pbx", early(progress, "PRACK", { sequence: 2, extra: rack }));
  take(rig, "pbx", "SIP/2.0 200");
  return { rig, invite, progress };
}

test("another port: answered here, and the plane is told", () => {
  const { rig, progress } = withEarlyMedia();
  const before = rig.media.length;
  rig.receive("pbx", early(progress, "UPDATE", { sequence: 3, body: audioOf("10.0.0.20", 4100, "0 8 101") }));
  const ok = take(rig, "pbx", "SIP/2.0 200");
  expect(ok.header("CSeq")).toBe("3 UPDATE");
  expect(ok.body).toMatch(/m=audio 20000 RTP\/AVP 0 101\r\n/);
  expect(rig.linesTo("carrier-a")).toEqual([]);
  expect(rig.media.slice(before).map(({ kind }) => kind)).toEqual(["offer", "answer"]);
});

test("only a codec that is not in use: 488, and all stays as it was", () => {
  const { rig, invite, progress } = withEarlyMedia();
  const answers = (): number => rig.media.filter(({ kind }) => kind === "answer").length;
  const before = answers();
  rig.receive("pbx", early(progress, "UPDATE", { sequence: 3, body: audioOf("10.0.0.20", 4100, "8 101") }));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 488 Not Acceptable Here"]);
  expect(answers()).toBe(before);
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
});

test("another number of streams than the answer in hand has: 488", () => {
  const { rig, progress } = withEarlyMedia();
  const two = `${audioOf("10.0.0.20", 4000, "0 101")}m=video 4200 RTP/AVP 96\r\n`;
  rig.receive("pbx", early(progress, "UPDATE", { sequence: 3, body: two }));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 488 Not Acceptable Here"]);
});

test("the same from the target, whose caller knows no UPDATE", () => {
  const rig = new Rig({ "carrier-a": { signaling: { reliableProvisional: "supported" } } });
  const invite = callOut(rig);
  const body = audioOf("192.0.2.3", 7000, "0 101");
  rig.receive("carrier-a", replyTo(invite, 183, { contact: CARRIER, body, extra: "Require: 100rel\r\nRSeq: 1\r\n" }));
  const prack = take(rig, "carrier-a", "PRACK");
  rig.receive("carrier-a", replyTo(prack, 200));
  rig.linesTo("pbx");
  const moved = audioOf("192.0.2.3", 7100, "0 101");
  rig.receive(
    "carrier-a",
    `UPDATE sip:127.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.3:5060;branch=z9hG4bKupdate\r\nMax-Forwards: 70\r\n` +
      `From: ${prack.header("To")}\r\nTo: ${prack.header("From")}\r\nCall-ID: ${prack.header("Call-ID")}\r\nCSeq: 1 UPDATE\r\n` +
      `Contact: <${CARRIER}>\r\nContent-Type: application/sdp\r\nContent-Length: ${moved.length}\r\n\r\n${moved}`,
  );
  expect(rig.linesTo("carrier-a")).toEqual(["SIP/2.0 200 OK"]);
  expect(rig.linesTo("pbx")).toEqual([]);
});

test("a target that changes what it has just answered, before the caller has that answer: 500, and the caller is not asked", () => {
  const rig = new Rig();
  const invite = callOut(rig);
  rig.holdMedia = true;
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  const ack = take(rig, "carrier-a", "ACK");
  rig.sentTo("pbx");
  for (const [sequence, body] of [audioOf("192.0.2.3", 7100, "0 101"), ""].entries()) {
    const typed = body === "" ? "" : "Content-Type: application/sdp\r\n";
    rig.receive(
      "carrier-a",
      `INVITE sip:127.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.3:5060;branch=z9hG4bKagain${sequence}\r\nMax-Forwards: 70\r\n` +
        `From: ${ack.header("To")}\r\nTo: ${ack.header("From")}\r\nCall-ID: ${ack.header("Call-ID")}\r\nCSeq: ${sequence + 1} INVITE\r\n` +
        `Contact: <${CARRIER}>\r\n${typed}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(take(rig, "carrier-a", "SIP/2.0 500").header("Retry-After")).toMatch(/^\d+$/);
  }
  expect(rig.linesTo("pbx")).toEqual([]);
  rig.holdMedia = false;
  rig.answerMedia();
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
});

test("a re-INVITE in an early dialog is none: 500 (RFC 3261 section 14.1)", () => {
  const { rig, progress } = withEarlyMedia();
  rig.receive("pbx", early(progress, "INVITE", { sequence: 3, body: audioOf("10.0.0.20", 4100, "0 101") }));
  rig.receive("pbx", early(progress, "INVITE", { sequence: 4 }));
  const refusals = ["SIP/2.0 500 Server Internal Error", "SIP/2.0 500 Server Internal Error"];
  expect(rig.linesTo("pbx")).toEqual(refusals);
  expect(rig.linesTo("carrier-a")).toEqual([]);
});
