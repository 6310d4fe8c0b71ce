// The one way a call ends: whoever ends it and however far it has come, both legs, the media, the counts and the record are dealt with here.

import type { HeaderLine } from "../../protocol/sip/index.ts";
import { CAUSES, type CallCause, type EndedBy } from "../causes.ts";
import { heardCause, tellFailure } from "../interop/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { askMedia } from "./ask.ts";
import { stopWaiting } from "./ask-outside.ts";
import { type Call, type CallEnd, isAttemptOver, isLegOver, legOf, legsOf } from "./call.ts";
import { uncount, uncountCall, uncountLegs } from "./count-call.ts";
import { tellEnded } from "./emergency-steps.ts";
import { giveUpAttempt } from "./give-up-attempt.ts";
import { endLeg, hangUpLeg } from "./hang-up-leg.ts";
import { judgeTalk } from "./judge-trunk.ts";
import { NO_KEYS } from "./leg-exchanges.ts";
import { recordOf } from "./record-of.ts";
import { respondInCall } from "./respond-in-call.ts";
import { tellCaller } from "./tell.ts";
import { boundTo, failTransfer, isGivenUp, leaveTransfer } from "./transfer-end.ts";
import { logCall, stopCallTimer, type Turn, wallClock } from "./turn.ts";

export interface Ending {
  readonly cause: CallCause;
  readonly endedBy: EndedBy;
  /** Towards the caller, when it has had no final response yet; default: what the cause stands for. */
  readonly status?: number;
  /** Instead of the status's own phrase. */
  readonly reason?: string | null;
  readonly retryAfterS?: number | null;
  readonly headers?: readonly HeaderLine[];
  /** The Q.850 cause; default: what the side that ended the call named, or what the cause stands for. */
  readonly q850?: number;
}

/** Timers that outlive the end of their call: an ACK is still waited for, and so is the end of a cancelled INVITE. */
function outlivesTheEnd(call: Call, timer: string): boolean {
  if (timer.startsWith("cancel.") || timer.startsWith("drop.")) return true;
  const [word, side] = timer.split(".");
  return (word === "answer" || word === "ack") && (legOf(call, side === "a" ? "a" : "b")?.accepted ?? null) !== null;
}

/** Ends a call. Ending it again does nothing. */
export function endCall(call: Call, ending: Ending, turn: Turn): void {
  if (call.end !== null) return;
  // One call's end may be another's: what goes wrong in it is this one's.
  turn.subject = call;
  const left = leaveTransfer(call, ending, turn);
  const { cause } = left;
  const failed = isGivenUp(call) ? CAUSES.cancelled.status : (ending.status ?? CAUSES[cause].status);
  const status = call.answeredAt === null ? failed : 200;
  const { endedBy, retryAfterS = null, headers = [] } = ending;
  const said = { status, reason: ending.reason ?? null, cause: ending.q850 ?? q850Of(call, { ...ending, cause }) };
  const told = call.answeredAt === null && !isGivenUp(call) ? tellFailure(said, call.ingress) : said;
  const q850 = told.cause ?? said.cause;
  call.end = { status: told.status, reason: told.reason, cause, endedBy, retryAfterS, headers, q850 };
  call.state = "ending";
  call.endedAt = wallClock(turn);
  stopWaiting(call, turn);
  dropChange(call, turn);
  const also = [...left.also, ...failTransfer(call, call.end.status, turn)];
  releaseALeg(call, call.end, turn);
  for (const attempt of call.attempts) giveUpAttempt(call, attempt, { silent: false, turn });
  for (const { name } of [...call.timers]) if (!outlivesTheEnd(call, name)) stopCallTimer(call, name, turn);
  uncountCall(call, turn);
  uncountLegs(legsOf(call), turn);
  if (call.mediaOpened) {
    const pending = { call: call.id, purpose: { kind: "media-release" } } as const;
    askMedia(turn, pending, { kind: "release", session: call.id });
    call.mediaOpened = false;
  } else {
    writeRecord(call, turn);
  }
  forgetIfOver(call, turn);
  // Last: a fault in the end of another call costs that one alone.
  for (const { call: other, ...its } of also) endCall(other, its, turn);
}

/** The Q.850 cause of an ending: what its side named in Reason, or what the cause stands for. */
function q850Of({ interop }: Call, { endedBy, cause }: Ending): number {
  const heard = endedBy === "demarc" ? null : heardCause(interop[endedBy].reasons);
  return heard ?? CAUSES[cause].q850;
}

