// What the caller is told before the answer: each thing once, and where it asked for that, so that it is sure to arrive (RFC 3262).

import { namedValue, randomBelow, setNamed } from "../../base/index.ts";
import { type HeaderLine, header, type ResponseParts, type SipRequest, tagOf, to } from "../../protocol/sip/index.ts";
import { answerCaller } from "./answer-caller.ts";
import type { Call, ProvisionalQueue } from "./call.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import { endCall } from "./release.ts";
import { agree } from "./session-change.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

/** A first RSeq is at most 2^31 - 1 (RFC 3262 section 3); well below, so that counting up stays within 32 bits. */
const RSEQ_SPREAD = 0x3fffffff;
/** Of what waits for a PRACK no more is kept: who acknowledges nothing is given up anyway. */
const QUEUE_LIMIT = 8;

/** Sends a provisional response to the caller's INVITE, or puts it behind the one that waits for its PRACK. */
export function sendProvisional(call: Call, tag: string, sent: { response: ResponseParts; turn: Turn }): void {
  const { response, turn } = sent;
  if (!call.reliable) {
    turn.world.layer.respond(call.aTransaction, response, turn);
    return;
  }
  const queue = queueOf(call, tag, turn);
  if (queue.waiting === null) {
    transmit(call, tag, { queue, response, turn });
    return;
  }
  // What says no more than how it rings is out of date when something newer comes.
  if (queue.queued.at(-1)?.body === null || queue.queued.length >= QUEUE_LIMIT) queue.queued.pop();
  queue.queued.push(response);
}

function queueOf(call: Call, tag: string, turn: Turn): ProvisionalQueue {
  const known = namedValue(call.provisionals, tag);
  if (known !== undefined) return known;
  const queue = { next: 1 + randomBelow(turn.world.random, RSEQ_SPREAD), waiting: null, queued: [] };
  setNamed(call.provisionals, tag, queue);
  return queue;
}

function transmit(
  call: Call,
  tag: string,
  sent: { readonly queue: ProvisionalQueue; readonly response: ResponseParts; readonly turn: Turn },
): void {
  const { queue, turn } = sent;
  const rseq = queue.next;
  queue.next += 1;
  const lines: readonly HeaderLine[] = [
    ["Require", "100rel"],
    ["RSeq", String(rseq)],
  ];
  const response = { ...sent.response, headers: [...(sent.response.headers ?? []), ...lines] };
  const { t1 } = call.ingress.signaling.timers;
  queue.waiting = { rseq, response, intervalMs: t1 };
  turn.world.layer.respond(call.aTransaction, response, turn);
  startCallTimer(call, `provisional.${tag}`, { afterMs: t1, turn });
  startCallTimer(call, `prack.${tag}`, { afterMs: 64 * t1, turn });
}

/** No PRACK yet: the response again, at intervals that double without end (RFC 3262 section 3). */
export function onProvisionalTimer(call: Call, tag: string, turn: Turn): void {
  const waiting = namedValue(call.provisionals, tag)?.waiting ?? null;
  if (waiting === null) return;
  turn.world.layer.respond(call.aTransaction, waiting.response, turn);
  waiting.intervalMs *= 2;
  startCallTimer(call, `provisional.${tag}`, { afterMs: waiting.intervalMs, turn });
}

/** The caller acknowledges nothing: nothing can be told to it (RFC 3262 section 3). */
export function onPrackTimer(call: Call, turn: Turn): void {
  endCall(call, { cause: "lost-peer", endedBy: "demarc", status: 504 }, turn);
}

/** Whether a description that the caller was told is not acknowledged yet: then its 2xx must wait (RFC 3262 section 3). */
export function awaitsPrack(call: Call): boolean {
  return call.provisionals.some(({ value: { waiting } }) => (waiting?.response.body ?? null) !== null);
}

/** Takes the PRACK of what the caller was told. False when it acknowledges nothing that waits: 481. */
export function takePrack(arrived: LegRequestArrived, turn: Turn): boolean {
  const { call, leg, request } = arrived;
  const rack = request.headers.read(header.rack);
  const tag = callerTagOf(request);
  const queue = namedValue(call.provisionals, tag);
  const waiting = queue?.waiting ?? null;
  if (leg.side !== "a" || rack === null || queue === undefined || waiting === null) return false;
  if (rack.response !== waiting.rseq || rack.method !== "INVITE" || rack.sequence !== call.inviteSequence) return false;
  queue.waiting = null;
  stopCallTimer(call, `provisional.${tag}`, turn);
  stopCallTimer(call, `prack.${tag}`, turn);
  if ((waiting.response.body ?? null) !== null && call.offer !== null) {
    call.negotiated = true;
    agree(leg, call.offer);
  }
  return true;
}

/** After a PRACK was answered: what waited for it. */
export function continueProvisionals(call: Call, tag: string, turn: Turn): void {
  const queue = namedValue(call.provisionals, tag);
  if (call.end !== null || call.answeredAt !== null || queue === undefined) return;
  if (call.answerDue) {
    // One that was handed over is answered to nobody here.
    if (!awaitsPrack(call) && call.transfer === null) answerCaller(call, turn);
    return;
  }
  const response = queue.queued.shift();
  if (response !== undefined) transmit(call, tag, { queue, response, turn });
}

/** Which of the caller's early dialogs a request of it is in. */
export function callerTagOf({ headers }: SipRequest): string {
  const address = headers.read(to);
  return (address === null ? null : tagOf(address)) ?? "";
}
