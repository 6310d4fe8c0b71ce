// Limits of a trunk: how many calls, how fast, how long.

import type { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group } from "./group.ts";
import { nameSchema, wholeNumber } from "./text.ts";

export const limitsSchema = group({
  /** Calls at the same time, both directions together; one that goes out where it came in counts once. Default null: none of our own making. */
  calls: wholeNumber("a number of calls", 0, 1_000_000).nullable().default(null),
  /** New calls in a second, both directions together. Default null: none of our own making. */
  callsPerSecond: wholeNumber("a number of calls", 1, 100_000).nullable().default(null),
  /** How many of `calls` only emergency calls may use. Default 0. An emergency call is never refused for a limit. */
  emergencyReserve: wholeNumber("a number of calls", 0, 1_000_000).default(0),
  /** Whom calls from this trunk may call and when, by the name of a class; a number's own class stands above it. Default null: all, always. */
  classOfService: nameSchema.nullable().default(null),
  /** How long a call may ring before it is given up. Default 180s, the least that RFC 3261 grants a ringing call (16.6, Timer C). */
  ringTimeout: durationSchema("5s", "1h").prefault("180s"),
  /** How long an answered call may last. Default 12h: longer than any meeting, shorter than a line forgotten over a weekend. */
  maxDuration: durationSchema("10s", "30d").prefault("12h"),
  /** How long an answered call may go without a packet from either side, unless it is on hold. Default null: the relay's own limit of 5 minutes. */
  noMediaTimeout: durationSchema("5s", "24h").nullable().default(null),
});

export type Limits = z.output<typeof limitsSchema>;
