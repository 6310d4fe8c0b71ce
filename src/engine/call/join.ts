// Joins the two parties of a call that a transfer makes: one is shown the other's session in a re-INVITE of ours and comes over when it takes it, so that
// a refusal leaves everything as it was.

import type { Millis } from "../../base/index.ts";
import { type SessionDescription, sameTerms, withEverythingFlowing } from "../../protocol/sdp/index.ts";
import type { MediaResult, MediaSide } from "../media-contract.ts";
import { answerCaller, callStands } from "./answer-caller.ts";
import { type Call, type Leg, otherLeg } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import { notePeer } from "./leg.ts";
import { acknowledgeRequest, type RequestOutcome, sendLegRequest } from "./leg-request.ts";
import { answerThrough, bodyOf, noteSent, offerThrough, readDescription, statusOfMedia } from "./negotiate-media.ts";
import { bringOver, oppositeOf, type Party, partyOf } from "./parties.ts";
import { isToBeTold, onNotified, tellReferrer } from "./refer-subscription.ts";
import { endCall } from "./release.ts";
import { glarePauseMs, isQuiet } from "./session-busy.ts";
import { proposeChange } from "./session-change.ts";
import { refreshingLines, settleSession } from "./session-terms.ts";
import type { Joining } from "./transfer-state.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

/** How long a party may think about it: a device asks nobody. */
const PATIENCE: Millis = 60_000;
/** How often a party that is busy is looked at again, and how often at most. */
const POLL: Millis = 250;
const MOST_POLLS = 400;
/** How long who asked for a transfer may take to hang up after it has succeeded. */
const GRACE: Millis = 5000;

/** The target of a transfer has answered, or was there before: who is to be shown what it says is asked now. */
export function join(call: Call, turn: Turn): void {
  const { joining } = call;
  const side = joining?.toAsk[0];
  if (joining === null || side === undefined) return;
  const asked = partyOf(call, side, turn);
  const other = partyOf(call, oppositeOf(side), turn);
  const described = other?.leg.agreed?.remote ?? call.offer;
  if (asked === null || other === null || described === null) {
    fail(call, 480, turn);
    return;
  }
  if (!isQuiet(asked.leg) || asked.home.change !== null) {
    wait(call, joining, { afterMs: POLL, turn });
    return;
  }
  // Who has not been asked yet may be on hold where it comes from.
  const held = joining.toAsk.includes(oppositeOf(side));
  const description = held ? withEverythingFlowing(described) : described;
  joining.state = "offering";
  joining.offer = description;
  const from = { ...other.leg, side: oppositeOf(side) };
  const purpose = { kind: "join-offer" } as const;
  if (!offerThrough(call, { from, to: asked.leg, description, purpose }, turn)) fail(call, 488, turn);
}

/** The target has answered that the kept party has heard, or was asked to hear. */
export function onTargetThere(call: Call, turn: Turn): void {
  const { joining } = call;
  const { remote = null } = call.bLeg?.agreed ?? {};
  // What is under way is looked at when it is over.
  if (joining?.state !== "hunting") return;
  joining.polls = 0;
  const { heard } = joining;
  if (remote === null || heard === null || !isHeard(joining, remote)) {
    join(call, turn);
    return;
  }
  finish(call, { joining, description: remote, turn });
  correct(call, { side: "a", description: heard, turn });
}

/** Whether both descriptions have the same streams: most targets say the same in each response. */
export function saysSame(one: SessionDescription, other: SessionDescription): boolean {
  const streams = ({ connection, media }: SessionDescription) => JSON.stringify([connection, media]);
  return streams(one) === streams(other);
}

/** Whether the kept party has been shown what the target has answered. */
function isHeard({ early, awaited, offer }: Joining, remote: SessionDescription): boolean {
  return early === "shown" && awaited.a === null && offer !== null && saysSame(offer, remote);
}

/** The party whose turn it is; null where it is gone. */
function askedParty(call: Call, turn: Turn): Party | null {
  const side = call.joining?.toAsk[0];
  return side === undefined ? null : partyOf(call, side, turn);
}

