// A token bucket: so many a second on average, and no more at once than it holds.

import type { Millis } from "../../base/index.ts";

export interface TokenBucket {
  tokens: number;
  refilledAt: Millis;
}

/** A full bucket. */
export function createBucket(size: number, now: Millis): TokenBucket {
  return { tokens: size, refilledAt: now };
}

/** Lets in what has come since the last time, and says how many tokens there are. A changed rate counts from now on. */
export function fillBucket(
  bucket: TokenBucket,
  { perSecond, size, now }: { readonly perSecond: number; readonly size: number; readonly now: Millis },
): number {
  const refill = (Math.max(0, now - bucket.refilledAt) / 1000) * perSecond;
  bucket.tokens = Math.min(size, bucket.tokens + refill);
  bucket.refilledAt = now;
  return bucket.tokens;
}

/** Takes one token of a bucket that holds one second's worth. False when there is none. */
export function takeToken(bucket: TokenBucket, perSecond: number, now: Millis): boolean {
  if (fillBucket(bucket, { perSecond, size: perSecond, now }) < 1) return false;
  bucket.tokens -= 1;
  return true;
}
