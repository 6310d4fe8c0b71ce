// The answer: its ACK towards the target, its media, and the 200 towards the caller until the caller acknowledges it.

import { type Dialog, dialogOfResponse } from "../../protocol/dialog/index.ts";
import { formatDescription } from "../../protocol/sdp/index.ts";
import { formatSipUri, parseSipUri, type SipResponse } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { noteAnswer } from "./authenticate.ts";
import type { Attempt, Call } from "./call.ts";
import { acknowledge, acknowledgeAndEnd } from "./give-up-attempt.ts";
import { flowOfDialog, hangUpLeg } from "./leg.ts";
import { answerMedia, noteSent, readDescription } from "./negotiate-media.ts";
import { type Ending, endCall, forgetIfOver } from "./release.ts";
import { tellCaller } from "./tell.ts";
import { ALLOWED_METHODS } from "./topology-hiding.ts";
import { logCall, startCallTimer, stopCallTimer, type Turn, wallClock } from "./turn.ts";

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
  const repeated = Object.hasOwn(attempt.acks, dialog.remoteTag) ? attempt.acks[dialog.remoteTag] : undefined;
  if (repeated !== undefined) {
    turn.actions.push({ kind: "send", flow: repeated.flow, text: repeated.text });
    return;
  }
  const towards = { dialog, flow: flowOfDialog(dialog, flow, turn) };
  if (call.end !== null || (attempt.state !== "calling" && attempt.state !== "proceeding")) {
    acknowledgeAndEnd(attempt, towards, turn);
    forgetIfOver(call, turn);
    return;
  }
  takeAnswer(call, attempt, { ...towards, response, turn });
}

/** The peer's own address as a Contact, for a peer that sends none. */
function targetOf(attempt: Attempt): string {
  const uri = parseSipUri(attempt.target.uri);
  return uri === null ? attempt.target.uri : formatSipUri(uri);
}

interface TakenAnswer {
  readonly dialog: Dialog;
  readonly flow: Flow;
  readonly response: SipResponse;
  readonly turn: Turn;
}

function takeAnswer(call: Call, attempt: Attempt, taken: TakenAnswer): void {
  const { dialog, flow, response, turn } = taken;
  const { leg } = attempt;
  if (leg === null) return;
  attempt.state = "answered";
  attempt.status = response.status;
  attempt.reason = "OK";
  noteAnswer(leg, response);
  leg.dialog = dialog;
  leg.flow = flow;
  leg.state = "confirmed";
  stopCallTimer(call, "attempt", turn);
  stopCallTimer(call, "ring", turn);
  acknowledge(attempt, { dialog, flow }, turn);
  const reading = readDescription(response);
  const purpose = { kind: "media-answer", attempt: attempt.index } as const;
  if (reading.kind === "description" && answerMedia(call, { attempt, description: reading.description, purpose }, turn))
    return;
  // A 2xx without SDP goes by what its own early media said (RFC 3261 section 13.2.1 has both say the same).
  if (reading.kind === "none" && call.aLeg.sent !== null) {
    answerCaller(call, turn);
    return;
  }
  logCall(
    call,
    { level: "warn", message: "The target's answer does not answer the offer.", fields: { body: reading.kind } },
    turn,
  );
  endCall(call, { cause: "not-acceptable", endedBy: "demarc" }, turn);
}

/** The plane has joined the two sides: the caller gets its 200. */
export function onMediaAnswered(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  if (call.end !== null || call.answeredAt !== null) return;
  if (!result.ok || result.description === null) {
    endCall(call, { cause: "media-failure", endedBy: "demarc" }, turn);
    return;
  }
  noteSent(call.aLeg, result.description);
  answerCaller(call, turn);
}

function answerCaller(call: Call, turn: Turn): void {
  const { aLeg } = call;
  call.state = "answered";
  call.answeredAt = wallClock(turn);
  aLeg.state = "answered";
  aLeg.codec = call.attempts.at(-1)?.leg?.codec ?? null;
  sendAnswer(call, turn);
  const { t1 } = call.ingress.signaling.timers;
  call.answerIntervalMs = t1;
  startCallTimer(call, "answer", { afterMs: t1, turn });
  startCallTimer(call, "ack", { afterMs: 64 * t1, turn });
  startCallTimer(call, "duration", { afterMs: maxDurationOf(call), turn });
}

function maxDurationOf(call: Call): number {
  const egress = call.attempts.at(-1)?.trunk.limits.maxDuration ?? Number.POSITIVE_INFINITY;
  return Math.min(call.ingress.limits.maxDuration, egress);
}

function sendAnswer(call: Call, turn: Turn): void {
  const { aLeg } = call;
  const headers = tellCaller(call, 200, [
    ["Contact", `<${aLeg.contact}>`],
    ["Allow", ALLOWED_METHODS],
  ]);
  const body = aLeg.sent === null ? null : { contentType: "application/sdp", text: formatDescription(aLeg.sent) };
  turn.world.layer.respond(call.aTransaction, { status: 200, toTag: aLeg.localTag, headers, body, dialog: true }, turn);
}

/** The 2xx again, over every transport, until its ACK comes (RFC 3261 section 13.3.1.4). */
export function onAnswerTimer(call: Call, turn: Turn): void {
  if (call.aLeg.state !== "answered") return;
  sendAnswer(call, turn);
  call.answerIntervalMs = Math.min(call.answerIntervalMs * 2, call.ingress.signaling.timers.t2);
  startCallTimer(call, "answer", { afterMs: call.answerIntervalMs, turn });
}

/** The caller never acknowledged: its dialog is confirmed but the call is not to go on (RFC 3261 section 13.3.1.4). */
export function onAckTimer(call: Call, turn: Turn): void {
  if (call.aLeg.state !== "answered") return;
  confirmALeg(call, { cause: "lost-peer", endedBy: "demarc" }, turn);
}

export function onAck(call: Call, turn: Turn): void {
  if (call.aLeg.state === "answered") confirmALeg(call, null, turn);
}

function confirmALeg(call: Call, ending: Ending | null, turn: Turn): void {
  stopCallTimer(call, "answer", turn);
  stopCallTimer(call, "ack", turn);
  call.aLeg.state = "confirmed";
  if (ending !== null) endCall(call, ending, turn);
  // The call ended while the ACK was on its way: now the BYE may go (RFC 3261 section 15).
  if (call.end !== null && call.aLeg.dialog !== null && isStanding(call)) hangUpLeg(call.aLeg, turn);
  forgetIfOver(call, turn);
}

/** Whether the caller's leg still stands; a function, since ending the call may have ended it meanwhile. */
function isStanding(call: Call): boolean {
  return call.aLeg.state === "confirmed";
}

/** The longest time a call may last is over. */
export function onDurationTimer(call: Call, turn: Turn): void {
  endCall(call, { cause: "max-duration", endedBy: "demarc" }, turn);
}
