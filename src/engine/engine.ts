// The engine: handle(input, now) gives everything that follows from one input, and nothing else happens. No clock, no socket, no promise.

import type { Millis } from "../base/index.ts";
import {
  answerableHead,
  formatResponse,
  type HeaderLine,
  type ParseFailure,
  parseMessage,
  type SipRequest,
  tagOf,
  to,
  topVia,
  validateMessage,
} from "../protocol/sip/index.ts";
import type { TransactionEvent } from "../protocol/transaction/index.ts";
import { type Flow, responseFlow } from "../protocol/transport/index.ts";
import type { Action } from "./actions.ts";
import { takeToken } from "./admission/index.ts";
import {
  ALLOWED_METHODS,
  answerOptions,
  beginOwnCall,
  callOf,
  compileBorder,
  countRequests,
  endCall,
  hearOwnCall,
  isOfOwnCall,
  isOwnFlow,
  isShed,
  newTag,
  onCallTimer,
  onCancel,
  onClientEvent,
  onDecided,
  onInDialogAck,
  onInDialogRequest,
  onInvite,
  onLoad,
  onMediaEvent,
  onMediaReply,
  onOwnTimer,
  onPendingTimer,
  onResolved,
  openForReport,
  overloadReport,
  retryAfterLines,
  type Turn,
  trunkOfFlow,
  type World,
  whoSpeaks,
  writeOff,
} from "./call/index.ts";
import { createWorld, type EngineOptions, STRANGER_ANSWERS_PER_SECOND, worldApart } from "./create-world.ts";
import type { GateVerdict } from "./credentials/index.ts";
import type { Answer } from "./decide-contract.ts";
import type { EmergencyTestOrder } from "./emergency-step.ts";
import { type ExplainRefusal, type Explanation, explainCall } from "./explain.ts";
import type { ExplainQuestion } from "./explain-question.ts";
import type { Input } from "./inputs.ts";
import { acceptedRegistrationOf, onRegister } from "./registration/index.ts";
import { type EngineSnapshot, restoreInto, snapshotOf } from "./snapshot.ts";
import {
  type EngineStatus,
  engineStatus,
  type LiveCall,
  liveCalls,
  type TrunkActivity,
  trunkActivity,
} from "./status.ts";
import {
  isOfUpkeep,
  keepUp,
  onFlowLost,
  onUpkeepEvent,
  onUpkeepResolved,
  onUpkeepTimer,
  windUp,
} from "./trunk-upkeep.ts";

type ExplainAnswers = ReadonlyMap<string, Answer>;

export interface Engine {
  /** `now`: milliseconds since 1970 by a clock that never jumps, so that what is kept of a time means the same to another process. */
  handle(input: Input, now: Millis): readonly Action[];
  /** Everything that this engine knows, for another one to go on from. */
  snapshot(): EngineSnapshot;
  /**
   * Goes on from where another engine was, which has done nothing since; to be called before the first input. What it returns is done as
   * what `handle` returns. Throws where the snapshot is of another version.
   */
  restore(snapshot: EngineSnapshot): readonly Action[];
  liveCalls(): LiveCall[];
  /** `now`: for what holds only for a while. */
  trunkActivity(now: Millis): TrunkActivity[];
  status(): EngineStatus;
  /**
   * What would happen to this call if it came now, or at another time. Nothing is changed by it, and nobody is asked: `answers` are what those outside
   * have said, by the name of the question. Default: nothing, so that the call goes by its fallback.
   */
  explain(question: ExplainQuestion, now: Millis, answers?: ExplainAnswers): Explanation | ExplainRefusal;
}

export function createEngine(options: EngineOptions): Engine {
  const world = createWorld(options);
  return {
    handle: (input, now) => handle(world, input, now),
    snapshot: () => snapshotOf(world),
    restore: (snapshot) => restoreInto(world, snapshot),
    liveCalls: () => liveCalls(world),
    trunkActivity: (now) => trunkActivity(world, now),
    status: () => engineStatus(world),
    explain: (question, now, answers = new Map()) => {
      const apart = worldApart(world, options);
      return explainCall({ world: apart, handle: (input, at) => handle(apart, input, at), now, answers }, question);
    },
  };
}

function handle(world: World, input: Input, now: Millis): readonly Action[] {
  const turn: Turn = { now, actions: [], world, speaker: null, subject: null, asked: null };
  try {
    take(input, turn);
    if (world.ownCalls.size > 0) playOwnCalls(turn);
  } catch (error) {
    // Our own mistake costs the call it was about, never the process. What had been decided before it still happens.
    noteFault(input, error, turn);
    const { subject, asked } = turn;
    try {
      if (subject !== null && subject.end === null)
        endCall(subject, { cause: "internal-error", endedBy: "demarc" }, turn);
      else if (subject !== null) writeOff(subject, turn);
      // What has been answered by then is not answered again.
      if (asked !== null) world.layer.respond(asked, { status: 500, toTag: "fault" }, turn);
    } catch (again) {
      noteFault(input, again, turn);
      if (subject !== null) writeOff(subject, turn);
    }
  }
  countRequests(turn);
  return turn.actions;
}

