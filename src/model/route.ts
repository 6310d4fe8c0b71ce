// A route: a rule that sends a call to trunks, to the owner of a number, or back with a refusal. The first match wins.

import { z } from "zod";
import { group, list } from "./group.ts";
import { numberPatternSchema } from "./phone-number.ts";
import { nameSchema, phrase, wholeNumber } from "./text.ts";

/** What the call must be like, all of it. Null matches any call. */
const matchSchema = group({
  emergency: z.boolean({ error: "expected true or false" }).nullable().default(null),
  /** The trunks that the call may come in from. */
  from: z
    .union([nameSchema, list(nameSchema, { from: 1, to: 1000, of: "trunk names" })], {
      error: "expected the name of a trunk, or a list of them",
    })
    .transform((from): readonly string[] => (typeof from === "string" ? [from] : from))
    .nullable()
    .default(null),
  called: numberPatternSchema.nullable().default(null),
  caller: numberPatternSchema.nullable().default(null),
});

/** What becomes of the call. */
export type RouteDestination =
  /** Tried in this order when no entry has a weight; shared by weight when all have one. */
  | { readonly kind: "trunks"; readonly entries: readonly { readonly trunk: string; readonly weight: number | null }[] }
  /** To the trunk that the called number belongs to. */
  | { readonly kind: "numbers" }
  /** Answered with `status`; `reason` null stands for the status's own phrase. */
  | { readonly kind: "reject"; readonly status: number; readonly reason: string | null };

const EXPECTED_DESTINATION =
  'expected a list of trunks, [carrier-a, carrier-b] or [{ trunk, weight }], or numbers, or { reject: 403, reason: "…" }';

const weightedEntrySchema = group({ trunk: nameSchema, weight: wholeNumber("a weight", 1, 65_535) });

const trunkEntrySchema = z.union([nameSchema, weightedEntrySchema], {
  error: "expected the name of a trunk, or { trunk, weight }",
});

const destinationSchema = z
  .union(
    [
      z.literal("numbers", { error: EXPECTED_DESTINATION }),
      list(trunkEntrySchema, { from: 1, to: 100, of: "trunks" }),
      group({
        reject: wholeNumber("a SIP status", 400, 699),
        reason: phrase("a reason", 128).nullable().default(null),
      }),
    ],
    { error: EXPECTED_DESTINATION },
  )
  .transform((to): RouteDestination => {
    if (to === "numbers") return { kind: "numbers" };
    if ("reject" in to) return { kind: "reject", status: to.reject, reason: to.reason };
    const entries = to.map((entry) => (typeof entry === "string" ? { trunk: entry, weight: null } : entry));
    return { kind: "trunks", entries };
  })
  .readonly();

export const routeSchema = group({
  /** Said in the record of each call that went by it. */
  name: nameSchema,
  /** Default `{}`: every call. */
  match: matchSchema.prefault({}),
  to: destinationSchema,
});

export type RouteMatch = z.output<typeof matchSchema>;
export type Route = z.output<typeof routeSchema>;
