// Tries the targets of a call one after the other until one takes it (RFC 3261 section 16.7 in spirit; a B2BUA's own choice in law).

import { invariant } from "../../base/index.ts";
import { withEverythingFlowing } from "../../protocol/sdp/index.ts";
import { isIpLiteral, reasonPhrase, type SipResponse } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { type CallCause, causeOfStatus } from "../causes.ts";
import { isChallenge } from "../credentials/index.ts";
import type { ResolveResult } from "../inputs.ts";
import { causeOfFailure, heardCause, readReasons, understandFailure } from "../interop/index.ts";
import type { MediaResult } from "../media-contract.ts";
import type { Destination } from "../own-addresses.ts";
import { askResolver } from "./ask.ts";
import { waitFor } from "./ask-outside.ts";
import { credentialLines, takeChallenge } from "./authenticate.ts";
import { type Attempt, type Call, currentAttempt } from "./call.ts";
import { countAttempt, uncount } from "./count-call.ts";
import type { RedirectPlace, Resume } from "./deciding.ts";
import { dropLocation, inviteBody, prepareEmergency } from "./emergency-call.ts";
import { tellFailed, tellTried } from "./emergency-steps.ts";
import { endAttemptTransaction, giveUpAttempt } from "./give-up-attempt.ts";
import { endLeg } from "./hang-up-leg.ts";
import { judgeAttempt } from "./judge-trunk.ts";
import { endWithLastFailure } from "./last-failure.ts";
import { ownOffer } from "./late-offer.ts";
import { leaveInvite } from "./left-invites.ts";
import { openLeg, showMethods } from "./leg.ts";
import { firstHopOf, locateQueryOf } from "./locate-target.ts";
import { forgetDatagramFlow, turnToStream } from "./long-request.ts";
import { noteSent, offerThrough, statusOfMedia } from "./negotiate-media.ts";
import { newAttempt } from "./new-attempt.ts";
import { choosePlaces, moveToNextPlace, notePlaceFailed, notePlaceOverloaded } from "./places.ts";
import { type Onward, onwardOf, placesOf, turnToNextContact } from "./redirect.ts";
import { endCall, forgetIfOver } from "./release.ts";
import { failChange } from "./session-change.ts";
import { raiseInterval } from "./session-terms.ts";
import { egressIdentity, formatEgressInvite } from "./topology-hiding.ts";
import { logCall, newBranch, newIdentifier, startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

/** What kept a target from taking the call. */
interface AttemptFailure {
  /** What the caller would see if this were the last one. */
  readonly status: number;
  readonly reason: string;
  readonly cause: CallCause;
  /** Whether another target may be asked. */
  readonly next: boolean;
  /** The Contacts of the target's 3xx; null where it was none. */
  readonly places?: readonly RedirectPlace[] | null;
}

/** Asks the next target, or ends the call when there is none left. */
export function tryNextTarget(call: Call, turn: Turn): void {
  const next = call.targets[call.attempts.length];
  if (next === undefined) {
    endWithLastFailure(call, turn);
    return;
  }
  const attempt = newAttempt(call, next, turn);
  const { trunk } = attempt;
  call.attempts.push(attempt);
  const refusal = countAttempt(call, attempt, turn);
  if (refusal !== null) {
    failAttempt(call, attempt, {
      failure: { status: refusal.status, reason: "The trunk's limit is reached", cause: refusal.cause, next: true },
      turn,
    });
    return;
  }
  const hop = firstHopOf(attempt);
  if (attempt.bound !== null) openAttempt(call, attempt, { places: [], turn });
  else if (isIpLiteral(hop.host)) {
    const { host, port, transport } = hop;
    openAttempt(call, attempt, { places: [{ address: host, port, transport }], turn });
  } else {
    const pending = { call: call.id, purpose: { kind: "resolve", attempt: attempt.index } } as const;
    askResolver(turn, pending, locateQueryOf(hop, trunk.network, turn.world.border));
  }
}

export function onTargetResolved(
  call: Call,
  attempt: Attempt,
  reply: { readonly result: ResolveResult; readonly turn: Turn },
): void {
  const { result, turn } = reply;
  if (attempt.state !== "preparing") return;
  if (result.ok) openAttempt(call, attempt, { places: result.places, turn });
  else failOpening(call, attempt, { reason: `Not resolved: ${result.detail}`, turn });
}

/** No place of the target could be called at all. */
function failOpening(call: Call, attempt: Attempt, why: { readonly reason: string; readonly turn: Turn }): void {
  const { reason, turn } = why;
  failAttempt(call, attempt, { failure: { status: 503, reason, cause: "target-failure", next: true }, turn });
}

/** The target's places are known: a leg towards the first, and a media session for both. */
function openAttempt(
  call: Call,
  attempt: Attempt,
  towards: { readonly places: readonly Destination[]; readonly turn: Turn },
): void {
  const { turn } = towards;
  const choice = choosePlaces(call, attempt, towards);
  const [flow, ...rest] = choice.ok ? choice.flows : [];
  if (flow === undefined) {
    failOpening(call, attempt, { reason: choice.ok ? "No place of the target is left" : choice.reason, turn });
    return;
  }
  attempt.flows = rest;
  const { trunk } = attempt;
  const place = { call: call.id, attempt: attempt.index };
  attempt.leg = openLeg({ side: "b", trunk, callId: newIdentifier(turn), flow, place }, turn);
  showMethods(call.aLeg, attempt.leg);
  // A test of ours offers what a telephone would.
  if (call.offer === null && trunk.signaling.delayedOffer && call.test?.by !== "schedule") {
    invite(call, attempt, turn);
    return;
  }
  const offer = call.offer ?? ownOffer(call, attempt.leg);
  const purpose = { kind: "media-offer", attempt: attempt.index } as const;
  const own = call.offer === null;
  if (!offerThrough(call, { from: call.aLeg, to: attempt.leg, description: offer, own, purpose }, turn)) {
    failAttempt(call, attempt, {
      failure: { status: 488, reason: "No codec in common", cause: "not-acceptable", next: true },
      turn,
    });
  }
}

/** The plane has made room: the INVITE goes out. */
export function onMediaOffered(
  call: Call,
  attempt: Attempt,
  reply: { readonly result: MediaResult; readonly turn: Turn },
): void {
  const { result, turn } = reply;
  if (attempt.state !== "preparing" || attempt.leg === null) return;
  if (!result.ok || result.description === null) {
    const unusable = !result.ok && result.cause === "unusable-address";
    const reason = result.ok ? "The media plane gave no description" : `Media: ${result.cause}`;
    failAttempt(call, attempt, {
      failure: { status: statusOfMedia(result), reason, cause: "media-failure", next: !unusable },
      turn,
    });
    return;
  }
  const { description } = result;
  noteSent(attempt.leg, call.offer === null ? withEverythingFlowing(description) : description);
  invite(call, attempt, turn);
}

/** Writes who calls whom, and sends the INVITE. */
function invite(call: Call, attempt: Attempt, turn: Turn): void {
  prepareEmergency(call, attempt, turn);
  const identity = egressIdentity(call, attempt, turn);
  if (identity === null) {
    failAttempt(call, attempt, {
      failure: { status: 484, reason: "The called number cannot be written", cause: "unknown-number", next: true },
      turn,
    });
    return;
  }
  attempt.identity = identity;
  if (sendInvite(call, attempt, turn))
    startCallTimer(call, "ring", { afterMs: attempt.trunk.limits.ringTimeout, turn });
}

/** Sends the INVITE of an attempt, or sends it again after a challenge. False when the attempt has failed by it. */
function sendInvite(call: Call, attempt: Attempt, turn: Turn): boolean {
  const { leg, identity, route } = attempt;
  invariant(leg !== null && identity !== null, "an INVITE has a leg and parties");
  const { sent: description } = leg;
  const { callId, localTag, flow } = leg;
  const branch = newBranch(turn);
  const sequence = (attempt.seed?.sequence ?? 0) + 1;
  const { body, lines } = inviteBody(attempt, description, turn);
  const request = { method: "INVITE", uri: identity.uri, body: body?.text ?? "" };
  const credentials = credentialLines(leg, { request, flow }, turn);
  const said = { description, body, lines, credentials };
  const text = formatEgressInvite(call, leg, { identity, branch, sequence, ...said, route, turn });
  if (turnToStream(attempt, text, turn)) return sendInvite(call, attempt, turn);
  const user = `${call.id}|${attempt.index}`;
  const { timers } = attempt.trunk.signaling;
  if (!turn.world.layer.request({ method: "INVITE", branch, text, flow, user, timers }, turn)) {
    failAttempt(call, attempt, {
      failure: { status: 503, reason: "Too many transactions", cause: "target-failure", next: false },
      turn,
    });
    return false;
  }
  if (leg.authentication !== null) leg.authentication.invite = credentials;
  attempt.seed = { callId, localTag, localAddress: identity.from, remoteAddress: identity.to, sequence };
  attempt.transaction = `c|${branch}|INVITE`;
  attempt.transactionOver = false;
  attempt.state = "calling";
  startCallTimer(call, "attempt", { afterMs: attempt.trunk.failover.attemptTimeout, turn });
  tellTried(call, attempt, { lines, turn });
  return true;
}

/** The target was silent for too long: its next place or the next target gets its chance, and this one may not ring behind its back. */
export function onAttemptTimer(call: Call, turn: Turn): void {
  const attempt = currentAttempt(call);
  if (attempt === null || attempt.state !== "calling") return;
  notePlaceFailed(attempt, "does not answer", turn);
  const silent = { transaction: attempt.transaction, seed: attempt.seed };
  if (moveToNextPlace(call, attempt, { reason: "No answer", turn })) {
    leaveInvite(attempt, silent, turn);
    sendInvite(call, attempt, turn);
    return;
  }
  giveUpAttempt(call, attempt, { silent: true, turn });
  failAttempt(call, attempt, {
    failure: { status: 408, reason: "No answer from the target", cause: "target-failure", next: true },
    turn,
  });
}

/** It rang, and nobody took it. */
export function onRingTimer(call: Call, turn: Turn): void {
  const attempt = currentAttempt(call);
  if (attempt === null || call.answeredAt !== null) return;
  attempt.status ??= 408;
  attempt.reason = "Rang too long";
  endCall(call, { cause: "no-answer", endedBy: "demarc", status: 480 }, turn);
}

/** A final response from 300 of the attempt's INVITE. */
export function onAttemptRefused(
  call: Call,
  attempt: Attempt,
  answer: { readonly response: SipResponse; readonly flow: Flow; readonly turn: Turn },
): void {
  const { response, flow, turn } = answer;
  const { status } = response;
  endAttemptTransaction(call, attempt, turn);
  if (attempt.state === "given-up" || call.end !== null) {
    forgetIfOver(call, turn);
    return;
  }
  const reason = isChallenge(response) ? answerChallenge(call, attempt, { response, flow, turn }) : response.reason;
  if (reason === null) return;
  const raised = status === 422 && attempt.leg !== null && raiseInterval(attempt.leg, response);
  if (raised || dropLocation(attempt, status)) {
    sendInvite(call, attempt, turn);
    return;
  }
  if (status === 503) {
    notePlaceOverloaded(attempt, response, turn);
    forgetDatagramFlow(attempt);
    if (tryNextPlace(call, attempt, { reason, turn })) return;
  }
  attempt.refused = true;
  const said = heardCause(readReasons(response.headers));
  const meant = understandFailure({ status, reason, cause: said }, attempt.trunk);
  attempt.q850 = meant.cause ?? causeOfFailure(meant.status);
  const next = attempt.trunk.failover.onStatus.includes(meant.status) || (call.emergency && !isLoop(meant.status));
  const phrase = (meant.reason ?? reasonPhrase(meant.status)).slice(0, 128);
  const places = placesOf(call, attempt, { response, turn });
  failAttempt(call, attempt, {
    failure: { status: meant.status, reason: phrase, cause: causeOfStatus(meant.status), next, places },
    turn,
  });
}

/** What will not be better with another target. An emergency call tries them all for anything else: whoever it is, it is to get through. */
function isLoop(status: number): boolean {
  return status === 482 || status === 483;
}

/** Sends the INVITE to the target's next place. False when there is none. */
function tryNextPlace(call: Call, attempt: Attempt, why: { readonly reason: string; readonly turn: Turn }): boolean {
  if (!moveToNextPlace(call, attempt, why)) return false;
  sendInvite(call, attempt, why.turn);
  return true;
}

/** Sends the INVITE again with the trunk's credentials (RFC 3261 section 22.2). Gives the reason where it cannot, else null. */
function answerChallenge(
  call: Call,
  attempt: Attempt,
  challenge: { readonly response: SipResponse; readonly flow: Flow; readonly turn: Turn },
): string | null {
  const { response, flow, turn } = challenge;
  const { leg } = attempt;
  if (leg === null) return response.reason;
  const { challenged } = attempt;
  const outcome = takeChallenge(leg, { response, flow, sentTo: leg.flow, toTarget: true, challenged }, turn);
  const { refusal } = outcome;
  if (refusal === null) {
    attempt.challenged = outcome.challenged;
    sendInvite(call, attempt, turn);
    return null;
  }
  const fields = { trunk: attempt.trunk.name, status: response.status };
  logCall(call, { level: "warn", message: `${refusal}.`, fields }, turn);
  return refusal;
}

/** The INVITE was never answered (timer B), or could not be sent at all. */
export function onAttemptLost(
  call: Call,
  attempt: Attempt,
  loss: { readonly status: number; readonly reason: string; readonly turn: Turn },
): void {
  const { status, reason, turn } = loss;
  endAttemptTransaction(call, attempt, turn);
  if (attempt.state !== "calling" && attempt.state !== "proceeding") {
    forgetIfOver(call, turn);
    return;
  }
  notePlaceFailed(attempt, status === 503 ? "cannot be reached" : "does not answer", turn);
  if (tryNextPlace(call, attempt, { reason, turn })) return;
  failAttempt(call, attempt, { failure: { status, reason, cause: "target-failure", next: true }, turn });
}

function failAttempt(
  call: Call,
  attempt: Attempt,
  what: { readonly failure: AttemptFailure; readonly turn: Turn },
): void {
  const { failure, turn } = what;
  attempt.status = failure.status;
  attempt.reason = failure.reason;
  attempt.cause = failure.cause;
  if (attempt.state !== "given-up") attempt.state = "failed";
  tellFailed(call, attempt, turn);
  judgeAttempt(attempt, false, turn);
  if (attempt.leg !== null) endLeg(call, attempt.leg, turn);
  uncount(attempt, turn);
  stopCallTimer(call, "attempt", turn);
  stopCallTimer(call, "ring", turn);
  const { next, places = null } = failure;
  leaveAttempt(call, attempt, { next, places, turn });
}

/** Where a call goes from an attempt that has failed. */
function leaveAttempt(
  call: Call,
  attempt: Attempt,
  by: { readonly next: boolean; readonly places: readonly RedirectPlace[] | null; readonly turn: Turn },
): void {
  const { next, places, turn } = by;
  const onward = places === null ? null : onwardOf(call, attempt, { places, turn });
  if (onward?.kind === "ask" && places !== null) {
    const resume = { kind: "redirect", attempt: attempt.index, next, places } as const;
    waitFor(call, { question: onward.question, resume }, turn);
    return;
  }
  call.deciding = null;
  if (onward?.kind === "pass") endWithLastFailure(call, turn, onward.contacts);
  else if (mayGoOn(call, attempt, { next, onward })) goOn(call, turn);
  else endWithLastFailure(call, turn);
}

/** Whoever was asked where a 3xx leads has answered, or was given up. */
export function onRedirectDecided(call: Call, resume: Resume & { readonly kind: "redirect" }, turn: Turn): void {
  const attempt = call.attempts[resume.attempt];
  if (attempt !== undefined) leaveAttempt(call, attempt, { ...resume, turn });
}

/** Whether there may be another target to ask, after a failure. */
function mayGoOn(
  call: Call,
  attempt: Attempt,
  { next, onward }: { readonly next: boolean; readonly onward: Onward | null },
): boolean {
  // Who is put through has heard this one.
  if (call.joining !== null && call.joining.early !== "nothing") return false;
  if (onward?.kind === "follow") {
    call.targets = onward.targets;
    return true;
  }
  return (next && attempt.rangAt === null) || turnToNextContact(call, attempt);
}

/** What one side has asked the attempt that failed is over with it. */
function goOn(call: Call, turn: Turn): void {
  const { change } = call;
  stopCallTimer(call, "change", turn);
  if (change !== null) failChange(call, change, { status: 500, turn });
  tryNextTarget(call, turn);
}