function noteFault(input: Input, error: unknown, turn: Turn): void {
  turn.world.counters.faults += 1;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const fields = { input: input.kind, detail };
  const call = turn.subject?.id ?? null;
  turn.actions.push({ kind: "log", level: "error", message: "A fault of our own.", call, fields });
}

function take(input: Input, turn: Turn): void {
  switch (input.kind) {
    case "datagram":
      onDatagram(input.text, input.flow, turn);
      return;
    case "timer":
      onTimer(input.key, turn);
      return;
    case "transport-error":
      for (const event of turn.world.layer.failFlow(input.flow, turn)) onTransactionEvent(event, turn);
      onFlowLost(input.flow, turn);
      return;
    case "unreachable":
      onTransactionEvent(turn.world.layer.failQuoted(input, turn), turn);
      return;
    case "flow-closed":
      onFlowLost(input.flow, turn);
      return;
    case "media-reply":
      onMediaReply(input.token, input.result, turn);
      return;
    case "media-event":
      onMediaEvent(input.session, input.event, turn);
      return;
    case "resolved":
      if (isOfUpkeep(input.token)) onUpkeepResolved(input.token, input.result, turn);
      else onResolved(input.token, input.result, turn);
      return;
    case "decided":
      onDecided(input.token, input.answer, turn);
      return;
    case "configuration":
      turn.world.border = compileBorder(input.configuration);
      keepUp(input.configuration, turn);
      return;
    case "load":
      onLoad(input, turn);
      return;
    case "emergency-test":
      testEmergency(input.order, turn);
      return;
    case "hang-up": {
      const call = callOf(turn, input.call);
      if (call !== undefined) endCall(call, { cause: "operator", endedBy: "demarc" }, turn);
      return;
    }
    case "drain":
      drain(input.endCalls, turn);
  }
}

function testEmergency(order: EmergencyTestOrder, turn: Turn): void {
  const begun = beginOwnCall(order, turn);
  if (typeof begun !== "string") {
    onDatagram(begun.text, begun.call.flow, turn);
    return;
  }
  const fields = { trunk: order.trunk, reason: begun };
  const message = "The way of emergency calls was not tried.";
  turn.actions.push({ kind: "log", level: "error", message, call: null, fields });
}

/** What is sent to our own callers never reaches the wire: they hear it, and answer, in the same turn. */
function playOwnCalls(turn: Turn): void {
  const { actions } = turn;
  for (let place = 0; place < actions.length; place += 1) {
    const action = actions[place];
    if (action?.kind !== "send" || !isOwnFlow(action.flow)) continue;
    actions.splice(place, 1);
    place -= 1;
    const heard = hearOwnCall(action.text, turn);
    for (const text of heard?.texts ?? []) onDatagram(text, heard?.call.flow ?? action.flow, turn);
  }
}

function onOwnCallTimer(key: string, turn: Turn): void {
  const said = onOwnTimer(key, turn);
  for (const text of said?.texts ?? []) if (said !== null) onDatagram(text, said.call.flow, turn);
}

function drain(endCalls: boolean, turn: Turn): void {
  turn.world.draining = true;
  if (!endCalls) return;
  windUp(turn);
  for (const call of [...turn.world.calls.values()]) endCall(call, { cause: "shutdown", endedBy: "demarc" }, turn);
}

function onTimer(key: string, turn: Turn): void {
  if (key.startsWith("call|")) onCallTimer(key, turn);
  else if (key.startsWith("pending|")) onPendingTimer(key, turn);
  else if (isOfUpkeep(key)) onUpkeepTimer(key, turn);
  else if (isOfOwnCall(key)) onOwnCallTimer(key, turn);
  else onTransactionEvent(turn.world.layer.fireTimer(key, turn), turn);
}

function onDatagram(text: string, flow: Flow, turn: Turn): void {
  const { world } = turn;
  const parsed = parseMessage(text);
  const failure = parsed.ok ? validateMessage(parsed.value) : parsed.failure;
  if (!parsed.ok || failure !== null) {
    world.counters.malformed += 1;
    if (failure !== null && trunkOfFlow(world.border, flow) !== null) answerMalformed(failure, flow, turn);
    return;
  }
  const message = parsed.value;
  if (message.kind === "response") {
    onTransactionEvent(world.layer.receiveResponse(message, flow, turn), turn);
    return;
  }
  const who = whoSpeaks(message, flow, turn);
  if (who.kind === "trunk") turn.speaker = who.trunk;
  if (who.kind === "stranger") refuseStranger(message, flow, turn);
  else if (who.kind === "unproven") askForProof(message, flow, { verdict: who.verdict, turn });
  else if (isShed(message, flow, turn)) {
    answerStateless(message, flow, { status: 503, headers: retryAfterLines(message, turn), turn });
  } else onTransactionEvent(world.layer.receiveRequest(message, flow, turn), turn);
}

