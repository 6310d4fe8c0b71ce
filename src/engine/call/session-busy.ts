// When a side cannot take an offer: one is open already, in the one direction or the other (RFC 3261 section 14.2, RFC 3311 section 5.2).

import { type Millis, randomBelow } from "../../base/index.ts";
import { earlyDialogWith, type Leg, otherLeg } from "./call.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import { respondInCall } from "./respond-in-call.ts";
import type { Turn } from "./turn.ts";

/** Seconds in Retry-After, from 0 to 10. */
const RETRY_SPREAD = 11;

/** Whether the peer was asked for something that it has not answered yet. A refresh by UPDATE offers nothing. */
function isAsked(leg: Leg, offering: boolean): boolean {
  return leg.requests.some(
    ({
      value: {
        purpose: { kind },
        method,
        done,
      },
    }) => !done && (kind === "change" || kind === "join" || (kind === "refresh" && (!offering || method === "INVITE"))),
  );
}

/** Whether nothing is open in a leg's dialog, so that we may ask something in it of our own accord (RFC 3261 section 14.1). */
export function isQuiet(leg: Leg): boolean {
  return leg.state === "confirmed" && leg.accepted === null && leg.owedAck === null && !isAsked(leg, false);
}

/** How long a request of ours waits that has met one of the peer's (RFC 3261 section 14.1). We own the Call-ID of the leg that we opened. */
export function glarePauseMs(leg: Leg, { world: { random } }: Turn): Millis {
  return leg.side === "b" ? 2100 + 10 * randomBelow(random, 191) : 10 * randomBelow(random, 201);
}

/** `ours`: an offer of ours waits for the peer. `theirs`: the peer's waits for us, or our 2xx for its ACK. */
type Open = "ours" | "theirs" | null;

function openExchange(arrived: LegRequestArrived, alone: boolean): Open {
  const { call, leg } = arrived;
  if (leg.accepted !== null) return "theirs";
  const early = call.answeredAt === null ? openBeforeAnswer(arrived) : null;
  if (early !== null) return early;
  if (isAsked(leg, true)) return "ours";
  const { change } = call;
  if (change !== null) return change.from === leg.side ? "theirs" : "ours";
  if (leg.owedAck !== null) return "ours";
  if (call.answeredAt === null || alone) return null;
  // The other side cannot be asked before it has acknowledged what it was answered, and answered what it was asked (RFC 3261 section 14.1).
  const other = otherLeg(call, leg);
  return other !== null && isQuiet(other) ? null : "theirs";
}

/** Before the answer there is UPDATE and PRACK for it (RFC 3311 section 5.1), and a target that has answered waits for the caller to know. */
function openBeforeAnswer({ call, leg, dialog, request }: LegRequestArrived): Open {
  // Its parties are shown to each other first.
  if (call.joining !== null || leg.state === "confirmed") return "theirs";
  if (request.method === "INVITE") return leg.side === "b" ? "ours" : "theirs";
  if (leg.side === "a") return call.negotiated ? null : "theirs";
  return earlyDialogWith(leg, dialog.remoteTag)?.answered === true ? null : "ours";
}

/** Answers a re-INVITE or an UPDATE that comes at the wrong time. `alone`: the other side will not be asked for it. */
export function refuseWhileBusy(
  arrived: LegRequestArrived,
  asking: { readonly alone: boolean; readonly turn: Turn },
): boolean {
  const { alone, turn } = asking;
  const { random } = turn.world;
  const { call, dialog, transaction } = arrived;
  const open = call.end === null ? openExchange(arrived, alone) : "theirs";
  if (open === null) return false;
  const toTag = dialog.localTag;
  if (open === "ours") respondInCall(transaction, { status: 491, toTag }, turn);
  else {
    const headers = [["Retry-After", String(randomBelow(random, RETRY_SPREAD))]] as const;
    respondInCall(transaction, { status: 500, toTag, headers }, turn);
  }
  return true;
}
