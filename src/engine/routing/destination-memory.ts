// What is remembered of single destinations: which failed a moment ago, which does not answer at all or is known to be down, and which asked to be left
// alone (RFC 3261 section 21.5.4).

import { BoundedMap, type Millis, SECOND } from "../../base/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";

interface Avoidance {
  readonly until: Millis;
  /**
   * `failed` is only tried after the others. Nothing ordinary is sent to the rest: `stopped` fails again and again and is asked by one call
   * at a time (RFC 7339 section 5.9), `closed` said for how long, `down` has not answered OPTIONS and is asked by those.
   */
  readonly kind: "failed" | "stopped" | "closed" | "down";
  /** Failures without an answer in between. */
  readonly failures: number;
  /** When the first of them was, or when it asked. */
  readonly since: Millis;
  /** What it was, in a few words for the operator. */
  readonly reason: string;
}

export type DestinationMemory = BoundedMap<string, Avoidance>;

const MEMORY_LIMIT = 10_000;
/** How long a destination that kept silent or was not there is tried after the others: a few calls find out, not every one. */
const FAILED_FOR: Millis = 30 * SECOND;
/** A mistyped Retry-After must not lose a carrier for a day. */
const CLOSED_FOR_AT_MOST: Millis = 600 * SECOND;
/** Until somebody says otherwise. */
const FOR_GOOD: Millis = Number.MAX_SAFE_INTEGER;
/** How long it is left alone before one call asks, doubled each time that it fails again. */
const FIRST_PAUSE: Millis = SECOND;
const LONGEST_PAUSE: Millis = 32 * SECOND;

export function createDestinationMemory(): DestinationMemory {
  return new BoundedMap(MEMORY_LIMIT);
}

function keyOf({ network, transport, remoteAddress, remotePort }: Flow): string {
  return `${network}|${transport}|${remoteAddress}|${remotePort}`;
}

function remember(memory: DestinationMemory, flow: Flow, avoidance: Avoidance & { readonly now: Millis }): void {
  const { now, ...kept } = avoidance;
  if (memory.full) for (const [key, entry] of [...memory.entries()]) if (entry.until <= now) memory.delete(key);
  memory.set(keyOf(flow), kept);
}

function pauseAfter(beyond: number): Millis {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(beyond, 10));
}

export interface Failure {
  /** A single one may have been of that call alone: only the next, without an answer in between, is held against the destination. */
  readonly firstIsForgiven?: boolean;
  /** After how many without an answer in between nothing more is sent there, but for a call that asks now and then; null for never. */
  readonly stopAfter: number | null;
  readonly reason: string;
  readonly now: Millis;
}

/** Silence, a transport that failed, or an answer that is as bad. */
export function noteFailure(memory: DestinationMemory, flow: Flow, failure: Failure): void {
  const { stopAfter, reason, now } = failure;
  const known = memory.get(keyOf(flow));
  if (known?.kind === "down" || (known?.kind === "closed" && now < known.until)) return;
  const failures = (known?.failures ?? 0) + 1;
  const since = known === undefined || known.failures === 0 ? now : known.since;
  const stopped = stopAfter !== null && failures >= stopAfter;
  const forgiven = failure.firstIsForgiven === true && failures === 1;
  const until = now + (stopped ? pauseAfter(failures - stopAfter) : forgiven ? 0 : FAILED_FOR);
  remember(memory, flow, { until, kind: stopped ? "stopped" : "failed", failures, since, reason, now });
}

/** It is known not to be there: nothing ordinary goes there until it is `noteAlive`. */
export function noteDown(
  memory: DestinationMemory,
  flow: Flow,
  { reason, now }: { reason: string; now: Millis },
): void {
  remember(memory, flow, { until: FOR_GOOD, kind: "down", failures: 0, since: now, reason, now });
}

/** A call goes there. Of a destination that is stopped it is the one that asks: until it knows, the others keep away. */
export function noteTried(memory: DestinationMemory, flow: Flow, now: Millis): void {
  const known = memory.size === 0 ? undefined : memory.get(keyOf(flow));
  if (known?.kind === "stopped" && known.until <= now)
    remember(memory, flow, { ...known, until: now + LONGEST_PAUSE, now });
}

/** A 503 with Retry-After: `afterMs` is what it says. */
export function noteClosed(memory: DestinationMemory, flow: Flow, retry: { afterMs: Millis; now: Millis }): void {
  const { afterMs, now } = retry;
  const until = now + Math.min(afterMs, CLOSED_FOR_AT_MOST);
  const reason = "asked to be left alone (503 with Retry-After)";
  remember(memory, flow, { until, kind: "closed", failures: 0, since: now, reason, now });
}

/** It answered, and not that it is overloaded. What it asked for holds on. */
export function noteAlive(memory: DestinationMemory, flow: Flow): void {
  if (memory.size === 0) return;
  const key = keyOf(flow);
  const known = memory.get(key);
  if (known !== undefined && known.kind !== "closed") memory.delete(key);
}

/** How a destination stands, for the operator; null where nothing is held against it. */
export function standingOf(
  memory: DestinationMemory,
  flow: Flow,
  now: Millis,
): { readonly state: Avoidance["kind"]; readonly since: Millis; readonly reason: string } | null {
  const known = memory.size === 0 ? undefined : memory.get(keyOf(flow));
  if (known === undefined || known.until <= now) return null;
  return { state: known.kind, since: known.since, reason: known.reason };
}

export interface SortedFlows {
  readonly healthy: readonly Flow[];
  readonly failed: readonly Flow[];
  /** Nothing ordinary goes there. */
  readonly closed: readonly Flow[];
}

/** Each kind in the order given. */
export function sortFlows(memory: DestinationMemory, flows: readonly Flow[], now: Millis): SortedFlows {
  const sorted = { healthy: [] as Flow[], failed: [] as Flow[], closed: [] as Flow[] };
  for (const flow of flows) {
    const known = memory.get(keyOf(flow));
    const kind = known === undefined || known.until <= now ? "healthy" : known.kind === "failed" ? "failed" : "closed";
    sorted[kind].push(flow);
  }
  return sorted;
}
