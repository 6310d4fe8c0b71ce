// Calls whose INVITE brings no offer (RFC 3261 section 13.2.1): the target's 2xx has it, and the caller's ACK the answer. A target that wants an offer gets
// one of ours, and the caller is offered what it answers.

import type { Dialog } from "../../protocol/dialog/index.ts";
import { type SessionDescription, voiceDescription, withSingleCodec } from "../../protocol/sdp/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { acknowledge } from "./acknowledge.ts";
import { answerCaller } from "./answer-caller.ts";
import type { Attempt, Call, Leg } from "./call.ts";
import { payAck } from "./hang-up-leg.ts";
import { answerThrough, bodyOf, causeOfAnswer, causeOfOffer, noteSent, offerThrough } from "./negotiate-media.ts";
import { endCall } from "./release.ts";
import { agree } from "./session-change.ts";
import type { Turn } from "./turn.ts";

/** What every telephone can speak. */
const COMMON_CODECS = ["PCMU", "PCMA"];

/** What a target that wants an offer is offered where the caller has made none. */
export function ownOffer(call: Call, towards: Leg): SessionDescription {
  return voiceDescription(call.aLeg.origin, towards.trunk.media.codecs ?? call.ingress.media.codecs ?? COMMON_CODECS);
}

/** The target's 2xx to an INVITE that the caller had sent without an offer. */
export function takeLateOffer(
  call: Call,
  attempt: Attempt,
  answered: {
    readonly dialog: Dialog;
    readonly flow: Flow;
    /** CSeq number of the INVITE. */
    readonly sequence: number;
    readonly description: SessionDescription | null;
    readonly turn: Turn;
  },
): void {
  const { dialog, flow, sequence, description, turn } = answered;
  const { leg } = attempt;
  if (leg === null) return;
  if (leg.sent === null) leg.owedAck = { sequence, request: null, offer: description };
  else {
    // It was offered something of ours: what it answers is what the caller is offered, and of that the one codec that it will speak.
    acknowledge(attempt, { dialog, flow, sequence }, turn);
    if (description !== null) agree(leg, description);
  }
  const offer = description === null || leg.owedAck !== null ? description : withSingleCodec(description);
  call.lateOffer = offer;
  const purpose = { kind: "media-late-offer", attempt: attempt.index } as const;
  if (offer === null || !offerThrough(call, { from: leg, to: call.aLeg, description: offer, purpose }, turn))
    endCall(call, { cause: causeOfOffer(leg, offer), endedBy: "demarc" }, turn);
}

/** The plane has made room for the target's offer: the caller gets it in its 200. */
export function onLateOffered(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  if (call.end !== null || call.answeredAt !== null) return;
  if (!result.ok || result.description === null) {
    endCall(call, { cause: "media-failure", endedBy: "demarc" }, turn);
    return;
  }
  noteSent(call.aLeg, result.description);
  answerCaller(call, turn);
}

/** The caller's ACK brings its answer. */
export function onLateAck(call: Call, description: SessionDescription | null, turn: Turn): void {
  const { aLeg, bLeg } = call;
  const purpose = { kind: "media-late-answer" } as const;
  const { lateOffer: offer } = call;
  const passed =
    bLeg !== null &&
    description !== null &&
    answerThrough(call, { from: aLeg, to: bLeg, description, purpose, offer }, turn);
  if (!passed) endCall(call, { cause: causeOfAnswer(aLeg, description), endedBy: "demarc" }, turn);
}

/** Both sides are joined: a target whose offer it was gets the answer in its ACK. */
export function onLateAnswered(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  const { bLeg } = call;
  if (call.end !== null || bLeg === null) return;
  if (!result.ok || result.description === null) {
    endCall(call, { cause: "media-failure", endedBy: "demarc" }, turn);
    return;
  }
  if (bLeg.owedAck === null) return;
  const local = noteSent(bLeg, result.description);
  agree(bLeg, call.lateOffer);
  payAck(call, bLeg, { body: bodyOf(local), turn });
}
