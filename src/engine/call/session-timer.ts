// Session timers at work (RFC 4028 sections 7.4 and 10), each leg by itself: we refresh at half the interval where that is ours to do, and a call ends when
// a side has let the interval run out.

import { isUsableAnswer, sameTerms } from "../../protocol/sdp/index.ts";
import { header, type SipResponse } from "../../protocol/sip/index.ts";
import type { Call, Leg } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import { notePeer, takesUpdate } from "./leg.ts";
import { acknowledgeRequest, type RequestOutcome, sendLegRequest } from "./leg-request.ts";
import { bodyOf, noteSent, readDescription } from "./negotiate-media.ts";
import { endCall } from "./release.ts";
import { glarePauseMs, isQuiet } from "./session-busy.ts";
import { answerAnew } from "./session-change.ts";
import { refreshAfter, refreshingLines, renewSession, settleSession } from "./session-terms.ts";
import { withOpenSetup } from "./stream-handshake.ts";
import { withoutSpentKeys } from "./stream-keys.ts";
import type { Turn } from "./turn.ts";

/** How long a refresh waits for what is open in its call: that may be a refresh itself. */
const POSTPONED_MS = 1000;

/** Half the interval is over, or what kept a refresh from being sent. */
export function onRefreshTimer(call: Call, leg: Leg, turn: Turn): void {
  if (leg.session === null || leg.state === "ended") return;
  if (call.answeredAt === null || call.change !== null || !isQuiet(leg))
    refreshAfter(call, leg, { afterMs: POSTPONED_MS, turn });
  else refresh(call, leg, turn);
}

/** By UPDATE, which changes nothing, or by a re-INVITE that says again what stands (section 7.4). */
function refresh(call: Call, leg: Leg, turn: Turn): void {
  const { dialog, flow, trunk } = leg;
  const local = leg.agreed?.local ?? leg.sent;
  if (dialog === null || local === null) return;
  const update = trunk.signaling.sessionRefresh === "auto" && takesUpdate(leg);
  const [method, body] = update
    ? (["UPDATE", null] as const)
    : (["INVITE", bodyOf(noteSent(leg, withOpenSetup(leg, withoutSpentKeys(leg, local))))] as const);
  const headers = [...contactLines(leg), ...refreshingLines(leg)];
  const purpose = { kind: "refresh" } as const;
  if (sendLegRequest(leg, { method, purpose, dialog, flow, headers, body }, turn) === null)
    refreshLater(call, leg, { response: null, turn });
}

/** Again when the peer says, or when half of what is left is over: often enough to be heard, too seldom to be a burden. */
function refreshLater(
  call: Call,
  leg: Leg,
  refused: { readonly response: SipResponse | null; readonly turn: Turn },
): void {
  const { response, turn } = refused;
  if (leg.session === null) return;
  const halfMs = (leg.session.endsAt - turn.now) / 2;
  const told = response?.headers.read(header.retryAfter) ?? null;
  const wantedMs = told === null ? halfMs : Math.min(told.seconds * 1000, halfMs);
  refreshAfter(call, leg, { afterMs: Math.max(wantedMs, POSTPONED_MS), turn });
}

/** What the peer says to a refresh. */
export function onRefreshOutcome(call: Call, leg: Leg, heard: { outcome: RequestOutcome; turn: Turn }): void {
  const { outcome, turn } = heard;
  const { request, status, response, flow } = outcome;
  if (call.end !== null || leg.state === "ended") return;
  if (response !== null && status < 300) {
    notePeer(leg, { response, flow, turn });
    settleSession(call, leg, { response, turn });
    if (request.method !== "INVITE") return;
    acknowledgeRequest(leg, { request, body: null, turn });
    takeAnswer(call, leg, { response, turn });
  }
  // Nobody is there any more (RFC 4028 section 10, RFC 3261 section 12.2.1.2).
  else if (status === 408 || status === 481) endCall(call, { cause: "lost-peer", endedBy: "demarc" }, turn);
  else if (status === 491) refreshAfter(call, leg, { afterMs: glarePauseMs(leg, turn), turn });
  else if (request.method === "UPDATE" && (status === 405 || status === 501)) {
    leg.allows = leg.allows.filter((method) => method !== "UPDATE");
    refreshAfter(call, leg, { afterMs: 0, turn });
  } else if (response !== null && leg.session?.agreed === false) renewSession(call, leg, turn);
  else refreshLater(call, leg, { response, turn });
}

/** The answer to a description that said nothing new. Mostly it says nothing new either. */
function takeAnswer(call: Call, leg: Leg, answered: { readonly response: SipResponse; readonly turn: Turn }): void {
  const { response, turn } = answered;
  const { sent, agreed } = leg;
  const reading = readDescription(response);
  if (reading.kind !== "description" || sent === null || !isUsableAnswer(sent, reading.description)) return;
  const { description } = reading;
  if (agreed !== null && sameTerms(sent, agreed.remote, description)) return;
  answerAnew(call, leg, { answer: description, turn });
}

/** Nobody refreshed it in time: a BYE before its end (section 10). */
export function onExpireTimer(call: Call, turn: Turn): void {
  endCall(call, { cause: "session-expired", endedBy: "demarc" }, turn);
}
