// Requests inside a call that are the parties' own affair (INFO, MESSAGE, OPTIONS, SUBSCRIBE, NOTIFY): passed to the other side where its trunk lets
// them, each in a dialog of ours, and answered as it answers (RFC 6086, 3428, 6665).

import { randomBelow } from "../../base/index.ts";
import type { HeaderLine, ResponseParts } from "../../protocol/sip/index.ts";
import { statusTowardsCaller } from "../causes.ts";
import { onwardAnswerLines, onwardBody, onwardLines } from "../interop/index.ts";
import { allowedTo } from "./allowed-methods.ts";
import { type Call, type Leg, otherLeg } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import { notePeer } from "./leg.ts";
import { type RequestOutcome, sendLegRequest } from "./leg-request.ts";
import { moveTarget } from "./modify.ts";
import { wayTo } from "./onward-way.ts";
import { onReferOutcome, passNotify } from "./pass-refer.ts";
import { endCall } from "./release.ts";
import { respondInCall } from "./respond-in-call.ts";
import { tellOnward } from "./tell.ts";
import { takeToneInfo } from "./tones.ts";
import type { Turn } from "./turn.ts";

/** At the same time, on one leg: what a peer cannot answer fast enough is not piled up on it. */
const MOST_WAITING = 16;
/** Seconds in Retry-After, from 1. */
const RETRY_SPREAD = 10;

/** They move the target of a dialog (RFC 6665 section 4.4.1); and have a usage of their own, so that the call outlives its end (RFC 5057 section 4.1). */
const OF_SUBSCRIPTIONS: ReadonlySet<string> = new Set(["SUBSCRIBE", "NOTIFY"]);

/** What we say where a request is not passed. */
function refusalOf(leg: Leg, method: string): Omit<ResponseParts, "toTag"> {
  if (OF_SUBSCRIPTIONS.has(method)) return { status: 489, headers: [["Allow-Events", "refer"]] };
  return { status: method === "OPTIONS" ? 200 : 405, headers: [["Allow", allowedTo(leg)]] };
}

export function onOnwardRequest(arrived: LegRequestArrived, turn: Turn): void {
  const { call, leg, dialog, request, transaction } = arrived;
  const answer = (response: Omit<ResponseParts, "toTag">): void => {
    respondInCall(transaction, { ...response, toTag: dialog.localTag }, turn);
  };
  const other = otherLeg(call, leg);
  const { method } = request;
  if (method === "NOTIFY" && passNotify(arrived, turn)) return;
  if (method === "INFO" && takeToneInfo(arrived, turn)) return;
  if (other === null || !other.trunk.signaling.passMethods.some((one) => one === method)) {
    answer(refusalOf(leg, method));
    return;
  }
  const way = wayTo(call, other);
  const carried = onwardBody(request, other.trunk);
  if (!carried.ok) answer({ status: 415, headers: [["Accept", carried.accepted.join(", ")]] });
  else if (way === null || waiting(other) >= MOST_WAITING) answer({ status: 500, headers: retryLines(turn) });
  else {
    if (OF_SUBSCRIPTIONS.has(method)) moveTarget(arrived, turn);
    const contact = OF_SUBSCRIPTIONS.has(method) ? contactLines(other) : [];
    const lines = [...contact, ...onwardLines(request), ...carried.lines];
    const message = { kind: "request", method, status: 0 } as const;
    const headers = tellOnward(call, { from: leg, to: other, message, headers: request.headers, lines }, turn);
    const purpose = { kind: "onward", transaction, toTag: dialog.localTag } as const;
    const outgoing = { method, purpose, ...way, headers, body: carried.body };
    if (sendLegRequest(other, outgoing, turn) === null) answer({ status: 500, headers: retryLines(turn) });
  }
}

function retryLines({ world: { random } }: Turn): HeaderLine[] {
  return [["Retry-After", String(1 + randomBelow(random, RETRY_SPREAD))]];
}

function waiting({ requests }: Leg): number {
  return requests.filter(({ value: { purpose } }) => purpose.kind === "onward").length;
}

/** What the other side says to it. */
export function onOnwardOutcome(call: Call, leg: Leg, heard: { outcome: RequestOutcome; turn: Turn }): void {
  const { outcome, turn } = heard;
  const { request, status, response, flow } = outcome;
  const { purpose, method } = request;
  if (purpose.kind !== "onward") return;
  if (method === "REFER") {
    onReferOutcome(call, leg, heard);
    return;
  }
  const asker = otherLeg(call, leg);
  const subscribes = OF_SUBSCRIPTIONS.has(method);
  if (response !== null && status < 300 && subscribes) notePeer(leg, { response, flow, turn });
  // It is gone, or has forgotten the call (RFC 3261 section 12.2.1.2): who asked hears what it would of a call that ends.
  if (!subscribes && (status === 408 || status === 481)) {
    respondInCall(purpose.transaction, { status: 487, toTag: purpose.toTag }, turn);
    endCall(call, { cause: "lost-peer", endedBy: "demarc" }, turn);
    return;
  }
  const headers: HeaderLine[] = [];
  if (asker !== null) {
    if (subscribes && status < 300) headers.push(...contactLines(asker));
    else if (method === "OPTIONS" || status === 405) headers.push(["Allow", allowedTo(asker)]);
  }
  if (response !== null) headers.push(...onwardAnswerLines(response, method));
  const told = statusOnward(status, subscribes);
  const message = { kind: "response", method, status: told } as const;
  const lines =
    asker === null || response === null
      ? headers
      : tellOnward(call, { from: leg, to: asker, message, headers: response.headers, lines: headers }, turn);
  turn.world.layer.respond(purpose.transaction, { status: told, toTag: purpose.toTag, headers: lines }, turn);
}

/**
 * A subscription that is not there is none of the call's; of the rest what is between us and the other side stays there. Silence is not told as such: it
 * would be the sender's own by now (RFC 4320 section 4.2).
 */
function statusOnward(status: number, subscribes: boolean): number {
  if (status < 300 || (subscribes && status === 481)) return status;
  return status === 408 ? 500 : statusTowardsCaller(status);
}
