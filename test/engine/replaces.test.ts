// Calls made one by attended transfer, legs replaced and phones picked up: what counts where, and what happens while the media plane thinks.
import { expect, test } from "vitest";
import { byeFromPbx, CARRIER, type Established, establish, take } from "./established.ts";
import { audioOf, cancelOf, followUp, inviteFrom, type Message, readMessage, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const PBX = "sip:10.0.0.20:5080";
const EXECUTE = { pbx: { signaling: { transfer: "execute" } }, "carrier-a": { limits: { calls: 10 } } };

/** Names the dialog of a call as its other end knows it: its tag is theirs. */
function replacesOf(message: Message): string {
  const tagOf = (name: string): string => /;tag=([^;]*)/.exec(message.header(name))?.[1] ?? "";
  const answered = message.firstLine.startsWith("SIP/2.0");
  const [theirs, ours] = answered ? [tagOf("To"), tagOf("From")] : [tagOf("From"), "x"];
  return `${message.header("Call-ID")};to-tag=${theirs};from-tag=${ours}`;
}

function countsOf(rig: Rig): (readonly [number, number])[] {
  return rig.engine
    .trunkActivity(rig.now)
    .slice(0, 2)
    .map(({ ingressCalls, egressCalls }) => [ingressCalls, egressCalls] as const);
}

function answerInvite(rig: Rig, invite: Message, tag: string, port: number): void {
  rig.receive("carrier-a", replyTo(invite, 200, { tag, contact: CARRIER, body: audioOf("192.0.2.3", port, "0 101") }));
}

/** A second call of the PBX, with another phone of carrier-a. */
function consult(rig: Rig): Established {
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "call-2@inside.pbx", branch: "z9hG4bKsecond" }));
  const invite = take(rig, "carrier-a", "INVITE");
  answerInvite(rig, invite, "carol-tag", 7300);
  const ok = take(rig, "pbx", "SIP/2.0 200");
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack2", sequence: 1, via: "10.0.0.20:5080" }));
  return { invite, ok };
}

test("two calls become one: it counts once for who asked, and once for each party", () => {
  const rig = new Rig(EXECUTE);
  const [one, two] = [establish(rig), consult(rig)];
  expect(countsOf(rig)).toEqual([
    [2, 0],
    [0, 2],
  ]);
  const request = followUp(one.ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via: "10.0.0.20:5080" });
  const replaces = encodeURIComponent(replacesOf(two.ok));
  const lines = `Contact: <${PBX}>\r\nRefer-To: <sip:x@127.0.0.1?Replaces=${replaces}>\r\nRefer-Sub: false\r\n`;
  rig.receive("pbx", request.replace("Content-Length", `${lines}Content-Length`));
  answerInvite(rig, take(rig, "carrier-a", "INVITE"), "bob-tag", 7000);
  answerInvite(rig, take(rig, "carrier-a", "INVITE"), "carol-tag", 7300);
  expect(rig.records.map(({ cause, transferredFrom }) => [cause, transferredFrom])).toEqual([
    ["transferred", null],
    ["transferred", null],
  ]);
  expect(countsOf(rig)).toEqual([
    [1, 0],
    [0, 2],
  ]);
  const [live] = rig.engine.liveCalls();
  expect(live).toMatchObject({ caller: "+13035550142", called: "+13035550142", egressTrunk: "carrier-a" });
  rig.give({ kind: "hang-up", call: live?.id ?? "" });
  rig.expectNothingLeft();
  expect(rig.records[2]).toMatchObject({ cause: "operator", status: 200, transferredFrom: rig.records[0]?.id });
});

test("a leg is replaced where its trunk has no call to spare, and the count is right afterwards", () => {
  const rig = new Rig({ pbx: { limits: { calls: 1 } } });
  const call = establish(rig);
  const extra = `Replaces: ${replacesOf(call.ok)}\r\n`;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "new", branch: "z9hG4bKnew", extra }));
  answerInvite(rig, take(rig, "carrier-a", "INVITE"), "bob-tag", 7000);
  const sent = rig.sentTo("pbx");
  expect(sent.map(({ firstLine }) => firstLine.split(" ").slice(0, 2).join(" "))).toEqual([
    "SIP/2.0 100",
    "SIP/2.0 200",
    `BYE ${"sip:ann@10.0.0.20:5080"}`,
  ]);
  expect(countsOf(rig)).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(rig.records).toMatchObject([{ cause: "replaced", endedBy: "demarc" }]);
  rig.expectNothingLeft();
  expect(rig.records[1]?.transferredFrom).toBe(rig.records[0]?.id);
});

interface Ringing {
  readonly rig: Rig;
  readonly invite: Message;
  readonly text: string;
}