function wait(call: Call, joining: Joining, timing: { readonly afterMs: Millis; readonly turn: Turn }): void {
  const { turn } = timing;
  joining.state = "waiting";
  joining.polls += 1;
  if (joining.polls > MOST_POLLS) fail(call, 480, turn);
  else startCallTimer(call, "join", timing);
}

/** The call comes to nothing; whoever is in another call stays there. One whose target rings goes on: it is only not heard. */
function fail(call: Call, status: number, turn: Turn): void {
  const { joining } = call;
  if (joining?.early === "shown" && call.bLeg === null) {
    joining.early = "refused";
    joining.state = "hunting";
    joining.offer = null;
    return;
  }
  const cause = status === 500 ? "media-failure" : "not-acceptable";
  endCall(call, { cause, endedBy: "demarc", status }, turn);
}

/** The plane has made room. */
export function onJoinOffered(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  const { joining } = call;
  if (joining?.state !== "offering") return;
  const description = result.ok ? result.description : null;
  const asked = askedParty(call, turn);
  if (description === null || asked === null) {
    fail(call, statusOfMedia(result), turn);
    return;
  }
  const { leg, home } = asked;
  // It may have begun something itself meanwhile.
  if (!isQuiet(leg) || home.change !== null || leg.dialog === null) {
    wait(call, joining, { afterMs: POLL, turn });
    return;
  }
  const { dialog, flow } = leg;
  const headers = [...contactLines(leg), ...refreshingLines(leg)];
  const body = bodyOf(noteSent(leg, description));
  const purpose = { kind: "join", call: call.id } as const;
  joining.state = "asking";
  if (sendLegRequest(leg, { method: "INVITE", purpose, dialog, flow, headers, body }, turn) === null)
    fail(call, 503, turn);
  else startCallTimer(call, "join", { afterMs: PATIENCE, turn });
}

/** The party that is asked is free again, perhaps; or it has had its time. */
export function onJoinTimer(call: Call, turn: Turn): void {
  const { joining } = call;
  if (joining?.state === "waiting") join(call, turn);
  if (joining?.state !== "asking") return;
  for (const { name, value } of askedParty(call, turn)?.leg.requests ?? [])
    if (value.purpose.kind === "join" && !value.done) turn.world.layer.cancel(name, turn);
  fail(call, 408, turn);
}

/** What the party says. `home` is the call that its leg is in. */
export function onJoinOutcome(home: Call, leg: Leg, heard: { outcome: RequestOutcome; turn: Turn }): void {
  const { outcome, turn } = heard;
  const { request, status, response, flow } = outcome;
  const { purpose } = request;
  const call = purpose.kind === "join" ? turn.world.calls.get(purpose.call) : undefined;
  const joining = call?.joining ?? null;
  if (response !== null && status < 300) {
    notePeer(leg, { response, flow, turn });
    settleSession(home, leg, { response, turn });
    acknowledgeRequest(leg, { request, body: null, turn });
    if (call === undefined || joining?.state !== "asking") setRight(home, leg, turn);
    else takeJoined(call, { joining, response, turn });
    return;
  }
  if (call === undefined || joining?.state !== "asking") return;
  stopCallTimer(call, "join", turn);
  if (status === 491) wait(call, joining, { afterMs: glarePauseMs(leg, turn), turn });
  // It is gone, or has forgotten the call (RFC 3261 section 12.2.1.2).
  else if (status === 408 || status === 481) endCall(home, { cause: "lost-peer", endedBy: "demarc" }, turn);
  else fail(call, 488, turn);
}

/** It took what comes to nothing: it is shown again whom it talks to. */
function setRight(home: Call, leg: Leg, turn: Turn): void {
  const other = otherLeg(home, leg);
  if (home.end === null && other !== null) proposeChange(home, other, turn);
}

