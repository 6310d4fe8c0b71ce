// How many calls a trunk carries, and whether it may carry one more. Emergency calls are counted but never refused.

import type { Millis } from "../../base/index.ts";
import type { Limits } from "../../model/index.ts";
import { type Rejection, reject } from "./rejection.ts";
import { createBucket, type TokenBucket, takeToken } from "./token-bucket.ts";

export interface TrunkUsage {
  /** Calls standing now, by the direction through Demarc. */
  ingressCalls: number;
  egressCalls: number;
  /** New calls per second; null until the first one that is limited. */
  rate: TokenBucket | null;
  /** Calls refused for a limit since the start. */
  refused: number;
}

export type UsageDirection = "ingress" | "egress";

export function createUsage(): TrunkUsage {
  return { ingressCalls: 0, egressCalls: 0, rate: null, refused: 0 };
}

const LIMIT: Rejection = reject(503, "limit", { retryAfterS: 2 });

/** Counts one more call and returns null, or refuses it and counts the refusal. */
export function admitCall(
  usage: TrunkUsage,
  limits: Limits,
  call: { readonly direction: UsageDirection; readonly emergency: boolean; readonly now: Millis },
): Rejection | null {
  if (!call.emergency && !isWithinLimits(usage, limits, call.now)) {
    usage.refused += 1;
    return LIMIT;
  }
  if (call.direction === "ingress") usage.ingressCalls += 1;
  else usage.egressCalls += 1;
  return null;
}

/** Gives back what admitCall counted. */
export function releaseCall(usage: TrunkUsage, direction: UsageDirection): void {
  if (direction === "ingress") usage.ingressCalls -= 1;
  else usage.egressCalls -= 1;
}

function isWithinLimits(usage: TrunkUsage, limits: Limits, now: Millis): boolean {
  if (limits.calls !== null) {
    const open = Math.max(0, limits.calls - limits.emergencyReserve);
    if (usage.ingressCalls + usage.egressCalls >= open) return false;
  }
  if (limits.callsPerSecond === null) return true;
  usage.rate ??= createBucket(limits.callsPerSecond, now);
  return takeToken(usage.rate, limits.callsPerSecond, now);
}
