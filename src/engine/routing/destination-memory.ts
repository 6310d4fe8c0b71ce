// What is remembered of single destinations: which failed a moment ago, which does not answer at all, and which asked to be left alone (RFC 3261
// section 21.5.4).

import { BoundedMap, type Millis, SECOND } from "../../base/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";

interface Avoidance {
  readonly until: Millis;
  /**
   * `failed` is only tried after the others. Nothing ordinary is sent to the other two: `stopped` fails again and again and is asked by one call
   * at a time (RFC 7339 section 5.9), `closed` said for how long.
   */
  readonly kind: "failed" | "stopped" | "closed";
  /** Failures without an answer in between. */
  readonly failures: number;
}

export type DestinationMemory = BoundedMap<string, Avoidance>;

const MEMORY_LIMIT = 10_000;
/** How long a destination that kept silent or was not there is tried after the others: a few calls find out, not every one. */
const FAILED_FOR: Millis = 30 * SECOND;
/** A mistyped Retry-After must not lose a carrier for a day. */
const CLOSED_FOR_AT_MOST: Millis = 600 * SECOND;
/** Failures after which a destination counts as overloaded beyond answering. */
const REPEATED = 3;
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
  const { until, kind, failures, now } = avoidance;
  if (memory.full) for (const [key, entry] of [...memory.entries()]) if (entry.until <= now) memory.delete(key);
  memory.set(keyOf(flow), { until, kind, failures });
}

function pauseAfter(failures: number): Millis {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - REPEATED));
}

/** Silence, or a transport that failed. `stop`: after some of these nothing more is sent there, but for a call that asks now and then. */
export function noteFailure(
  memory: DestinationMemory,
  flow: Flow,
  { stop, now }: { stop: boolean; now: Millis },
): void {
  const known = memory.get(keyOf(flow));
  if (known?.kind === "closed" && now < known.until) return;
  const failures = (known?.failures ?? 0) + 1;
  const stopped = stop && failures >= REPEATED;
  const until = now + (stopped ? pauseAfter(failures) : FAILED_FOR);
  remember(memory, flow, { until, kind: stopped ? "stopped" : "failed", failures, now });
}

/** A call goes there. Of a destination that is stopped it is the one that asks: until it knows, the others keep away. */
export function noteTried(memory: DestinationMemory, flow: Flow, now: Millis): void {
  const known = memory.size === 0 ? undefined : memory.get(keyOf(flow));
  if (known?.kind === "stopped") remember(memory, flow, { ...known, until: now + pauseAfter(known.failures), now });
}

/** A 503 with Retry-After: `afterMs` is what it says. */
export function noteClosed(memory: DestinationMemory, flow: Flow, retry: { afterMs: Millis; now: Millis }): void {
  const { afterMs, now } = retry;
  remember(memory, flow, { until: now + Math.min(afterMs, CLOSED_FOR_AT_MOST), kind: "closed", failures: 0, now });
}

/** It answered, and not that it is overloaded. What it asked for holds on. */
export function noteAlive(memory: DestinationMemory, flow: Flow): void {
  if (memory.size === 0) return;
  const key = keyOf(flow);
  const known = memory.get(key);
  if (known !== undefined && known.kind !== "closed") memory.delete(key);
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