function takeJoined(
  call: Call,
  taken: { readonly joining: Joining; readonly response: Parameters<typeof readDescription>[0]; readonly turn: Turn },
): void {
  const { joining, response, turn } = taken;
  stopCallTimer(call, "join", turn);
  const reading = readDescription(response);
  const description = reading.kind === "description" ? reading.description : null;
  const [side] = joining.toAsk;
  const from = side === undefined ? null : bringOver(call, side, turn);
  const to = side === undefined ? null : (partyOf(call, oppositeOf(side), turn)?.leg ?? null);
  joining.state = "answering";
  const { offer } = joining;
  const purpose = { kind: "join-answer" } as const;
  const passed =
    from !== null &&
    to !== null &&
    description !== null &&
    answerThrough(call, { from, to, description, purpose, offer }, turn);
  if (!passed) fail(call, 488, turn);
}

/** The plane sends to the one what the other says. */
export function onJoinAnswered(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  const { joining } = call;
  if (joining?.state !== "answering") return;
  if (!result.ok || result.description === null) {
    fail(call, 500, turn);
    return;
  }
  const [side, ...rest] = joining.toAsk;
  const { remote = null } = call.bLeg?.agreed ?? {};
  if (joining.early === "shown" && (remote === null || !isHeard(joining, remote))) {
    joining.state = "hunting";
    joining.heard = result.description;
    if (remote !== null) join(call, turn);
    return;
  }
  joining.toAsk = rest;
  if (rest.length > 0) {
    join(call, turn);
    return;
  }
  finish(call, { joining, description: result.description, turn });
  correct(call, { side, description: result.description, turn });
}

/** What the one has answered may not be what the other was shown before. */
function correct(
  call: Call,
  answered: { readonly side: MediaSide | undefined; readonly description: SessionDescription; readonly turn: Turn },
): void {
  const { side, description, turn } = answered;
  const { aLeg, bLeg } = call;
  const [shown, its] = side === "a" ? [bLeg, aLeg] : [aLeg, bLeg];
  const agreed = shown?.agreed ?? null;
  if (its !== null && agreed !== null && !sameTerms(agreed.remote, agreed.local, description))
    proposeChange(call, its, turn);
}

/** Both are in the call, and who asked for it is not needed any more. */
function finish(
  call: Call,
  done: { readonly joining: Joining; readonly description: SessionDescription; readonly turn: Turn },
): void {
  const { joining, description, turn } = done;
  call.joining = null;
  if (call.aLeg.state === "inviting") {
    noteSent(call.aLeg, description);
    answerCaller(call, turn);
  } else callStands(call, turn);
  for (const origin of [joining.brought.a, joining.brought.b]) {
    const old = origin === null ? undefined : turn.world.calls.get(origin.call);
    if (old?.transfer?.to !== call.id) continue;
    old.transfer.state = "done";
    tellReferrer(old, 200, turn);
    if (!hangUpReferrer(old, turn)) startCallTimer(old, "transferred", { afterMs: GRACE, turn });
  }
}

/** Who has two calls that were made one, or whose place was taken, is hung up when it was told. False where it is not yet, or may hang up itself. */
function hangUpReferrer(old: Call, turn: Turn): boolean {
  const { transfer } = old;
  if (transfer?.state !== "done" || isToBeTold(old)) return false;
  const waits = transfer.kind === "transferred" && transfer.along === null && old.answeredAt !== null;
  if (waits) return false;
  endCall(old, { cause: transfer.kind, endedBy: "demarc" }, turn);
  return true;
}

/** Who asked for the transfer was told of it, or cannot be. */
export function onNotifyOutcome(call: Call, _leg: Leg, heard: { outcome: RequestOutcome; turn: Turn }): void {
  const { outcome, turn } = heard;
  if (!onNotified(call, outcome.status, turn)) return;
  if (call.transfer?.state === "failed") call.transfer = null;
  else hangUpReferrer(call, turn);
}

/** Who asked for the transfer has not hung up. */
export function onTransferredTimer(call: Call, turn: Turn): void {
  if (call.transfer?.state === "done") endCall(call, { cause: "transferred", endedBy: "demarc" }, turn);
}
