// A token bucket: so many a second, with a burst of one second's worth.

import type { Millis } from "../../base/index.ts";

export interface TokenBucket {
  tokens: number;
  refilledAt: Millis;
}

/** A full bucket. */
export function createBucket(perSecond: number, now: Millis): TokenBucket {
  return { tokens: perSecond, refilledAt: now };
}

/** Takes one token. False when there is none. The bucket holds `perSecond` at most; a changed rate counts from now on. */
export function takeToken(bucket: TokenBucket, perSecond: number, now: Millis): boolean {
  const refill = (Math.max(0, now - bucket.refilledAt) / 1000) * perSecond;
  bucket.tokens = Math.min(perSecond, bucket.tokens + refill);
  bucket.refilledAt = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
