// Which exchange a timer, a reply or a response of a call belongs to. A table and nothing else.

import type { SipRequest, SipResponse } from "../../protocol/sip/index.ts";
import type { TransactionEvent } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { ResolveResult, Token } from "../inputs.ts";
import type { MediaEvent, MediaResult } from "../media-contract.ts";
import { onAckTimer, onAnswered, onAnswerTimer, onDurationTimer, onMediaAnswered } from "./answer.ts";
import { takePending } from "./ask.ts";
import {
  onAttemptLost,
  onAttemptRefused,
  onAttemptTimer,
  onMediaOffered,
  onRingTimer,
  onTargetResolved,
} from "./attempt.ts";
import type { Attempt, Call } from "./call.ts";
import { onByeEvent } from "./challenged-bye.ts";
import { onEarlyMedia, onProvisional } from "./early-media.ts";
import { endAttemptTransaction, onCancelTimer } from "./give-up-attempt.ts";
import { leftInviteOf, onLeftEvent, onLeftTimer } from "./left-invites.ts";
import { notePlaceAlive } from "./places.ts";
import { endCall, forgetIfOver, onMediaReleased } from "./release.ts";
import { hearEnding, hearResponse } from "./tell.ts";
import { callOf, type Turn } from "./turn.ts";

const TIMERS: Readonly<Record<string, (call: Call, turn: Turn) => void>> = {
  attempt: onAttemptTimer,
  ring: onRingTimer,
  answer: onAnswerTimer,
  ack: onAckTimer,
  duration: onDurationTimer,
};

/** A timer of a call: `call|<id>|<name>`, the name with an attempt's index where it is one attempt's. */
export function onCallTimer(key: string, turn: Turn): void {
  const [, id = "", name = ""] = key.split("|");
  const call = callOf(turn, id);
  const running = call?.timers.indexOf(name) ?? -1;
  if (call === undefined || running < 0) return;
  call.timers.splice(running, 1);
  const [word = "", index, branch] = name.split(".");
  const attempt = index === undefined ? undefined : call.attempts[Number(index)];
  if (attempt === undefined) {
    TIMERS[word]?.(call, turn);
    return;
  }
  if (branch !== undefined) onLeftTimer(call, attempt, { branch, turn });
  else onCancelTimer(call, attempt, turn);
  forgetIfOver(call, turn);
}

function findAttempt(user: string, turn: Turn): { call: Call; attempt: Attempt } | null {
  const [id = "", index = ""] = user.split("|");
  const call = callOf(turn, id);
  const attempt = index === "" ? undefined : call?.attempts[Number(index)];
  return call === undefined || attempt === undefined ? null : { call, attempt };
}

/** What the transaction layer says of an INVITE or BYE that we sent. */
export function onClientEvent(event: TransactionEvent & { readonly user: string }, turn: Turn): void {
  const [id = "", index = "", word] = event.user.split("|");
  if (word === "bye") {
    onByeEvent(event, { call: id, attempt: Number(index) }, turn);
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
  const attempt = call.attempts[purpose.attempt];
  if (attempt === undefined || call.end !== null) return;
  if (purpose.kind === "media-offer") onMediaOffered(call, attempt, { result, turn });
  else if (purpose.kind === "media-early") onEarlyMedia(call, attempt, { result, status: purpose.status, turn });
  else if (purpose.kind === "media-answer") onMediaAnswered(call, { result, turn });
}

export function onResolved(token: Token, result: ResolveResult, turn: Turn): void {
  const pending = takePending(turn, token);
  const call = pending === null ? undefined : callOf(turn, pending.call);
  if (call === undefined || call.end !== null || pending?.purpose.kind !== "resolve") return;
  const attempt = call.attempts[pending.purpose.attempt];
  if (attempt !== undefined) onTargetResolved(call, attempt, { result, turn });
}

/** A reply that never came counts as a failure. */
export function onPendingTimer(key: string, turn: Turn): void {
  const token = key.slice("pending|".length);
  const pending = turn.world.pending.get(token);
  if (pending === undefined) return;
  if (pending.purpose.kind === "resolve") onResolved(token, { ok: false, detail: "no reply" }, turn);
  else onMediaReply(token, NO_REPLY, turn);
}

export function onMediaEvent(session: string, event: MediaEvent, turn: Turn): void {
  const call = callOf(turn, session);
  // While it rings, silence is nothing unusual.
  if (call === undefined || event.kind !== "timeout" || call.answeredAt === null) return;
  endCall(call, { cause: "media-timeout", endedBy: "demarc" }, turn);
}

/** The caller takes its call back (RFC 3261 section 9.2). After the final response it has no effect. */
export function onCancel(call: Call, request: SipRequest, turn: Turn): void {
  if (call.aLeg.state !== "inviting") return;
  hearEnding(call, call.aLeg, { request, turn });
  endCall(call, { cause: "cancelled", endedBy: "caller" }, turn);
}
