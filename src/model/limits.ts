// How many calls there may be, how fast, how long: of a trunk, of a group of trunks, in all.

import type { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { nameSchema, wholeNumber } from "./text.ts";

/** In one direction, or in all. */
const capacityShape = {
  /** Calls at the same time. Default null: none of our own making. */
  calls: wholeNumber("a number of calls", 0, 1_000_000).nullable().default(null),
  /** New calls in a second, on average. Default null: none of our own making. */
  callsPerSecond: wholeNumber("a number of calls", 1, 100_000).nullable().default(null),
  /** How many new calls may come at once after a while without any. Default null: as many as callsPerSecond says. */
  burst: wholeNumber("a number of calls", 1, 1_000_000).nullable().default(null),
};

/** How many of `calls` only emergency calls may use. Default 0. An emergency call is never refused for a limit. */
const emergencyReserve = wholeNumber("a number of calls", 0, 1_000_000).default(0);

const directionSchema = group(capacityShape);

export const limitsSchema = group({
  /** Both directions together; a call that goes out where it came in counts once. */
  ...capacityShape,
  emergencyReserve,
  /** Of calls that come from the trunk. */
  from: directionSchema.prefault({}),
  /** Of calls that go to the trunk. */
  to: directionSchema.prefault({}),
  /** Whom calls from this trunk may call and when, by the name of a class; a number's own class stands above it. Default null: all, always. */
  classOfService: nameSchema.nullable().default(null),
  /** How long a call may ring before it is given up. Default 180s, the least that RFC 3261 grants a ringing call (16.6, Timer C). */
  ringTimeout: durationSchema("5s", "1h").prefault("180s"),
  /** How long an answered call may last. Default 12h: longer than any meeting, shorter than a line forgotten over a weekend. */
  maxDuration: durationSchema("10s", "30d").prefault("12h"),
  /** How long an answered call may go without a packet from either side, unless it is on hold. Default null: the relay's own limit of 5 minutes. */
  noMediaTimeout: durationSchema("5s", "24h").nullable().default(null),
});

/** Of the whole of Demarc. A call counts once, by the side that it came in from. */
export const totalLimitsSchema = group({ ...capacityShape, emergencyReserve });

/** Trunks that share a limit, such as those of one contract. A call counts for each of its two sides that is in the group. */
export const trunkGroupSchema = group({
  trunks: list(nameSchema, { from: 1, to: 1000, of: "trunks" }),
  limits: totalLimitsSchema,
});

export type Limits = z.output<typeof limitsSchema>;
export type TotalLimits = z.output<typeof totalLimitsSchema>;
export type Capacity = z.output<typeof directionSchema>;
