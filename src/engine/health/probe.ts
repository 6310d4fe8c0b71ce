// A target that is asked whether it is there, as a value: its servers, and how each has answered. Plain data, so that it can be written down.

import type { Millis, Random, RunningTimer } from "../../base/index.ts";
import type { Target, Trunk } from "../../model/index.ts";
import type { TransactionKey, TransactionLayer } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { Action } from "../actions.ts";
import type { Own } from "../own-addresses.ts";
import type { DestinationMemory } from "../routing/index.ts";

/** One server of a target. */
export interface ProbedPlace {
  readonly flow: Flow;
  state: "unknown" | "up" | "down";
  /** Since when it is in this state, milliseconds since 1970. */
  since: Millis;
  /** Why it is down, or what went wrong last; null where nothing did. */
  reason: string | null;
  /** In a row. */
  failures: number;
  answers: number;
  /** Of the OPTIONS that waits for its answer; null for none. */
  transaction: TransactionKey | null;
  askedAt: Millis;
  /** From the last OPTIONS to its answer; null before the first. */
  roundTripMs: Millis | null;
}

export interface Probe {
  /** Names it in timers and transactions. */
  readonly id: string;
  /** As configured when it began. */
  readonly trunk: Trunk;
  readonly target: Target;
  /** How often it is asked: a little more often than the trunk says, so that not all are asked in one moment. */
  readonly everyMs: Millis;
  places: ProbedPlace[];
  /** The token of what the resolver is asked; null while it is asked nothing. */
  asking: string | null;
  /** Why the target's name led nowhere last; null where it did not. */
  unresolved: string | null;
  readonly timers: RunningTimer[];
}

/** By id. */
export type Probes = Map<string, Probe>;

/** What asking stands on. */
export interface HealthTurn {
  readonly now: Millis;
  readonly actions: Action[];
  readonly world: {
    readonly border: Own;
    readonly random: Random;
    readonly layer: TransactionLayer;
    readonly destinations: DestinationMemory;
    readonly probes: Probes;
  };
}

export function newPlace(flow: Flow, now: Millis): ProbedPlace {
  const quiet = { reason: null, failures: 0, answers: 0, transaction: null, askedAt: now, roundTripMs: null };
  return { flow, state: "unknown", since: now, ...quiet };
}
