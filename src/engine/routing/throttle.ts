// What overloaded destinations asked of us in Via: by how much to thin the requests to them (RFC 7339 section 7, RFC 7415 section 3.5). New ordinary
// calls are what is thinned; what is inside calls and emergencies goes out in any case, and counts.

import { BoundedMap, type Millis, type Random, randomBelow, SECOND } from "../../base/index.ts";
import type { Flow, OverloadReport } from "../../protocol/transport/index.ts";

interface Throttle {
  readonly report: OverloadReport;
  readonly until: Millis;
  /** Of `rate`: what is in the leaky bucket, in milliseconds, as it was at a moment. */
  readonly bucket: { level: Millis; at: Millis };
  /** Of `loss`: the requests of a while, and what part of them could be thinned in the while before (RFC 7339 section 7.2). */
  readonly mix: { ordinary: number; others: number; since: Millis; share: number };
}

export type Throttles = BoundedMap<string, Throttle>;

const THROTTLE_LIMIT = 10_000;
/** What part of requests can be thinned, until there are enough to tell (RFC 7339 section 7.2). */
const USUAL_SHARE = 0.8;
const MIX_SPAN: Millis = 10 * SECOND;
const ENOUGH = 20;
/** Intervals by which ordinary calls may come early (RFC 7415 section 3.5.2: TAU1). */
const TOLERANCE = 5;

export function createThrottles(): Throttles {
  return new BoundedMap(THROTTLE_LIMIT);
}

/** Control is for one address and port (RFC 7339 section 5.4). */
function keyOf({ network, remoteAddress, remotePort }: Flow): string {
  return `${network}|${remoteAddress}|${remotePort}`;
}

/** What is in force towards a destination; undefined when there is none, or it has run out: then nothing of it counts any more. */
function throttleOf(throttles: Throttles, flow: Flow, now: Millis): Throttle | undefined {
  if (throttles.size === 0) return undefined;
  const key = keyOf(flow);
  const throttle = throttles.get(key);
  if (throttle === undefined || now < throttle.until) return throttle;
  throttles.delete(key);
  return undefined;
}

/** Takes a report of the server at the other end of the flow; one that is not newer than the last is not heeded. */
export function noteReport(
  throttles: Throttles,
  flow: Flow,
  { report, now }: { report: OverloadReport; now: Millis },
): void {
  const known = throttleOf(throttles, flow, now);
  const { sequence, validityMs } = report;
  const before = known?.report.sequence ?? null;
  if (before !== null && sequence !== null && sequence <= before) return;
  if (validityMs === 0) {
    throttles.delete(keyOf(flow));
    return;
  }
  if (throttles.full) dropExpired(throttles, now);
  throttles.set(keyOf(flow), {
    report,
    until: now + validityMs,
    bucket: known?.bucket ?? { level: 0, at: now },
    mix: known?.mix ?? { ordinary: 0, others: 0, since: now, share: USUAL_SHARE },
  });
}

function dropExpired(throttles: Throttles, now: Millis): void {
  for (const [key, { until }] of [...throttles.entries()]) if (until <= now) throttles.delete(key);
}

/** Whether one more ordinary call may go there, counted when it may. */
export function takePass(throttles: Throttles, flow: Flow, { now, random }: { now: Millis; random: Random }): boolean {
  const throttle = throttleOf(throttles, flow, now);
  if (throttle === undefined) return true;
  const { algorithm, value } = throttle.report;
  if (algorithm === "loss") {
    countMix(throttle, "ordinary", now);
    // What cannot be thinned is made up for by what can.
    return randomBelow(random, 10_000) >= (value * 100) / throttle.mix.share;
  }
  if (value === 0) return false;
  const interval = 1000 / value;
  if (leak(throttle, now) > TOLERANCE * interval) return false;
  throttle.bucket.level += interval;
  return true;
}

/** Counts a request that goes there whatever was asked. */
export function countRequest(throttles: Throttles, flow: Flow, now: Millis): void {
  const throttle = throttleOf(throttles, flow, now);
  if (throttle === undefined) return;
  const { algorithm, value } = throttle.report;
  if (algorithm === "loss") countMix(throttle, "others", now);
  else if (value > 0) {
    leak(throttle, now);
    throttle.bucket.level += 1000 / value;
  }
}

function leak({ bucket }: Throttle, now: Millis): Millis {
  bucket.level = Math.max(0, bucket.level - (now - bucket.at));
  bucket.at = now;
  return bucket.level;
}

function countMix({ mix }: Throttle, kind: "ordinary" | "others", now: Millis): void {
  mix[kind] += 1;
  const all = mix.ordinary + mix.others;
  if (now - mix.since < MIX_SPAN || all < ENOUGH) return;
  mix.share = mix.ordinary / all;
  mix.ordinary = 0;
  mix.others = 0;
  mix.since = now;
}