/** The caller's side: a failure where it still waits, a BYE where it talks; where its ACK is missing the BYE waits for it (section 15). */
function releaseALeg(call: Call, end: CallEnd, turn: Turn): void {
  const { aLeg } = call;
  if (aLeg.state === "confirmed") hangUpLeg(call, aLeg, turn);
  if (aLeg.state !== "inviting") return;
  const lines: HeaderLine[] = [...end.headers];
  if (end.retryAfterS !== null) lines.push(["Retry-After", String(end.retryAfterS)]);
  const headers = tellCaller(call, end.status, lines);
  const reason = end.reason === null ? {} : { reason: end.reason };
  turn.world.layer.respond(call.aTransaction, { status: end.status, toTag: aLeg.localTag, headers, ...reason }, turn);
  endLeg(call, aLeg, turn);
}

/** What one side asked and has not heard of is over with the call (RFC 3261 section 15.1.2). */
function dropChange(call: Call, turn: Turn): void {
  const { change } = call;
  call.change = null;
  if (change?.transaction == null) return;
  const toTag = legOf(call, change.from)?.localTag ?? null;
  respondInCall(change.transaction, { status: 487, toTag }, turn);
}

/** The plane has let the session go: its last statistics complete the record. */
export function onMediaReleased(call: Call, result: MediaResult, turn: Turn): void {
  if (result.ok) call.statistics = result.streams;
  else
    logCall(
      call,
      { level: "warn", message: "The call's audio statistics are missing.", fields: { detail: result.detail } },
      turn,
    );
  writeRecord(call, turn);
  forgetIfOver(call, turn);
}

function writeRecord(call: Call, turn: Turn): void {
  if (call.recorded || call.end === null) return;
  call.recorded = true;
  const record = recordOf(call, call.end);
  turn.actions.push({ kind: "record", record });
  tellEnded(call, record.durationMs, turn);
  judgeTalk(call, record.durationMs, turn);
  // What is left waits half a minute for late answers: it need not weigh what the call did.
  call.offer = null;
  call.lateOffer = null;
  call.told = null;
  call.statistics = [];
  call.targets = [];
  for (const leg of legsOf(call)) {
    leg.sent = null;
    leg.agreed = null;
    leg.keys = leg.nextKeys = NO_KEYS;
  }
  const { cause, endedBy, status } = call.end;
  const { caller, called, ingressTrunk, egressTrunk, emergency, durationMs } = record;
  const fields = { caller, called, ingressTrunk, egressTrunk, status, cause, endedBy, durationMs, emergency };
  logCall(call, { level: "info", message: "The call ended.", fields }, turn);
}

/** Lets go of a call once nothing more can come of it: record written, no dialog, no INVITE that could still be answered. */
export function forgetIfOver(call: Call, turn: Turn): void {
  if (!call.recorded || !isLegOver(call.aLeg) || !call.attempts.every(isAttemptOver)) return;
  for (const { name } of [...call.timers]) stopCallTimer(call, name, turn);
  forgetTags(call, turn);
  turn.world.calls.delete(call.id);
}

/** Those that lead to this call: a leg may have gone to another one, with its tag. */
function forgetTags(call: Call, { world: { legs } }: Turn): void {
  for (const tag of [...legsOf(call).map(({ localTag }) => localTag), ...call.callerTags])
    if (legs.get(tag)?.call === call.id) legs.delete(tag);
}

/** The last resort where ending a call met a fault of our own: the record is written and nothing of it is kept. */
export function writeOff(call: Call, turn: Turn): void {
  const { world, actions } = turn;
  call.end ??= {
    status: 500,
    reason: null,
    cause: "internal-error",
    endedBy: "demarc",
    retryAfterS: null,
    headers: [],
    q850: CAUSES["internal-error"].q850,
  };
  call.endedAt ??= wallClock(turn);
  world.layer.respond(call.aTransaction, { status: 500, toTag: call.aLeg.localTag }, turn);
  stopWaiting(call, turn);
  if (call.mediaOpened) actions.push({ kind: "media", token: call.id, command: { kind: "release", session: call.id } });
  uncountCall(call, turn);
  for (const attempt of call.attempts) {
    uncount(attempt, turn);
    for (const { transaction } of [attempt, ...attempt.left])
      if (transaction !== null) world.layer.terminate(transaction, turn);
  }
  uncountLegs(legsOf(call), turn);
  for (const leg of legsOf(call)) for (const { name } of leg.requests) world.layer.terminate(name, turn);
  forgetTags(call, turn);
  for (const { name } of [...call.timers]) stopCallTimer(call, name, turn);
  writeRecord(call, turn);
  world.calls.delete(call.id);
  for (const other of boundTo(call, turn)) endCall(other, { cause: "internal-error", endedBy: "demarc" }, turn);
}
