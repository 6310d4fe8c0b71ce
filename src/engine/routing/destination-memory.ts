// What is remembered of single destinations: which failed a moment ago, and which asked to be left alone (RFC 3261 section 21.5.4).

import { BoundedMap, type Millis, SECOND } from "../../base/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";

interface Avoidance {
  readonly until: Millis;
  /** It asked for it: nothing ordinary is sent there at all. Otherwise it is only tried after the others. */
  readonly closed: boolean;
}

export type DestinationMemory = BoundedMap<string, Avoidance>;

const MEMORY_LIMIT = 10_000;
/** How long a destination that kept silent or was not there is tried after the others: a few calls find out, not every one. */
const FAILED_FOR: Millis = 30 * SECOND;
/** A mistyped Retry-After must not lose a carrier for a day. */
const CLOSED_FOR_AT_MOST: Millis = 600 * SECOND;

export function createDestinationMemory(): DestinationMemory {
  return new BoundedMap(MEMORY_LIMIT);
}

function keyOf({ network, transport, remoteAddress, remotePort }: Flow): string {
  return `${network}|${transport}|${remoteAddress}|${remotePort}`;
}

function remember(memory: DestinationMemory, flow: Flow, avoidance: Avoidance & { readonly now: Millis }): void {
  const { until, closed, now } = avoidance;
  if (memory.full) for (const [key, entry] of [...memory.entries()]) if (entry.until <= now) memory.delete(key);
  memory.set(keyOf(flow), { until, closed });
}

/** Silence, or a transport that failed. */
export function noteFailure(memory: DestinationMemory, flow: Flow, now: Millis): void {
  const known = memory.get(keyOf(flow));
  if (known?.closed === true && now < known.until) return;
  remember(memory, flow, { until: now + FAILED_FOR, closed: false, now });
}

/** A 503 with Retry-After: `afterMs` is what it says. */
export function noteClosed(memory: DestinationMemory, flow: Flow, retry: { afterMs: Millis; now: Millis }): void {
  const { afterMs, now } = retry;
  remember(memory, flow, { until: now + Math.min(afterMs, CLOSED_FOR_AT_MOST), closed: true, now });
}

/** It answered, and not that it is overloaded. What it asked for holds on. */
export function noteAlive(memory: DestinationMemory, flow: Flow): void {
  if (memory.size === 0) return;
  const key = keyOf(flow);
  if (memory.get(key)?.closed === false) memory.delete(key);
}

export interface SortedFlows {
  readonly healthy: readonly Flow[];
  readonly failed: readonly Flow[];
  readonly closed: readonly Flow[];
}

/** Each kind in the order given. */
export function sortFlows(memory: DestinationMemory, flows: readonly Flow[], now: Millis): SortedFlows {
  const sorted = { healthy: [] as Flow[], failed: [] as Flow[], closed: [] as Flow[] };
  for (const flow of flows) {
    const known = memory.get(keyOf(flow));
    const kind = known === undefined || known.until <= now ? "healthy" : known.closed ? "closed" : "failed";
    sorted[kind].push(flow);
  }
  return sorted;
}
