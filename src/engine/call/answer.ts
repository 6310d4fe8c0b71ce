// The answer: its ACK towards the target, its media, and the 200 towards the caller until the caller acknowledges it.

import { dropNamed, namedValue } from "../../base/index.ts";
import { type Dialog, dialogOfResponse } from "../../protocol/dialog/index.ts";
import { cseq, formatSipUri, parseSipUri, type SipRequest, type SipResponse } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { noteNextNonce } from "../credentials/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { settleAcceptance } from "./accept-invite.ts";
import { acknowledge, repeatAck } from "./acknowledge.ts";
import { answerCaller } from "./answer-caller.ts";
import { type Attempt, type Call, type EarlyDialog, earlyDialogWith, type Leg } from "./call.ts";
import { flowOfDialog } from "./dialog-way.ts";
import type { Found } from "./find-leg.ts";
import { acknowledgeAndEnd } from "./give-up-attempt.ts";
import { hangUpLeg } from "./hang-up-leg.ts";
import { takeTarget } from "./hear-target.ts";
import { join } from "./join.ts";
import { judgeAttempt } from "./judge-trunk.ts";
import { onLateAck, takeLateOffer } from "./late-offer.ts";
import { onPlaceTaken } from "./late-place.ts";
import { noteAbilities } from "./leg.ts";
import { answerThrough, causeOfAnswer, noteSent, readDescription } from "./negotiate-media.ts";
import { onPickUpAck } from "./pick-up.ts";
import { type Ending, endCall, forgetIfOver } from "./release.ts";
import { awaitsPrack } from "./reliable-provisional.ts";
import { handOver } from "./semi-attended.ts";
import { passAnswer } from "./session-change.ts";
import { settleSession } from "./session-terms.ts";
import { logCall, stopCallTimer, type Turn } from "./turn.ts";

/** Answers of one INVITE that are acknowledged: no proxy forks to more phones, and each is kept for its repetitions. */
const MOST_ANSWERS = 64;

/** A 2xx to the attempt's INVITE: the first one answers the call, every other is a repetition, a second fork, or too late. */
export function onAnswered(
  call: Call,
  attempt: Attempt,
  answer: { readonly response: SipResponse; readonly flow: Flow; readonly turn: Turn },
): void {
  const { response, flow, turn } = answer;
  const { seed, leg } = attempt;
  if (seed === null || leg === null) return;
  const dialog = dialogOfResponse(seed, response, targetOf(attempt));
  if (dialog === null) return;
  const repeated = namedValue(attempt.acks, dialog.remoteTag);
  if (repeated !== undefined) {
    repeatAck(repeated, turn);
    return;
  }
  if (attempt.acks.length >= MOST_ANSWERS) return;
  // The first 2xx again while its ACK waits for the caller's answer: it will come.
  if (leg.owedAck !== null && leg.dialog?.remoteTag === dialog.remoteTag) return;
  const { sequence } = seed;
  const early = continueEarly(leg, dialog);
  const towards = { dialog, flow: flowOfDialog(leg, { dialog, arrived: flow }, turn), sequence };
  if (call.end !== null || (attempt.state !== "calling" && attempt.state !== "proceeding")) {
    acknowledgeAndEnd(call, attempt, { ...towards, turn });
    forgetIfOver(call, turn);
    return;
  }
  takeAnswer(call, attempt, { ...towards, early, response, turn });
}

/** The peer's own address as a Contact, for a peer that sends none. */
function targetOf(attempt: Attempt): string {
  const uri = parseSipUri(attempt.target.uri);
  return uri === null ? attempt.target.uri : formatSipUri(uri);
}

interface TakenAnswer {
  readonly dialog: Dialog;
  readonly early: EarlyDialog | null;
  readonly flow: Flow;
  /** CSeq number of the INVITE. */
  readonly sequence: number;
  readonly response: SipResponse;
  readonly turn: Turn;
}

