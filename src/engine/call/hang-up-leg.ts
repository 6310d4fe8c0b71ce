// How a leg ends from our side: what its peer is still owed, then a BYE (RFC 3261 section 15).

import { dropNamed, namedValue } from "../../base/index.ts";
import type { Dialog } from "../../protocol/dialog/index.ts";
import type { Body } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Call, Leg } from "./call.ts";
import { acknowledgeRequest, dropRequests, sendLegRequest } from "./leg-request.ts";
import { refusingAnswer } from "./local-answer.ts";
import { bodyOf, noteSent } from "./negotiate-media.ts";
import { stopSession } from "./session-terms.ts";
import { tellBye } from "./tell.ts";
import type { Turn } from "./turn.ts";

/**
 * Ends a leg's part in the call. It stays findable until its call is forgotten: its late answers are still acknowledged, and a 2xx of ours is
 * still repeated until its ACK comes, since a peer that has heard nothing but 100 waits for it without end (RFC 3261 section 13.3.1.4).
 */
export function endLeg(call: Call, leg: Leg, turn: Turn): void {
  if (leg.owedAck !== null) payAck(call, leg, { body: null, turn });
  leg.state = "ended";
  stopSession(call, leg, turn);
  dropRequests(call, leg, turn);
}

/** Hangs up a leg. One that has a dialog gets a BYE, which is waited for: it may be challenged, and must not be lost by it. */
export function hangUpLeg(call: Call, leg: Leg, turn: Turn): void {
  endLeg(call, leg, turn);
  const { dialog, flow } = leg;
  if (dialog !== null) sendBye(leg, { dialog, flow, turn });
}

/** The ACK, with our answer, of a 2xx that brought an offer (RFC 3261 section 13.2.2.4). Without an answer each stream of the offer is refused. */
export function payAck(call: Call, leg: Leg, payment: { readonly body: Body | null; readonly turn: Turn }): void {
  const { turn } = payment;
  const { owedAck, dialog, flow } = leg;
  leg.owedAck = null;
  if (owedAck === null || dialog === null) return;
  const body =
    payment.body ?? (owedAck.offer === null ? null : bodyOf(noteSent(leg, refusingAnswer(leg, owedAck.offer))));
  if (owedAck.request !== null) {
    const request = namedValue(leg.requests, owedAck.request);
    if (request !== undefined) acknowledgeRequest(leg, { request, body, turn });
    // Nothing more can come of a transaction that is over.
    if (turn.world.layer.get(owedAck.request) === undefined && request?.ack?.sent === true)
      dropNamed(leg.requests, owedAck.request);
    return;
  }
  const attempt = call.attempts.find((one) => one.leg === leg);
  if (attempt !== undefined) acknowledge(attempt, { dialog, flow, sequence: owedAck.sequence, body }, turn);
}

/** A BYE in one of the leg's dialogs (RFC 3261 section 15.1.1). */
export function sendBye(leg: Leg, way: { readonly dialog: Dialog; readonly flow: Flow; readonly turn: Turn }): void {
  const { dialog, flow, turn } = way;
  const headers = tellBye(leg, turn);
  sendLegRequest(leg, { method: "BYE", purpose: { kind: "bye" }, dialog, flow, headers }, turn);
}
