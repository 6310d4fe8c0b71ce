// In which order the trunks of a route are tried.

import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group } from "./group.ts";
import { wholeNumber } from "./text.ts";

const WAYS = ["in-order", "round-robin", "least-loaded", "sticky", "least-cost", "quality"] as const;

const EXPECTED = `expected ${WAYS.slice(0, -1).join(", ")} or ${WAYS.at(-1)}, or a group { by, callDuration, least }`;

const waySchema = z.enum(WAYS, { error: EXPECTED });

/** What a trunk has to reach so that it is not put behind the others. Null asks for nothing. */
const leastSchema = group({
  /** Calls in a hundred that are answered (ASR). */
  answerPercent: wholeNumber("a percentage", 1, 100).nullable().default(null),
  /** From the INVITE to the first ringing or answer (PDD), on average at most so long. */
  dialDelay: durationSchema("100ms", "60s").nullable().default(null),
  /** How long answered calls last on average (ACD), at least. */
  callDuration: durationSchema("1s", "1h").nullable().default(null),
  /** The estimated quality of speech (MOS, ITU-T G.107), from 1 to 4.5. */
  mos: z
    .number({ error: "expected a quality from 1 to 4.5" })
    .min(1, { error: "expected a quality from 1 to 4.5" })
    .max(4.5, { error: "expected a quality from 1 to 4.5" })
    .nullable()
    .default(null),
  /** Calls that must have been made before a trunk is judged, those of ten minutes ago counting half. Default 20. */
  calls: wholeNumber("a number of calls", 1, 10_000).default(20),
});

const selectionGroup = group({
  /**
   * in-order: as they stand, or by their weights. round-robin: each in turn is the first. least-loaded: the one with the fewest calls for its weight.
   * sticky: calls of one caller go to one trunk, by weight. least-cost: by the price of the called number; trunks without one come last. quality: by answered calls, then by the delay.
   */
  by: waySchema.default("in-order"),
  /** least-cost: what a call is taken to last, which decides between prices per minute and per second. Default 3m. */
  callDuration: durationSchema("1s", "4h").prefault("3m"),
  least: leastSchema.prefault({}),
});

export type Selection = z.output<typeof selectionGroup>;

/** One word, or a group. */
export const selectionSchema = z
  .union([waySchema, selectionGroup], { error: EXPECTED })
  .transform((written): Selection => (typeof written === "string" ? selectionGroup.parse({ by: written }) : written));