function takeAnswer(call: Call, attempt: Attempt, taken: TakenAnswer): void {
  const { dialog, early, flow, sequence, response, turn } = taken;
  const { leg } = attempt;
  if (leg === null) return;
  attempt.state = "answered";
  attempt.status = response.status;
  attempt.reason = "OK";
  judgeAttempt(attempt, true, turn);
  noteNextNonce(leg.authentication, response);
  noteAbilities(leg, response);
  leg.dialog = dialog;
  // The others may be answered too: their BYE goes on from what was said in them.
  dropNamed(leg.earlyDialogs, dialog.remoteTag);
  if (early !== null) settleCallerTag(call, early.callerTag);
  leg.flow = flow;
  leg.state = "confirmed";
  call.bLeg = leg;
  settleSession(call, leg, { response, turn });
  stopCallTimer(call, "attempt", turn);
  stopCallTimer(call, "ring", turn);
  const reading = readDescription(response);
  const description = reading.kind === "description" ? reading.description : null;
  if (call.offer === null) {
    takeLateOffer(call, attempt, { dialog, flow, sequence, description, turn });
    return;
  }
  acknowledge(attempt, { dialog, flow, sequence }, turn);
  const purpose = { kind: "media-answer", attempt: attempt.index } as const;
  const { offer, aLeg } = call;
  // A 2xx without SDP goes by what was said in its own early dialog (RFC 3261 section 13.2.1 has both say the same).
  const answer = description ?? (reading.kind === "none" ? (early?.described ?? null) : null);
  call.answerSaid = description !== null;
  if (answer !== null && isHeard(call) && takeTarget(call, leg, { description: answer, turn })) return;
  if (
    answer !== null &&
    !isHeard(call) &&
    answerThrough(call, { from: leg, to: aLeg, description: answer, purpose, offer }, turn)
  )
    return;
  logCall(
    call,
    { level: "warn", message: "The target's answer does not answer the offer.", fields: { body: reading.kind } },
    turn,
  );
  endCall(call, { cause: causeOfAnswer(leg, answer), endedBy: "demarc" }, turn);
}

/** Whether the party that is put through was shown what the target plays while it rang. */
function isHeard({ joining }: Call): boolean {
  return joining !== null && joining.early !== "nothing";
}

/** The dialog goes on from what was said in it while it rang; null where nothing was. */
function continueEarly(leg: Leg, dialog: Dialog): EarlyDialog | null {
  const early = earlyDialogWith(leg, dialog.remoteTag);
  if (early === null) return null;
  dialog.localSequence = Math.max(dialog.localSequence, early.dialog.localSequence);
  dialog.remoteSequence = early.dialog.remoteSequence;
  return early;
}

/** Of the early dialogs that the caller sees, the one that was answered is its dialog from now on. */
function settleCallerTag({ aLeg, callerTags }: Call, tag: string): void {
  if (aLeg.localTag === tag || aLeg.dialog === null) return;
  callerTags.push(aLeg.localTag);
  aLeg.localTag = tag;
  aLeg.dialog = { ...aLeg.dialog, localTag: tag };
}

/** The plane has joined the two sides: the caller gets its 200. */
export function onMediaAnswered(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  if (call.end !== null || call.answeredAt !== null) return;
  if (!result.ok || result.description === null) {
    endCall(call, { cause: "media-failure", endedBy: "demarc" }, turn);
    return;
  }
  if (call.joining !== null) {
    join(call, turn);
    return;
  }
  noteSent(call.aLeg, result.description);
  if (handOver(call, turn)) return;
  if (awaitsPrack(call)) call.answerDue = true;
  else answerCaller(call, turn);
}

/** A peer never acknowledged: its dialog is confirmed but the call is not to go on (RFC 3261 section 13.3.1.4). */
export function onAckTimer(call: Call, leg: Leg, turn: Turn): void {
  if (leg.accepted === null) return;
  settleAcceptance(call, leg, turn);
  confirmLeg(call, leg, { ending: { cause: "lost-peer", endedBy: "demarc" }, turn });
}

/** The ACK of a 2xx of ours; a second one, or that of an earlier INVITE, has nothing to say. */
export function onAck({ call, leg }: Found, request: SipRequest, turn: Turn): void {
  if (leg.accepted === null || request.headers.read(cseq)?.sequence !== leg.accepted.sequence) return;
  settleAcceptance(call, leg, turn);
  const reading = readDescription(request);
  const description = reading.kind === "description" ? reading.description : null;
  const { change } = call;
  const initial = leg.state === "answered";
  confirmLeg(call, leg, { ending: null, turn });
  if (call.end !== null) return;
  if (initial && call.joining?.state === "placing") onPlaceTaken(call, description, turn);
  else if (initial && call.offer === null) onLateAck(call, description, turn);
  else if (initial && leg.side === "b" && leg.agreed === null) onPickUpAck(call, leg, { description, turn });
  else if (change?.reversed === true && change.from === leg.side && change.state === "awaiting-answer")
    passAnswer(call, change, { from: leg, description, turn });
}

function confirmLeg(call: Call, leg: Leg, settled: { readonly ending: Ending | null; readonly turn: Turn }): void {
  const { ending, turn } = settled;
  if (leg.state === "answered") leg.state = "confirmed";
  if (ending !== null) endCall(call, ending, turn);
  // The call ended while the ACK was on its way: now the BYE may go (RFC 3261 section 15).
  if (call.end !== null && leg.dialog !== null && isStanding(leg)) hangUpLeg(call, leg, turn);
  forgetIfOver(call, turn);
}

/** Whether the leg still stands; a function, since ending the call may have ended it meanwhile. */
function isStanding(leg: Leg): boolean {
  return leg.state === "confirmed";
}
