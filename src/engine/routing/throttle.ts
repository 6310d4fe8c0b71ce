// What overloaded destinations asked of us in Via: by how much to thin the calls to them (RFC 7339 section 7, RFC 7415 section 3.5).

import { BoundedMap, type Millis, type Random, randomBelow } from "../../base/index.ts";
import type { Flow, OverloadReport } from "../../protocol/transport/index.ts";

interface Throttle {
  readonly report: OverloadReport;
  readonly until: Millis;
  /** Of `rate`: when the next call may go. A leaky bucket that holds one. */
  nextAt: Millis;
}

export type Throttles = BoundedMap<string, Throttle>;

const THROTTLE_LIMIT = 10_000;

export function createThrottles(): Throttles {
  return new BoundedMap(THROTTLE_LIMIT);
}

function keyOf({ network, transport, remoteAddress, remotePort }: Flow): string {
  return `${network}|${transport}|${remoteAddress}|${remotePort}`;
}

/** Takes a report of the server at the other end of the flow; one that is not newer than the last is not heeded. */
export function noteReport(
  throttles: Throttles,
  flow: Flow,
  { report, now }: { report: OverloadReport; now: Millis },
): void {
  const key = keyOf(flow);
  const known = throttles.get(key);
  if (known !== undefined && known.report.sequence >= report.sequence) return;
  if (throttles.full)
    for (const [other, { until }] of [...throttles.entries()]) if (until <= now) throttles.delete(other);
  throttles.set(key, { report, until: now + report.validityMs, nextAt: known?.nextAt ?? now });
}

/** Whether one more call may go there, counted when it may. */
export function takePass(throttles: Throttles, flow: Flow, { now, random }: { now: Millis; random: Random }): boolean {
  const throttle = throttles.size === 0 ? undefined : throttles.get(keyOf(flow));
  if (throttle === undefined || throttle.until <= now) return true;
  const { algorithm, value } = throttle.report;
  if (algorithm === "loss") return randomBelow(random, 100) >= value;
  if (value === 0 || now < throttle.nextAt) return false;
  throttle.nextAt = Math.max(throttle.nextAt, now - 1000 / value) + 1000 / value;
  return true;
}
