// When a registration is refreshed, and when a failed one is tried again.

import { MINUTE, type Millis, type Random, SECOND } from "../../base/index.ts";

/** Beyond it the refresh comes so long before the end; up to it, at half of the time (3GPP TS 24.229 section 5.1.1.4.1). */
const LONG: Millis = 1200 * SECOND;
const BEFORE_END: Millis = 600 * SECOND;
/** Trunks that were registered in one moment are not refreshed in one. */
const SPREAD = 0.1;
/** RFC 5626 section 4.5, with all flows failed: ours is one. */
const BASE_TIME: Millis = 30 * SECOND;
const MAX_TIME: Millis = 30 * MINUTE;
/** What the registrar will not have is asked again so seldom: each try counts as an attack, and may lock the line. */
export const REFUSED_PAUSE: Millis = 30 * MINUTE;
/** A mistyped Retry-After must not lose a line for a day. */
const RETRY_AFTER_AT_MOST: Millis = 60 * MINUTE;

/** From 0, below 1. */
function share(random: Random): number {
  return random.uint32() / 4_294_967_296;
}

/** How long after it was granted a registration is refreshed: early enough for several tries. */
export function refreshDelay(grantedMs: Millis, random: Random): Millis {
  const latest = grantedMs > LONG ? grantedMs - BEFORE_END : grantedMs / 2;
  return Math.round(latest * (1 - SPREAD * share(random)));
}

/**
 * How long to wait after so many failed rounds, from 1: doubled each time, of that a random part from a half to all (RFC 5626 section 4.5).
 * Never less than a registrar asked for.
 */
export function retryDelay(failures: number, retryAfterMs: Millis, random: Random): Millis {
  const upper = Math.min(MAX_TIME, BASE_TIME * 2 ** Math.min(failures, 10));
  const wait = upper * (0.5 + 0.5 * share(random));
  return Math.round(Math.max(wait, Math.min(retryAfterMs, RETRY_AFTER_AT_MOST)));
}
