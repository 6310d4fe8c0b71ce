// Changes to a session that stands (RFC 3261 section 14, RFC 3311): what one side asks, the other is asked, and nothing changes before it agrees.

import { invariant } from "../../base/index.ts";
import { refreshTarget } from "../../protocol/dialog/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { accepts, type ResponseParts } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { answeredEarlyDialog, type Call, type Leg, otherLeg } from "./call.ts";
import type { Change } from "./change-state.ts";
import { contactLines } from "./contact-lines.ts";
import { flowOfDialog } from "./dialog-way.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import { notePeer, takesUpdate } from "./leg.ts";
import { acknowledgeRequest, type RequestOutcome, sendLegRequest } from "./leg-request.ts";
import { isRefresh, standingAnswer, unaskedAnswer } from "./local-answer.ts";
import { bodyOf, noteSent, offerThrough, readDescription, statusOfMedia } from "./negotiate-media.ts";
import { awaitsPrack } from "./reliable-provisional.ts";
import { respondInCall } from "./respond-in-call.ts";
import { refuseWhileBusy } from "./session-busy.ts";
import { acceptChange, failChange, passAnswer, sidesOf } from "./session-change.ts";
import { grantSession, readWish, refreshingLines, settleSession, tooSmallLines } from "./session-terms.ts";
import { mayCross } from "./tell.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

/** How long the other side may think about a change: a device asks nobody. */
const PATIENCE_MS = 60_000;

/** A re-INVITE or UPDATE. */
export function onChangeRequested(arrived: LegRequestArrived, turn: Turn): void {
  const { call, leg, dialog, request, transaction } = arrived;
  const toTag = dialog.localTag;
  const answer = (status: number, parts: Partial<ResponseParts> = {}): void => {
    respondInCall(transaction, { status, toTag, ...parts }, turn);
  };
  const reading = readDescription(request);
  const offer = reading.kind === "description" ? reading.description : null;
  const wish = readWish(request);
  const tooSmall = tooSmallLines(leg.trunk, wish);
  if (tooSmall !== null) answer(422, { headers: tooSmall });
  else if (reading.kind === "foreign") answer(415, { headers: [["Accept", "application/sdp"]] });
  else if (reading.kind === "malformed") answer(400, { reason: "Malformed SDP" });
  else if (request.method === "UPDATE" && offer === null) {
    moveTarget(arrived, turn);
    answer(200, { headers: [...contactLines(leg), ...grantSession(call, leg, { wish, turn })] });
  } else if (!accepts(request, "application/sdp")) answer(406);
  else {
    const standing = offer !== null && isRefresh(leg, offer) ? standingAnswer(leg, offer) : null;
    if (refuseWhileBusy(arrived, { alone: standing !== null, turn })) return;
    moveTarget(arrived, turn);
    const { method } = request;
    if (standing !== null) acceptChange(call, { ...arrived, method, description: standing, wish, crossing: [] }, turn);
    else {
      if (method === "INVITE") answer(100, { toTag: null });
      beginChange(arrived, offer, turn);
    }
  }
}

/** The peer may be elsewhere from now on (RFC 3261 section 12.2.2). */
export function moveTarget({ leg, dialog, request, flow }: LegRequestArrived, turn: Turn): void {
  refreshTarget(dialog, request);
  if (leg.dialog === dialog) leg.flow = flowOfDialog(leg, { dialog, arrived: flow }, turn);
}

/** An offer before the call is answered, in an UPDATE or a PRACK: the other side is asked where it can be, else it is answered here. */
export function beginEarlyChange(arrived: LegRequestArrived, offer: SessionDescription, turn: Turn): void {
  if (!refuseWhileBusy(arrived, { alone: false, turn })) beginChange(arrived, offer, turn);
}

/** Whether an UPDATE may be sent to a side that has not answered yet, or was not (RFC 3311 section 5.1). */
function canBeAskedEarly(call: Call, leg: Leg): boolean {
  if (!takesUpdate(leg)) return false;
  return leg.side === "a" ? call.negotiated && !awaitsPrack(call) : answeredEarlyDialog(leg) !== null;
}

function beginChange(arrived: LegRequestArrived, offer: SessionDescription | null, turn: Turn): void {
  const { call, leg, transaction, sequence, request } = arrived;
  const other = otherLeg(call, leg);
  invariant(other !== null, "a side that is free for a change has another one");
  call.changes += 1;
  const change: Change = {
    number: call.changes,
    from: leg.side,
    method: request.method === "INVITE" ? "INVITE" : "UPDATE",
    transaction,
    sequence,
    reversed: offer === null,
    heard: false,
    local: call.answeredAt === null && !canBeAskedEarly(call, other),
    offer,
    answer: null,
    asksWith: mayCross(request, turn),
    answeredWith: [],
    wish: request.method === "PRACK" ? null : readWish(request),
    state: "offering",
  };
  call.change = change;
  if (offer === null) {
    if (other.trunk.signaling.delayedOffer) askOther(call, change, { other, description: null, turn });
    // One that may not be asked is shown as what it said last.
    else passOffer(call, change, { description: other.agreed?.remote ?? null, turn });
    return;
  }
  const purpose = { kind: "change-offer", change: change.number } as const;
  if (!offerThrough(call, { from: leg, to: other, description: offer, purpose }, turn))
    failChange(call, change, { status: 488, turn });
}

