// Provisional responses that are sure to arrive (RFC 3262), where the flow does not go as planned. The flows themselves are in test/conformance.
import { expect, test } from "vitest";
import { CARRIER, callOut, take } from "./established.ts";
import { audioOf, cancelOf, inviteFrom, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const RELIABLE = "Require: 100rel\r\nRSeq: 17\r\n";

test("an answer that comes too late is hung up on with a number behind that of the PRACK", () => {
  const rig = new Rig({ "carrier-a": { signaling: { reliableProvisional: "supported" } } });
  const invite = callOut(rig);
  rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, extra: RELIABLE }));
  const prack = take(rig, "carrier-a", "PRACK");
  expect([prack.header("CSeq"), prack.header("RAck")]).toEqual(["2 PRACK", "17 1 INVITE"]);
  rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  const sent = rig.sentTo("carrier-a");
  const numbers = ["ACK", "BYE"].map((method) =>
    sent.find(({ firstLine }) => firstLine.startsWith(method))?.header("CSeq"),
  );
  expect(numbers).toEqual(["1 ACK", "3 BYE"]);
});

test("a peer that makes its responses reliable unasked is not acknowledged, and heard all the same", () => {
  const rig = new Rig();
  const invite = callOut(rig);
  rig.linesTo("pbx");
  rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, extra: RELIABLE }));
  expect(rig.linesTo("carrier-a")).toEqual([]);
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 180 Ringing"]);
});

test("no number of early dialogs keeps more than its bound", () => {
  const rig = new Rig({ pbx: { signaling: { forks: "pass" } } });
  const invite = callOut(rig);
  for (let fork = 0; fork < 500; fork += 1)
    rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, tag: `fork-${fork}` }));
  const tags = new Set(rig.sentTo("pbx").map((message) => message.header("To")));
  expect(tags.size).toBeLessThanOrEqual(18);
  rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
  rig.receive("carrier-a", replyTo(invite, 487));
  rig.expectNothingLeft();
});

test.each(["constructor", "__proto__", "hasOwnProperty"])("a tag is a word of the peer's, even %s", (tag) => {
  const rig = new Rig({ "carrier-a": { signaling: { reliableProvisional: "supported" } } });
  const invite = callOut(rig);
  rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, tag, extra: RELIABLE }));
  expect(rig.linesTo("carrier-a")).toHaveLength(1);
  const body = audioOf("192.0.2.3", 7000, "0 101");
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, tag, body }));
  expect(take(rig, "carrier-a", "ACK").header("To")).toContain(`;tag=${tag}`);
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, tag, body }));
  expect(rig.linesTo("carrier-a").map((line) => line.split(" ")[0])).toEqual(["ACK"]);
  rig.pass(60_000);
  rig.expectNothingLeft();
});

test("no number of answers keeps more than its bound", () => {
  const rig = new Rig();
  const invite = callOut(rig);
  const body = audioOf("192.0.2.3", 7000, "0 101");
  for (let fork = 0; fork < 500; fork += 1)
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, tag: `fork-${fork}`, body }));
  const acks = rig.linesTo("carrier-a").filter((line) => line.startsWith("ACK"));
  expect(acks).toHaveLength(64);
  rig.expectNothingLeft();
});

test("what a target says is told in its order, though the media plane takes its time over some of it", () => {
  const rig = new Rig();
  const invite = callOut(rig);
  rig.linesTo("pbx");
  rig.holdMedia = true;
  const early = { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") };
  rig.receive("carrier-a", replyTo(invite, 183, { ...early, tag: "plays" }));
  rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, tag: "rings" }));
  rig.receive("carrier-a", replyTo(invite, 181, { contact: CARRIER, tag: "rings" }));
  expect(rig.linesTo("pbx")).toEqual([]);
  rig.answerMedia();
  expect(rig.linesTo("pbx").map((line) => line.split(" ")[1])).toEqual(["183", "180", "181"]);
});

test("no number of early descriptions keeps more than its bound while the media plane is silent", () => {
  const rig = new Rig();
  const invite = callOut(rig);
  rig.linesTo("pbx");
  rig.holdMedia = true;
  const early = { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") };
  rig.receive("carrier-a", replyTo(invite, 183, early));
  for (let count = 0; count < 500; count += 1) rig.receive("carrier-a", replyTo(invite, 180 + (count % 3), early));
  rig.answerMedia();
  expect(rig.linesTo("pbx").length).toBeLessThanOrEqual(64);
});
