// Which exchange a timer, a reply or a response of a call belongs to. A table and nothing else.

import { dropTimer, namedValue } from "../../base/index.ts";
import type { SipRequest, SipResponse } from "../../protocol/sip/index.ts";
import type { TransactionEvent, TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { Answer } from "../decide-contract.ts";
import type { ResolveResult, Token } from "../inputs.ts";
import type { MediaEvent, MediaResult } from "../media-contract.ts";
import { onAnswerTimer } from "./accept-invite.ts";
import { onAckTimer, onAnswered, onMediaAnswered } from "./answer.ts";
import { onDurationTimer } from "./answer-caller.ts";
import { takePending } from "./ask.ts";
import { takeAnswer } from "./ask-outside.ts";
import { onJudged } from "./ask-policy.ts";
import {
  onAttemptLost,
  onAttemptRefused,
  onAttemptTimer,
  onMediaOffered,
  onRedirectDecided,
  onRingTimer,
  onTargetResolved,
} from "./attempt.ts";
import { type Attempt, type Call, type Leg, type LegPlace, legsOf } from "./call.ts";
import { onEarlyMedia, onProvisional } from "./early-media.ts";
import { legAt } from "./find-leg.ts";
import { findTargetsAgain, onTargetsDecided } from "./find-targets.ts";
import { endAttemptTransaction, onCancelTimer } from "./give-up-attempt.ts";
import { onHandshake } from "./handshake-outcome.ts";
import { onWayResolved } from "./held-requests.ts";
import {
  onJoinAnswered,
  onJoinOffered,
  onJoinOutcome,
  onJoinTimer,
  onNotifyOutcome,
  onTransferredTimer,
} from "./join.ts";
import { onLateAnswered, onLateOffered } from "./late-offer.ts";
import { onPlaceOffered } from "./late-place.ts";
import { leftInviteOf, onLeftEvent, onLeftTimer } from "./left-invites.ts";
import type { RequestPurpose } from "./leg-exchanges.ts";
import { followRequest, onDropTimer, type RequestOutcome } from "./leg-request.ts";
import { onChangeCancelled, onChangeOffered, onChangeOutcome, onChangeTimer } from "./modify.ts";
import { onOnwardOutcome } from "./onward-request.ts";
import type { Purpose } from "./pending.ts";
import { onPickUpOffered } from "./pick-up.ts";
import { hearReport, notePlaceAlive } from "./places.ts";
import { endCall, forgetIfOver, onMediaReleased } from "./release.ts";
import { onPrackTimer, onProvisionalTimer } from "./reliable-provisional.ts";
import { goesOnRinging, onResumeTimer } from "./semi-attended.ts";
import { onChangeAnswered, proposeChange } from "./session-change.ts";
import { onExpireTimer, onRefreshOutcome, onRefreshTimer } from "./session-timer.ts";
import { hearEnding, hearRequest, hearResponse } from "./tell.ts";
import { onToneHeard, onTonePlayed } from "./tones.ts";
import { callOf, type Turn, wallClock } from "./turn.ts";

type TimerHandler = (call: Call, of: { readonly parameters: readonly string[]; readonly turn: Turn }) => void;

function ofLeg(handle: (call: Call, leg: Leg, turn: Turn) => void): TimerHandler {
  return (call, { parameters: [side], turn }) => {
    const leg = side === "a" ? call.aLeg : call.bLeg;
    if (leg !== null) handle(call, leg, turn);
  };
}

/** The parameter is our tag. */
function ofTag(handle: (call: Call, leg: Leg, turn: Turn) => void): TimerHandler {
  return (call, { parameters: [tag], turn }) => {
    const leg = legsOf(call).find(({ localTag }) => localTag === tag);
    if (leg !== undefined) handle(call, leg, turn);
  };
}

/** By the first word of the timer's name; what follows behind points tells which of several it is. */
const TIMERS: Readonly<Record<string, TimerHandler>> = {
  attempt: (call, { turn }) => onAttemptTimer(call, turn),
  ring: (call, { turn }) => onRingTimer(call, turn),
  provisional: (call, { parameters: [tag = ""], turn }) => onProvisionalTimer(call, tag, turn),
  prack: (call, { turn }) => onPrackTimer(call, turn),
  duration: (call, { turn }) => onDurationTimer(call, turn),
  change: (call, { turn }) => onChangeTimer(call, turn),
  propose: ofLeg(proposeChange),
  join: (call, { turn }) => onJoinTimer(call, turn),
  resume: (call, { turn }) => onResumeTimer(call, turn),
  transferred: (call, { turn }) => onTransferredTimer(call, turn),
  refresh: ofTag(onRefreshTimer),
  expire: (call, { turn }) => onExpireTimer(call, turn),
  answer: ofLeg(onAnswerTimer),
  ack: ofLeg(onAckTimer),
  cancel: (call, { parameters: [index, branch], turn }) => {
    const attempt = call.attempts[Number(index)];
    if (attempt === undefined) return;
    if (branch !== undefined) onLeftTimer(call, attempt, { branch, turn });
    else onCancelTimer(call, attempt, turn);
    forgetIfOver(call, turn);
  },
  drop: (call, { parameters: [branch = ""], turn }) => {
    for (const leg of legsOf(call)) onDropTimer(leg, { branch, turn });
    forgetIfOver(call, turn);
  },
};

/** A timer of a call: `call|<id>|<name>`. */
export function onCallTimer(key: string, turn: Turn): void {
  const [, id = "", name = ""] = key.split("|");
  const call = callOf(turn, id);
  if (call === undefined || !dropTimer(call.timers, name)) return;
  const [word = "", ...parameters] = name.split(".");
  TIMERS[word]?.(call, { parameters, turn });
}

function findAttempt(user: string, turn: Turn): { call: Call; attempt: Attempt } | null {
  const [id = "", index = ""] = user.split("|");
  const call = callOf(turn, id);
  const attempt = index === "" ? undefined : call?.attempts[Number(index)];
  return call === undefined || attempt === undefined ? null : { call, attempt };
}

/** What becomes of a request inside a dialog, by what it was for. A BYE is over with whatever came of it. */
const OUTCOMES: Readonly<
  Record<RequestPurpose["kind"], (call: Call, leg: Leg, heard: { outcome: RequestOutcome; turn: Turn }) => void>
> = {
  bye: () => undefined,
  change: onChangeOutcome,
  prack: () => undefined,
  refresh: onRefreshOutcome,
  join: onJoinOutcome,
  notify: onNotifyOutcome,
  tone: () => undefined,
  onward: onOnwardOutcome,
};

function onRequestEvent(event: TransactionEvent & { readonly user: string }, place: LegPlace, turn: Turn): void {
  const call = callOf(turn, place.call);
  const leg = call === undefined ? undefined : legAt(call, place);
  if (call === undefined || leg === undefined) return;
  const sentTo = event.kind === "response" ? namedValue(leg.requests, event.transaction)?.flow : undefined;
  if (event.kind === "response" && sentTo !== undefined)
    hearReport(leg.trunk, { response: event.response, sentTo }, turn);
  const outcome = followRequest(call, leg, { event, turn });
  if (outcome !== null) OUTCOMES[outcome.request.purpose.kind](call, leg, { outcome, turn });
  forgetIfOver(call, turn);
}

/** What the transaction layer says of a request that we sent. */
export function onClientEvent(event: TransactionEvent & { readonly user: string }, turn: Turn): void {
  const [id = "", index = "", word] = event.user.split("|");
  if (word === "request") {
    onRequestEvent(event, { call: id, attempt: Number(index) }, turn);
    return;
  }
  const found = findAttempt(event.user, turn);
  if (found === null) return;
  const { call, attempt } = found;
  const left = leftInviteOf(attempt, event);
  if (left !== null) {
    onLeftEvent(call, attempt, { event, left, turn });
    return;
  }
  switch (event.kind) {
    case "response":
      notePlaceAlive(attempt, event.response, turn);
      if (attempt.leg !== null) hearReport(attempt.trunk, { response: event.response, sentTo: attempt.leg.flow }, turn);
      onResponse(call, attempt, { response: event.response, flow: event.flow, turn });
      return;
    case "timeout":
      onAttemptLost(call, attempt, { status: 408, reason: "No answer from the target", turn });
      return;
    case "transport-error":
      onAttemptLost(call, attempt, { status: 503, reason: "The target cannot be reached", turn });
      return;
    default:
      endAttemptTransaction(call, attempt, turn);
      forgetIfOver(call, turn);
  }
}

function onResponse(call: Call, attempt: Attempt, arrived: { response: SipResponse; flow: Flow; turn: Turn }): void {
  const heard = { ...arrived, response: hearResponse(call, attempt, arrived) };
  const { status } = heard.response;
  if (status < 200) onProvisional(call, attempt, heard);
  else if (status < 300) onAnswered(call, attempt, heard);
  else onAttemptRefused(call, attempt, heard);
}

const NO_REPLY: MediaResult = { ok: false, cause: "unavailable", detail: "no reply" };

export function onMediaReply(token: Token, result: MediaResult, turn: Turn): void {
  const pending = takePending(turn, token);
  const call = pending === null ? undefined : callOf(turn, pending.call);
  if (pending === null || call === undefined) return;
  const { purpose } = pending;
  if (purpose.kind === "media-release") {
    onMediaReleased(call, result, turn);
    return;
  }
  if (call.end === null) takeMedia(call, purpose, { result, turn });
}

function takeMedia(call: Call, purpose: Purpose, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const attempt = "attempt" in purpose ? call.attempts[purpose.attempt] : undefined;
  switch (purpose.kind) {
    case "media-offer":
      if (attempt !== undefined) onMediaOffered(call, attempt, reply);
      return;
    case "media-early":
      if (attempt !== undefined) onEarlyMedia(call, attempt, { ...reply, status: purpose.status, tag: purpose.tag });
      return;
    case "media-answer":
      onMediaAnswered(call, reply);
      return;
    case "media-late-offer":
      onLateOffered(call, reply);
      return;
    case "media-late-answer":
      onLateAnswered(call, reply);
      return;
    case "change-offer":
      onChangeOffered(call, purpose.change, reply);
      return;
    case "join-offer":
      onJoinOffered(call, reply);
      return;
    case "join-answer":
      onJoinAnswered(call, reply);
      return;
    case "place-offer":
      onPlaceOffered(call, reply);
      return;
    case "tone":
      onTonePlayed(call, reply);
      return;
    case "pick-up":
      onPickUpOffered(call, purpose, reply);
      return;
    case "change-answer":
      onChangeAnswered(call, purpose.change, reply);
      return;
    default:
  }
}

export function onResolved(token: Token, result: ResolveResult, turn: Turn): void {
  const pending = takePending(turn, token);
  if (pending?.purpose.kind === "way") {
    for (const { call, leg, failed } of onWayResolved(pending.purpose, { from: pending.call, result, turn })) {
      for (const outcome of failed) OUTCOMES[outcome.request.purpose.kind](call, leg, { outcome, turn });
      forgetIfOver(call, turn);
    }
    return;
  }
  const call = pending === null ? undefined : callOf(turn, pending.call);
  if (call === undefined || call.end !== null || pending?.purpose.kind !== "resolve") return;
  const attempt = call.attempts[pending.purpose.attempt];
  if (attempt !== undefined) onTargetResolved(call, attempt, { result, turn });
}

/** Somebody outside has decided. */
export function onDecided(token: Token, answer: Answer, turn: Turn): void {
  const pending = takePending(turn, token);
  const call = pending === null ? undefined : callOf(turn, pending.call);
  if (call !== undefined && pending?.purpose.kind === "judge") onJudged(call, answer, turn);
  if (call === undefined || call.deciding?.token !== token) return;
  const resume = takeAnswer(call, answer, turn);
  if (resume?.kind === "route") findTargetsAgain(call, resume, turn);
  else if (resume?.kind === "targets") onTargetsDecided(call, turn);
  else if (resume?.kind === "redirect") onRedirectDecided(call, resume, turn);
}

/** A reply that never came counts as a failure. */
export function onPendingTimer(key: string, turn: Turn): void {
  const token = key.slice("pending|".length);
  const pending = turn.world.pending.get(token);
  if (pending === undefined) return;
  const { kind } = pending.purpose;
  if (kind === "resolve" || kind === "way") onResolved(token, { ok: false, detail: "no reply" }, turn);
  else if (kind === "decide" || kind === "judge") onDecided(token, { kind: "none", detail: "no answer in time" }, turn);
  else onMediaReply(token, NO_REPLY, turn);
}

export function onMediaEvent(session: string, event: MediaEvent, turn: Turn): void {
  const call = callOf(turn, session);
  if (call !== undefined && (event.kind === "secured" || event.kind === "unsecured")) onHandshake(call, event, turn);
  if (call?.end === null && event.kind === "tone") onToneHeard(call, { ...event, turn });
  // While it rings, silence is nothing unusual, and that which began then is not counted.
  if (call === undefined || event.kind !== "timeout" || call.answeredAt === null) return;
  if (wallClock(turn) - call.answeredAt < event.afterMs) return;
  endCall(call, { cause: "media-timeout", endedBy: "demarc" }, turn);
}

/** An INVITE is taken back (RFC 3261 section 9.2): the call, or a change to it. After the final response it has no effect. */
export function onCancel(invite: TransactionKey, request: SipRequest, turn: Turn): void {
  const call = callOf(turn, turn.world.layer.get(invite)?.user ?? "");
  if (call === undefined) return;
  if (invite !== call.aTransaction) onChangeCancelled(call, invite, turn);
  else if (call.aLeg.state === "inviting") {
    if (goesOnRinging(call, turn)) return;
    hearEnding(call, call.aLeg, { request: hearRequest(call, call.aLeg, request), turn });
    endCall(call, { cause: "cancelled", endedBy: "caller" }, turn);
  }
}