function askOther(
  call: Call,
  change: Change,
  asking: { readonly other: Leg; readonly description: SessionDescription | null; readonly turn: Turn },
): void {
  const { other, description, turn } = asking;
  const { dialog, flow } = other.dialog === null ? (answeredEarlyDialog(other) ?? other) : other;
  invariant(dialog !== null, "a leg that is asked has a dialog");
  change.state = "asking";
  const method = description !== null && takesUpdate(other) && change.method === "UPDATE" ? "UPDATE" : "INVITE";
  const headers = [...contactLines(other), ...refreshingLines(other)];
  const body = bodyOf(description === null ? null : noteSent(other, description));
  if (
    sendLegRequest(
      other,
      { method, purpose: { kind: "change" }, dialog, flow, headers, crossing: change.asksWith, body },
      turn,
    ) === null
  )
    failChange(call, change, { status: 503, turn });
  else startCallTimer(call, "change", { afterMs: PATIENCE_MS, turn });
}

/** The plane has made room for what is offered. */
export function onChangeOffered(call: Call, number: number, reply: { result: MediaResult; turn: Turn }): void {
  const { result, turn } = reply;
  const { change } = call;
  if (change?.number !== number) return;
  const description = result.ok ? result.description : null;
  if (description === null) failChange(call, change, { status: statusOfMedia(result), turn });
  else if (change.local) {
    const [, other] = sidesOf(call, change);
    const answer = unaskedAnswer(call, other, change.offer);
    if (answer === null) failChange(call, change, { status: 488, turn });
    else passAnswer(call, change, { from: other, description: answer, turn });
  } else if (change.heard)
    passAnswer(call, change, { from: sidesOf(call, change)[1], description: change.answer, turn });
  else if (change.state === "offering") askOther(call, change, { other: sidesOf(call, change)[1], description, turn });
  else {
    const [leg] = sidesOf(call, change);
    acceptChange(call, { ...change, leg, description, crossing: change.answeredWith }, turn);
  }
}

/** What the other side says to the change. */
export function onChangeOutcome(call: Call, leg: Leg, heard: { outcome: RequestOutcome; turn: Turn }): void {
  const { outcome, turn } = heard;
  const { request, key, status, response, flow } = outcome;
  stopCallTimer(call, "change", turn);
  const { change } = call;
  const accepted = response !== null && status < 300;
  if (accepted && leg.dialog !== null) {
    notePeer(leg, { response, flow, turn });
    settleSession(call, leg, { response, turn });
  }
  const owes = accepted && request.method === "INVITE";
  if (change === null || change.from === leg.side || change.state !== "asking") {
    if (owes) acknowledgeRequest(leg, { request, body: null, turn });
    return;
  }
  if (!accepted) {
    failChange(call, change, { status, response, turn });
    return;
  }
  const reading = readDescription(response);
  const description = reading.kind === "description" ? reading.description : null;
  change.answeredWith = mayCross(response, turn);
  if (change.reversed) {
    leg.owedAck = { sequence: request.sequence, request: key, offer: description };
    passOffer(call, change, { description, turn });
    return;
  }
  if (owes) acknowledgeRequest(leg, { request, body: null, turn });
  passAnswer(call, change, { from: leg, description, turn });
}

/** The offer that was asked for: by the other side's 2xx, or of what it had said before. */
function passOffer(
  call: Call,
  change: Change,
  late: { readonly description: SessionDescription | null; readonly turn: Turn },
): void {
  const { description, turn } = late;
  const [leg, other] = sidesOf(call, change);
  change.offer = description;
  change.state = "awaiting-answer";
  const purpose = { kind: "change-offer", change: change.number } as const;
  if (description === null || !offerThrough(call, { from: other, to: leg, description, purpose }, turn))
    failChange(call, change, { status: 488, turn });
}

/** The other side has had a minute. Its INVITE is taken back; what it still says is acknowledged. */
export function onChangeTimer(call: Call, turn: Turn): void {
  const { change } = call;
  if (change?.state !== "asking") return;
  cancelQuestion(call, change, turn);
  failChange(call, change, { status: 408, turn });
}

/** Who asked takes its question back (RFC 3261 section 9.2): the other side's answer decides, as ever with a CANCEL. */
export function onChangeCancelled(call: Call, transaction: TransactionKey, turn: Turn): void {
  const { change } = call;
  if (change?.transaction === transaction && change.state === "asking") cancelQuestion(call, change, turn);
}

function cancelQuestion(call: Call, change: Change, turn: Turn): void {
  const [, other] = sidesOf(call, change);
  for (const { name, value } of other.requests) {
    if (value.purpose.kind === "change" && !value.done) turn.world.layer.cancel(name, turn);
  }
}
