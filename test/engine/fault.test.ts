// A fault of our own costs the call that it was about: both sides are told, the record is written, other calls go on.
import { expect, it } from "vitest";
import { acknowledge, byeFromPbx, CARRIER, callOut, establish, take } from "./established.ts";
import { audioOf, inviteFrom, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

it("at the answer: the caller gets 500, the record says why, another call stands", () => {
  const rig = new Rig();
  const standing = establish(rig, { callId: "other@i", branch: "z9hG4bKother" });
  const invite = callOut(rig);
  rig.sentTo("pbx");
  rig.failNextDraw = true;
  rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 500 Server Internal Error"]);
  expect(take(rig, "carrier-a", "BYE").header("CSeq")).toBe("2 BYE");
  expect(rig.records).toMatchObject([{ cause: "internal-error", status: 500, endedBy: "demarc" }]);
  expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered" }]);
  acknowledge(rig, standing);
  byeFromPbx(rig, standing);
  rig.expectNothingLeft(1);
});

it("at the outgoing INVITE: no target is called, the caller gets 500", () => {
  const rig = new Rig();
  rig.holdMedia = true;
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  rig.failNextDraw = true;
  rig.answerMedia();
  rig.holdMedia = false;
  expect(rig.linesTo("carrier-a")).toEqual([]);
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 500 Server Internal Error"]);
  rig.expectNothingLeft(1);
});
