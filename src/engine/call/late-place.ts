// An INVITE with Replaces that brings no offer: who sends it is offered the session of the party that stays in its 2xx, and its ACK has the answer. With
// that it takes the place as any other does.

import { type SessionDescription, withEverythingFlowing } from "../../protocol/sdp/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { answerCaller } from "./answer-caller.ts";
import type { Call, Leg } from "./call.ts";
import { join } from "./join.ts";
import { canStand, causeOfAnswer, causeOfOffer, noteSent, offerThrough } from "./negotiate-media.ts";
import { endCall } from "./release.ts";
import { agree } from "./session-change.ts";
import type { Turn } from "./turn.ts";

/** Asks the plane for what `stays`, which is in another call yet, has said last. It may be that it is on hold there. */
export function offerPlace(call: Call, stays: Leg, turn: Turn): void {
  const { joining } = call;
  const said = stays.agreed?.remote ?? null;
  const description = said === null ? null : withEverythingFlowing(said);
  if (joining !== null) joining.state = "placing";
  const from = { ...stays, side: "b" as const };
  const purpose = { kind: "place-offer" } as const;
  if (description === null || !offerThrough(call, { from, to: call.aLeg, description, purpose }, turn))
    endCall(call, { cause: causeOfOffer(stays, description), endedBy: "demarc" }, turn);
}

export function onPlaceOffered(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  if (call.joining?.state !== "placing" || call.answeredAt !== null) return;
  if (!result.ok || result.description === null) {
    endCall(call, { cause: "media-failure", endedBy: "demarc" }, turn);
    return;
  }
  noteSent(call.aLeg, result.description);
  answerCaller(call, turn);
}

/** Its ACK: what it answers is shown to who stays, as an offer of its own would have been. */
export function onPlaceTaken(call: Call, answer: SessionDescription | null, turn: Turn): void {
  const { aLeg, joining } = call;
  if (answer === null || joining === null || !canStand(call, aLeg, answer)) {
    endCall(call, { cause: causeOfAnswer(aLeg, answer), endedBy: "demarc" }, turn);
    return;
  }
  joining.state = "waiting";
  call.offer = answer;
  agree(aLeg, answer);
  join(call, turn);
}
