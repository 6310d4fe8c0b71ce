// When a side cannot take an offer: one is open already, in the one direction or the other (RFC 3261 section 14.2, RFC 3311 section 5.2).

import { randomBelow } from "../../base/index.ts";
import { earlyDialogWith, otherLeg } from "./call.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import type { Turn } from "./turn.ts";

/** Seconds in Retry-After, from 0 to 10. */
const RETRY_SPREAD = 11;

/** `ours`: an offer of ours waits for the peer. `theirs`: the peer's waits for us, or our 2xx for its ACK. */
function openExchange({ call, leg, dialog, request }: LegRequestArrived): "ours" | "theirs" | null {
  if (leg.accepted !== null) return "theirs";
  if (call.answeredAt === null) {
    // Before the answer there is UPDATE and PRACK for it (RFC 3311 section 5.1), and a target that has answered waits for the caller to know.
    if (leg.state === "confirmed" || request.method === "INVITE") return "theirs";
    if (leg.side === "a" && !call.negotiated) return "theirs";
    if (leg.side === "b" && earlyDialogWith(leg, dialog.remoteTag)?.answered !== true) return "ours";
  }
  if (Object.values(leg.requests).some(({ purpose, done }) => purpose.kind === "change" && !done)) return "ours";
  const { change } = call;
  if (change !== null) return change.from === leg.side ? "theirs" : "ours";
  if (leg.owedAck !== null) return "ours";
  if (call.answeredAt === null) return null;
  // The other side cannot be asked before it has acknowledged what it was answered (RFC 3261 section 14.1).
  const other = otherLeg(call, leg);
  return other === null || other.accepted !== null || other.state !== "confirmed" ? "theirs" : null;
}

/** Answers a re-INVITE or an UPDATE that comes at the wrong time. */
export function refuseWhileBusy(arrived: LegRequestArrived, turn: Turn): boolean {
  const { layer, random } = turn.world;
  const { call, dialog, transaction } = arrived;
  const open = call.end === null ? openExchange(arrived) : "theirs";
  if (open === null) return false;
  const toTag = dialog.localTag;
  if (open === "ours") layer.respond(transaction, { status: 491, toTag }, turn);
  else {
    const headers = [["Retry-After", String(randomBelow(random, RETRY_SPREAD))]] as const;
    layer.respond(transaction, { status: 500, toTag, headers }, turn);
  }
  return true;
}
