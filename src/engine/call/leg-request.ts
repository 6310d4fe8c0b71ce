// Requests of ours inside a leg's dialog: sent with the trunk's credentials where it asked for them, and followed until nothing can come of them.

import { dropNamed, namedValue, setNamed } from "../../base/index.ts";
import { type Dialog, formatInDialogRequest, nextSequence } from "../../protocol/dialog/index.ts";
import type { Body, HeaderLine, SipResponse } from "../../protocol/sip/index.ts";
import type { TransactionEvent, TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { type CredentialsHeader, isChallenge } from "../credentials/index.ts";
import { viaTowards } from "../own-addresses.ts";
import { noteFailure } from "../routing/index.ts";
import { repeatAck, writeAck } from "./acknowledge.ts";
import { credentialLines, takeChallenge } from "./authenticate.ts";
import { type Call, earlyDialogWith, type Leg } from "./call.ts";
import { isWayUnknown } from "./dialog-way.ts";
import { requestUriOf } from "./leg.ts";
import type { LegRequest, RequestPurpose } from "./leg-exchanges.ts";
import { streamInDialog } from "./long-request.ts";
import { respondInCall } from "./respond-in-call.ts";
import { raisedLines, raiseInterval } from "./session-terms.ts";
import { hearAnswer, tellInCall } from "./tell.ts";
import { logCall, newBranch, startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

export interface OutgoingLegRequest {
  readonly method: string;
  readonly purpose: RequestPurpose;
  readonly dialog: Dialog;
  readonly flow: Flow;
  readonly headers?: readonly HeaderLine[];
  /** See LegRequest. Default none. */
  readonly crossing?: readonly HeaderLine[];
  readonly body?: Body | null;
  /** See LegRequest; none for one that goes out for the first time. */
  readonly challenged?: readonly CredentialsHeader[];
}

/** How a request of ours ended. */
export interface RequestOutcome {
  readonly key: TransactionKey;
  readonly request: LegRequest;
  /** 408 when nothing came, 503 when it could not be sent. */
  readonly status: number;
  /** Null where none came. */
  readonly response: SipResponse | null;
  readonly flow: Flow;
}

/** What stands in place of a transaction's key while a request is held back. */
const HELD = "held|";

/** Whether a request of the leg has not gone out yet, since its dialog's next hop is being looked up. */
export function isHeld(key: TransactionKey): boolean {
  return key.startsWith(HELD);
}

/**
 * Sends a request inside a dialog of the leg, or holds it back until it is known where that goes (held-requests.ts). Null when it could not be sent:
 * too many transactions.
 */
export function sendLegRequest(leg: Leg, outgoing: OutgoingLegRequest, turn: Turn): TransactionKey | null {
  const { method, purpose, dialog, flow, headers = [], crossing = [], body = null, challenged = [] } = outgoing;
  const branch = newBranch(turn);
  const { remoteTag } = dialog;
  const asked = { method, purpose, remoteTag, headers, crossing, body, challenged, done: false, ack: null };
  if (isWayUnknown(leg, remoteTag, turn)) {
    setNamed(leg.requests, `${HELD}${branch}`, { ...asked, flow, datagramFlow: null, sequence: 0, credentials: [] });
    return `${HELD}${branch}`;
  }
  const sequence = nextSequence(dialog);
  const request = { method, uri: requestUriOf(dialog), body: body?.text ?? "" };
  const credentials = credentialLines(leg, { request, flow }, turn);
  const told = [...credentials, ...linesOf(leg, { method, purpose, headers, crossing }, turn)];
  const write = (way: Flow): string => {
    const via = viaTowards(turn.world.border, { trunk: leg.trunk, flow: way, branch });
    return formatInDialogRequest(dialog, { method, sequence, via, headers: told, body });
  };
  const { place } = leg;
  // What comes of a BYE matters where it may be a challenge.
  const hears = purpose.kind !== "bye" || leg.trunk.credentials !== null;
  const user = hears ? `${place.call}|${place.attempt}|request` : "";
  const { timers } = leg.trunk.signaling;
  const key = `c|${branch}|${method}`;
  const text = write(flow);
  const stream = hears ? streamInDialog(dialog, { flow, text }, turn) : null;
  const sent = stream === null ? { flow, text } : { flow: stream, text: write(stream) };
  if (!turn.world.layer.request({ method, branch, ...sent, user, timers }, turn)) return null;
  if (!hears) return key;
  const datagramFlow = stream === null ? null : flow;
  setNamed(leg.requests, key, { ...asked, flow: sent.flow, datagramFlow, sequence, credentials });
  return key;
}

/** As the trunk wants them: of a BYE, and of what is passed on, they are so already. */
function linesOf(
  leg: Leg,
  request: Pick<LegRequest, "method" | "purpose" | "headers" | "crossing">,
  turn: Turn,
): readonly HeaderLine[] {
  const { method, purpose, headers: lines, crossing } = request;
  const call = turn.world.calls.get(leg.place.call);
  if (call === undefined || purpose.kind === "bye" || purpose.kind === "onward") return lines;
  return tellInCall(call, leg, { message: { kind: "request", method, status: 0 }, lines, crossing });
}

/** What came of a request of the leg. Null where it is not over yet, was dealt with here, or is nobody's concern any more. */
export function followRequest(
  call: Call,
  leg: Leg,
  heard: { event: TransactionEvent; turn: Turn },
): RequestOutcome | null {
  const { event, turn } = heard;
  if (!("transaction" in event)) return null;
  const key = event.transaction;
  const request = namedValue(leg.requests, key);
  if (request === undefined) return null;
  if (event.kind === "terminated") {
    // The other side has not said yet what the ACK is to say.
    if (leg.owedAck?.request !== key) forgetRequest(call, leg, { key, turn });
    return null;
  }
  if (event.kind !== "response") {
    if (event.kind === "transport-error" && sendAsDatagram(call, leg, { key, request, turn })) return null;
    forgetRequest(call, leg, { key, turn });
    const status = event.kind === "timeout" ? 408 : 503;
    return { key, request, status, response: null, flow: request.flow };
  }
  const { flow } = event;
  if (event.response.status < 200) return null;
  const response = hearAnswer(call, leg, { method: request.method, response: event.response });
  if (request.done) {
    if (request.ack !== null) repeatAck(request.ack, turn);
    return null;
  }
  if (isChallenge(response) && answerChallenge(call, leg, { key, request, response, flow, turn })) return null;
  if (response.status === 422 && askForLonger(call, leg, { key, request, response, turn })) return null;
  const accepted = request.method === "INVITE" && response.status < 300;
  if (accepted) request.done = true;
  else forgetRequest(call, leg, { key, turn });
  if (accepted && leg.state === "ended") {
    acknowledgeRequest(leg, { request, body: null, turn });
    return null;
  }
  return { key, request, status: response.status, response, flow };
}

/** Sends over UDP what TCP was tried for because of its length. False when that cannot be. */
function sendAsDatagram(
  call: Call,
  leg: Leg,
  failed: { key: TransactionKey; request: LegRequest; turn: Turn },
): boolean {
  const { key, request, turn } = failed;
  const dialog = dialogOf(leg, request);
  if (request.datagramFlow === null || dialog === null || leg.state === "ended") return false;
  noteFailure(turn.world.destinations, request.flow, { stopAfter: null, reason: "does not answer", now: turn.now });
  forgetRequest(call, leg, { key, turn });
  return sendLegRequest(leg, { ...request, dialog, flow: request.datagramFlow }, turn) !== null;
}

/** Sends the request again with the trunk's credentials (RFC 3261 section 22.2). False when that cannot be. */
function answerChallenge(
  call: Call,
  leg: Leg,
  challenge: { key: TransactionKey; request: LegRequest; response: SipResponse; flow: Flow; turn: Turn },
): boolean {
  const { key, request, response, flow, turn } = challenge;
  const dialog = dialogOf(leg, request);
  // After the BYE nothing else is asked in a dialog.
  if (dialog === null || (leg.state === "ended" && request.purpose.kind !== "bye")) return false;
  const { challenged } = request;
  const outcome = takeChallenge(leg, { response, flow, sentTo: request.flow, toTarget: false, challenged }, turn);
  const { refusal } = outcome;
  if (refusal === null) {
    forgetRequest(call, leg, { key, turn });
    return sendLegRequest(leg, { ...request, dialog, challenged: outcome.challenged }, turn) !== null;
  }
  const still = request.purpose.kind === "bye" ? ": the call may still stand on its side" : "";
  const fields = { trunk: leg.trunk.name, status: response.status, method: request.method };
  logCall(call, { level: "warn", message: `${refusal}${still}.`, fields }, turn);
  return false;
}

/** Sends the request again with the interval that the peer wants at least (RFC 4028 section 7.3). False when that cannot be. */
function askForLonger(
  call: Call,
  leg: Leg,
  refused: { key: TransactionKey; request: LegRequest; response: SipResponse; turn: Turn },
): boolean {
  const { key, request, response, turn } = refused;
  const dialog = dialogOf(leg, request);
  if (dialog === null || leg.state === "ended" || !raiseInterval(leg, response)) return false;
  forgetRequest(call, leg, { key, turn });
  const headers = raisedLines(leg, request.headers);
  return sendLegRequest(leg, { ...request, dialog, headers, challenged: [] }, turn) !== null;
}

function dialogOf(leg: Leg, request: LegRequest): Dialog | null {
  const { remoteTag } = request;
  if (leg.dialog !== null && leg.dialog.remoteTag === remoteTag) return leg.dialog;
  return earlyDialogWith(leg, remoteTag)?.dialog ?? null;
}

/** Sends the ACK of a re-INVITE's 2xx. */
export function acknowledgeRequest(
  leg: Leg,
  answered: { readonly request: LegRequest; readonly body: Body | null; readonly turn: Turn },
): void {
  const { request, body, turn } = answered;
  const dialog = dialogOf(leg, request);
  if (dialog === null) return;
  const { sequence, credentials } = request;
  request.ack = writeAck(leg, { dialog, flow: leg.flow, sequence, body, credentials }, turn);
}

function dropTimer(key: TransactionKey): string {
  return `drop.${key.split("|")[1]}`;
}

function forgetRequest(call: Call, leg: Leg, forgotten: { key: TransactionKey; turn: Turn }): void {
  dropNamed(leg.requests, forgotten.key);
  stopCallTimer(call, dropTimer(forgotten.key), forgotten.turn);
}

/**
 * Nobody waits any more for what the leg's requests bring, but its BYE. An INVITE is waited for all the same, since a 2xx to it wants its ACK, though not
 * for longer than a cancelled one would be.
 */
export function dropRequests(call: Call, leg: Leg, turn: Turn): void {
  for (const { name: key, value: request } of [...leg.requests]) {
    if (request.purpose.kind === "bye") continue;
    if (request.purpose.kind === "onward") refuseOnward(request.purpose, turn);
    if (request.method !== "INVITE" || isHeld(key)) dropNamed(leg.requests, key);
    else if (!request.done) {
      startCallTimer(call, dropTimer(key), { afterMs: 64 * leg.trunk.signaling.timers.t1, turn });
    } else if (request.ack?.sent === true) dropNamed(leg.requests, key);
  }
}

/** Who asked for it hears that the call is over (RFC 3261 section 15.1.2). */
export function refuseOnward(
  { transaction, toTag }: { readonly transaction: TransactionKey; readonly toTag: string },
  turn: Turn,
): void {
  respondInCall(transaction, { status: 487, toTag }, turn);
}

/** The INVITE of an ended leg was never answered. */
export function onDropTimer(leg: Leg, dropped: { branch: string; turn: Turn }): void {
  const { branch, turn } = dropped;
  const key = leg.requests.find(({ name }) => name.split("|")[1] === branch)?.name;
  if (key === undefined) return;
  turn.world.layer.terminate(key, turn);
  dropNamed(leg.requests, key);
}