/** A request that cannot be acted on is answered without state, where its sender can be told at all (RFC 3261 section 16.3). */
function answerMalformed(failure: ParseFailure, flow: Flow, turn: Turn): void {
  const { request } = failure;
  if (request !== null && request.method !== "ACK") answerStateless(request, flow, { status: failure.status, turn });
}

/** Challenges a request, or refuses its credentials. */
function askForProof(
  request: SipRequest,
  flow: Flow,
  { verdict, turn }: { readonly verdict: GateVerdict; readonly turn: Turn },
): void {
  if (verdict.kind !== "answer") return;
  const { status, headers, remark } = verdict;
  if (remark !== null) {
    turn.world.counters.wrongPasswords += 1;
    const fields = { method: request.method.slice(0, 32), network: flow.network, address: flow.remoteAddress, remark };
    const message = "Credentials that are nobody's were refused.";
    turn.actions.push({ kind: "log", level: "warn", message, call: null, fields });
  }
  answerStateless(request, flow, { status, headers, turn });
}

function refuseStranger(request: SipRequest, flow: Flow, turn: Turn): void {
  const { world } = turn;
  world.counters.strangers += 1;
  if (request.method === "ACK" || !takeToken(world.strangerBucket, STRANGER_ANSWERS_PER_SECOND, turn.now)) return;
  const fields = {
    method: request.method.slice(0, 32),
    network: flow.network,
    address: flow.remoteAddress,
    port: flow.remotePort,
    ...(flow.proof === undefined ? {} : { certificate: flow.proof.domains.slice(0, 5).join(", ") }),
  };
  turn.actions.push({
    kind: "log",
    level: "warn",
    message: "A request from an address that is no trunk's was refused.",
    call: null,
    fields,
  });
  answerStateless(request, flow, { status: 403, turn });
}

function answerStateless(
  request: SipRequest,
  flow: Flow,
  answer: { readonly status: number; readonly headers?: readonly HeaderLine[]; readonly turn: Turn },
): void {
  const { status, headers: further = [], turn } = answer;
  const { headers } = request;
  const complete = headers.has("from") && headers.has("to") && headers.has("call-id") && headers.has("cseq");
  const via = headers.read(topVia);
  // Strangers are not told what we do (RFC 7339 section 5.2).
  const open = trunkOfFlow(turn.world.border, flow) === null ? {} : { open: openForReport };
  const head = answerableHead(request, { address: flow.remoteAddress, port: flow.remotePort, ...open });
  if (!complete || via === null || head === null) return;
  turn.actions.push({
    kind: "send",
    flow: responseFlow(via, flow),
    text: formatResponse(head, {
      status,
      toTag: newTag(turn),
      headers: further,
      viaParameters: overloadReport(turn.world, turn.now),
    }),
  });
}

function onTransactionEvent(event: TransactionEvent | null, turn: Turn): void {
  if (event === null) return;
  switch (event.kind) {
    case "request":
      onRequest(event, turn);
      return;
    case "ack":
      onInDialogAck(event, turn);
      return;
    case "cancel":
      onCancel(event.invite, event.request, turn);
      return;
    default:
      if (isOfUpkeep(event.user)) onUpkeepEvent(event, turn);
      else onClientEvent(event, turn);
  }
}

function onRequest(event: TransactionEvent & { readonly kind: "request" }, turn: Turn): void {
  const { request, transaction, flow } = event;
  const { world, speaker: trunk } = turn;
  turn.asked = transaction;
  const toAddress = request.headers.read(to);
  if (toAddress !== null && tagOf(toAddress) !== null) onInDialogRequest({ request, transaction, flow }, turn);
  else if (trunk === null) world.layer.respond(transaction, { status: 403, toTag: newTag(turn) }, turn);
  else if (request.method === "INVITE") onInvite({ request, transaction, flow, trunk }, turn);
  else if (request.method === "REGISTER" && acceptedRegistrationOf(trunk) !== null)
    onRegister({ request, transaction, flow, trunk }, turn);
  else if (request.method === "OPTIONS") answerOptions(request, transaction, turn);
  else {
    const status = request.method === "BYE" ? 481 : 405;
    world.layer.respond(transaction, { status, toTag: newTag(turn), headers: [["Allow", ALLOWED_METHODS]] }, turn);
  }
}
