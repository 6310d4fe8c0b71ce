// Our own overload: how many of the new calls are turned away before any work is done for them, from how busy the process is.

import { type Millis, type Random, randomBelow } from "../../base/index.ts";

/** One measurement of the process, four a second. */
export interface LoadSample {
  /** How late the event loop was. */
  readonly lagMs: Millis;
  /** The share of the time since the last sample in which it worked, 0 to 1. */
  readonly busy: number;
}

export interface Overload {
  /** Of new ordinary calls, how many are turned away: 0 to 100. */
  percent: number;
  /** Samples in a row that were busy. */
  strikes: number;
}

/** A queue so long is felt by callers; what is under way must be served first. */
const LONG_LAG_MS: Millis = 250;
const SATURATED = 0.98;
/** A second without a pause; a single burst is none. */
const STRIKES = 4;
/** A single long pause is over by the time it is measured (a stolen processor, a collection): two in a row are a queue. */
const LATE_STRIKES = 2;

export function createOverload(): Overload {
  return { percent: 0, strikes: 0 };
}

/** Takes a sample: up fast where callers feel it, slowly where there is no pause left, and down in steps when there is. */
export function noteLoad(overload: Overload, { lagMs, busy }: LoadSample): void {
  const late = lagMs > LONG_LAG_MS;
  overload.strikes = late || busy > SATURATED ? overload.strikes + 1 : 0;
  const step =
    late && overload.strikes >= LATE_STRIKES ? 20 : overload.strikes >= STRIKES ? 5 : overload.strikes > 0 ? 0 : -5;
  overload.percent = Math.min(100, Math.max(0, overload.percent + step));
}

/** Whether this new call is one of those. */
export function isTurnedAway(overload: Overload, random: Random): boolean {
  return overload.percent > 0 && randomBelow(random, 100) < overload.percent;
}