/** Carrier-a calls, a phone of the PBX rings, and another one of it picks up. */
function pickUp(options: { readonly body?: string; readonly hold?: boolean } = {}): Ringing {
  const rig = new Rig({ pbx: { limits: { calls: 1 } } });
  const from = { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" };
  rig.receive("carrier-a", inviteFrom("192.0.2.3", 5060, from));
  const invite = take(rig, "pbx", "INVITE");
  const ringing = replyTo(invite, 180, { contact: PBX });
  rig.receive("pbx", ringing);
  const tag = /;tag=([^;]*)/.exec(invite.header("From"))?.[1] ?? "";
  const replaces = `${invite.header("Call-ID")};to-tag=${tag};from-tag=bob-tag;early-only`;
  rig.holdMedia = options.hold ?? false;
  const { body = audioOf("10.0.0.20", 4200) } = options;
  const extra = `Replaces: ${replaces}\r\nRequire: replaces\r\n`;
  const text = inviteFrom("10.0.0.20", 5080, { callId: "picks", branch: "z9hG4bKpicks", extra, body });
  rig.sentTo("pbx");
  rig.receive("pbx", text);
  return { rig, invite, text };
}

function firstLines(rig: Rig): string[] {
  return rig.linesTo("pbx").map((line) => line.split(" ").slice(0, 2).join(" "));
}

test("a phone is picked up: the caller talks to who did it, and it counts once", () => {
  const { rig, invite } = pickUp();
  expect(firstLines(rig)).toEqual(["SIP/2.0 100", "SIP/2.0 200", "CANCEL sip:+12025550100@10.0.0.20:5080"]);
  expect(take(rig, "carrier-a", "SIP/2.0 200").body).toMatch(/m=audio \d+ RTP\/AVP 0 8 101\r\n/);
  rig.receive("pbx", replyTo(invite, 487));
  expect(countsOf(rig)).toEqual([
    [1, 0],
    [1, 0],
  ]);
  expect(rig.records).toMatchObject([{ cause: "picked-up", status: 200, durationMs: 0 }]);
  expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered", caller: "+14155550111", egressTrunk: "pbx" }]);
  rig.expectNothingLeft();
  expect(rig.records[1]?.attempts.map(({ status, reason }) => [status, reason])).toEqual([
    [null, "Picked up by another phone"],
    [200, "OK"],
  ]);
});

test("one that has no codec in common with the caller gets 488, and the phone rings on", () => {
  const { rig } = pickUp({ body: audioOf("10.0.0.20", 4200, "9") });
  expect(firstLines(rig)).toEqual(["SIP/2.0 100", "SIP/2.0 488"]);
  expect(rig.engine.liveCalls()).toMatchObject([{ state: "ringing" }]);
});

test("the phone answers first: who wanted to pick it up gets 481", () => {
  const { rig, invite } = pickUp({ hold: true });
  rig.receive("pbx", replyTo(invite, 200, { contact: PBX, body: audioOf("10.0.0.20", 4000) }));
  rig.answerMedia();
  expect(firstLines(rig)).toContain("SIP/2.0 481");
  rig.answerMedia();
  expect(take(rig, "carrier-a", "SIP/2.0 200").header("CSeq")).toBe("1 INVITE");
});

test("who wanted to pick it up gives up first: the phone rings on", () => {
  const { rig, text } = pickUp({ hold: true });
  rig.receive("pbx", cancelOf(text));
  rig.answerMedia();
  expect(firstLines(rig)).toEqual(["SIP/2.0 100", "SIP/2.0 200", "SIP/2.0 487"]);
  expect(rig.engine.liveCalls()).toMatchObject([{ state: "ringing" }]);
});

test("the caller gives up first: who wanted to pick it up gets 481", () => {
  const { rig } = pickUp({ hold: true });
  const from = { to: "sip:+12025550100@127.0.0.2", from: "sip:+14155550111@192.0.2.3" };
  rig.receive("carrier-a", cancelOf(inviteFrom("192.0.2.3", 5060, from)));
  rig.answerMedia();
  expect(firstLines(rig)).toContain("SIP/2.0 481");
  rig.expectNothingLeft();
});

test("who has picked it up never acknowledges: both calls end", () => {
  const { rig, invite } = pickUp();
  rig.receive("pbx", replyTo(invite, 487));
  rig.receive(
    "carrier-a",
    followUp(take(rig, "carrier-a", "SIP/2.0 200"), "ACK", {
      branch: "z9hG4bKack1",
      sequence: 1,
      via: "192.0.2.3:5060",
    }),
  );
  rig.pass(33_000);
  expect(rig.records.map(({ cause }) => cause)).toEqual(["picked-up", "lost-peer"]);
  rig.expectNothingLeft();
});

test("who knows tags and Call-ID, but belongs to another trunk, hears the same as for a dialog that is not there", () => {
  const rig = new Rig();
  const call = establish(rig);
  const extra = `Replaces: ${replacesOf(call.ok)}\r\n`;
  for (const [peer, host] of [
    ["carrier-a", "192.0.2.3"],
    ["carrier-b", "192.0.2.4"],
  ] as const) {
    const own = { to: "sip:+12025550100@127.0.0.2", callId: peer, branch: `z9hG4bK${peer}` };
    rig.receive(peer, inviteFrom(host, 5060, { ...own, extra }));
    const known = take(rig, peer, "SIP/2.0 481");
    rig.receive(
      peer,
      inviteFrom(host, 5060, {
        ...own,
        callId: `${peer}2`,
        branch: `z9hG4bK2${peer}`,
        extra: "Replaces: no;to-tag=a;from-tag=b\r\n",
      }),
    );
    const unknown = take(rig, peer, "SIP/2.0 481");
    const plain = ({ firstLine, header }: Message): string[] => [firstLine, header("Reason"), header("Warning")];
    expect(plain(known)).toEqual(plain(unknown));
  }
  byeFromPbx(rig, call);
  expect(readMessage(rig.everything.at(-1)?.text ?? "").firstLine).toMatch(/^BYE /);
});
