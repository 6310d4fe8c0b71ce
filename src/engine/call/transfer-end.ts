// What the end of a call means for a transfer that it is part of: as the call in which the transfer was asked for, or as the one that it makes.

import type { CallCause, EndedBy } from "../causes.ts";
import type { MediaSide } from "../media-contract.ts";
import { type Call, legOf } from "./call.ts";
import { bringOver, giveBack, oppositeOf } from "./parties.ts";
import { isToBeTold, tellReferrer } from "./refer-subscription.ts";
import { respondInCall } from "./respond-in-call.ts";
import type { AwaitedParty, Transfer } from "./transfer-state.ts";
import { startCallTimer, type Turn } from "./turn.ts";

interface End {
  readonly cause: CallCause;
  readonly endedBy: EndedBy;
  /** See Ending. */
  readonly status?: number;
}

/** Another call that ends with the one that ends. */
export interface AlsoEnded extends End {
  readonly call: Call;
}

/** Who of a call that is at this side. */
export function partyAt(side: MediaSide): "caller" | "callee" {
  return side === "a" ? "caller" : "callee";
}

/** Whether a call rings, or rang, for another one alone: its own caller has given it up, and was told so. */
export function isGivenUp({ aLeg, answeredAt, comesFrom }: Call): boolean {
  return answeredAt === null && comesFrom === null && aLeg.state === "ended";
}

/** Before a call ends in which a transfer was asked for: the cause of its end, and what else ends. */
export function leaveTransfer(
  call: Call,
  end: End,
  turn: Turn,
): { readonly cause: CallCause; readonly also: readonly AlsoEnded[] } {
  const { transfer } = call;
  call.transfer = null;
  if (transfer === null || transfer.state === "failed") return { cause: end.cause, also: [] };
  const { kind } = transfer;
  if (transfer.state === "done") {
    const along = transfer.along === null ? undefined : turn.world.calls.get(transfer.along);
    const moved = along?.transfer?.to === transfer.to;
    return { cause: kind, also: moved ? [{ call: along, cause: kind, endedBy: "demarc" }] : [] };
  }
  const next = turn.world.calls.get(transfer.to);
  if (next === undefined || next.joining === null) return { cause: end.cause, also: [] };
  // The target of a transfer to a call that still rang: who asked is told what it said.
  if (call.answeredAt === null) return { cause: end.cause, also: [{ call: next, ...withStatus(end) }] };
  const side = sideIn(next, call);
  const hungUp = end.cause === "normal-clearing" && end.endedBy === partyAt(transfer.by);
  if (hungUp && side !== null) {
    freeOfChange(call, transfer, turn);
    // It goes on without who asked for it (RFC 5589 section 6.1).
    if (bringOver(next, side, turn) !== null) return { cause: kind, also: [] };
  }
  const moved = end.cause === "normal-clearing" && end.endedBy === partyAt(oppositeOf(transfer.by));
  const endedBy = moved && side !== null ? partyAt(side) : "demarc";
  // Who wants to take a place finds nobody to talk to.
  const cause = kind === "replaced" ? "normal-clearing" : "cancelled";
  return { cause: end.cause, also: [{ call: next, cause, endedBy }] };
}

function withStatus({ cause, endedBy, status }: End): End {
  return status === undefined ? { cause, endedBy } : { cause, endedBy, status };
}

/** After a call is gone by a fault of our own: the calls that cannot go on without it. A call that only waits for it is let go. */
export function boundTo(call: Call, turn: Turn): readonly Call[] {
  const calls = [...turn.world.calls.values()];
  const waiting = calls.filter(({ transfer }) => transfer?.to === call.id && transfer.state === "under-way");
  for (const other of waiting) other.transfer = null;
  // One that rang for it alone has nobody any more.
  const rang = waiting.filter((other) => isGivenUp(other) || (other.answeredAt === null && other.bLeg !== null));
  const bound = calls.filter((other) => sideIn(other, call) !== null);
  return [...rang, ...bound].filter(({ end }) => end === null);
}

function comesFrom(party: AwaitedParty | null, call: Call): boolean {
  return party?.call === call.id;
}

/** Which party of the new call this call has, or had. */
function sideIn({ joining }: Call, call: Call): MediaSide | null {
  if (joining === null) return null;
  const sides = ["a", "b"] as const;
  return sides.find((side) => comesFrom(joining.awaited[side], call) || comesFrom(joining.brought[side], call)) ?? null;
}

/** What the party that stays had asked of who leaves is refused, so that it may ask again. */
function freeOfChange(call: Call, transfer: Transfer, turn: Turn): void {
  const { change } = call;
  if (change === null || change.from === transfer.by || change.transaction === null) return;
  call.change = null;
  const toTag = legOf(call, change.from)?.localTag ?? null;
  respondInCall(change.transaction, { status: 491, toTag }, turn);
}

/**
 * A call that a transfer makes ends before its parties are joined: who asked for it is told, and a party that had come over already goes back. What
 * ends besides: a call whose party has hung up meanwhile.
 */
export function failTransfer(call: Call, status: number, turn: Turn): readonly AlsoEnded[] {
  const { joining } = call;
  if (joining === null) return [];
  const also: AlsoEnded[] = [];
  for (const side of ["a", "b"] as const) {
    const origin = joining.awaited[side] ?? joining.brought[side];
    const old = origin === null ? undefined : turn.world.calls.get(origin.call);
    if (origin === null || old === undefined || old.end !== null || old.transfer?.to !== call.id) continue;
    if (joining.brought[side] !== null) {
      if (legOf(call, side)?.state === "ended") {
        also.push({ call: old, cause: "normal-clearing", endedBy: partyAt(origin.side) });
        continue;
      }
      giveBack(call, side, turn);
      // It was shown another session meanwhile.
      startCallTimer(old, `propose.${oppositeOf(origin.side)}`, { afterMs: 0, turn });
    }
    old.transfer.state = "failed";
    tellReferrer(old, status, turn);
    if (!isToBeTold(old)) old.transfer = null;
    if (old.answeredAt !== null) continue;
    // It rings for its own caller again, where that still waits.
    if (isGivenUp(old)) also.push({ call: old, cause: "cancelled", endedBy: "caller" });
    else startCallTimer(old, "resume", { afterMs: 0, turn });
  }
  call.joining = null;
  return also;
}
