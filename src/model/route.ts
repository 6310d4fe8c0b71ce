// A route: a rule that sends a call to trunks, to the owner of a number, on to another table, or back with a refusal.

import { z } from "zod";
import { group, list } from "./group.ts";
import { conditionSchema } from "./header-rules.ts";
import { numberEditSchema } from "./number-edit.ts";
import { numberPatternsSchema } from "./phone-number.ts";
import { selectionSchema } from "./selection.ts";
import { nameSchema, phrase, wholeNumber } from "./text.ts";

function namesSchema(of: string) {
  return z
    .union([nameSchema, list(nameSchema, { from: 1, to: 1000, of: `${of}s` })], {
      error: `expected the name of a ${of}, or a list of them`,
    })
    .transform((names): readonly string[] => (typeof names === "string" ? [names] : names))
    .nullable()
    .default(null);
}

/** What the call must be like, all of it. Null matches any call. */
const matchSchema = group({
  emergency: z.boolean({ error: "expected true or false" }).nullable().default(null),
  /** The trunks that the call may come in from. */
  from: namesSchema("trunk"),
  called: numberPatternsSchema.nullable().default(null),
  caller: numberPatternsSchema.nullable().default(null),
  /** Calendars, in the hours of one of which it must be. */
  during: namesSchema("calendar"),
  /** Calendars, in the hours of none of which it may be: closed, or on holiday. */
  outside: namesSchema("calendar"),
  /** Calendars, on a holiday of one of which it must be. */
  holiday: namesSchema("calendar"),
  /** Tags, one of which the called number must have; it is one of ours then. */
  calledTags: namesSchema("tag"),
  /** The same of the caller's number. */
  callerTags: namesSchema("tag"),
  /** Of the INVITE, as the trunk's rules have left it. All of them must hold. */
  headers: list(conditionSchema, { from: 0, to: 10, of: "conditions" }).default([]),
});

export interface TrunkShare {
  readonly trunk: string;
  readonly weight: number | null;
}

/** What becomes of the call. */
export type RouteDestination =
  /** Tried in this order when no entry has a weight; shared by weight when all have one. */
  | { readonly kind: "trunks"; readonly entries: readonly TrunkShare[] }
  /** To the trunk that the called number belongs to. */
  | { readonly kind: "numbers" }
  /** By the routes of that table; behind this route again where none of them matches. */
  | { readonly kind: "table"; readonly table: string }
  /** Where that hook says; behind this route again where it says so, or nothing. */
  | { readonly kind: "hook"; readonly hook: string }
  /** Where ENUM has the called number under `suffix` (RFC 6116): to a trunk with that host, or over `trunk` to any. */
  | { readonly kind: "enum"; readonly suffix: string; readonly trunk: string | null }
  /** Answered with `status`; `reason` null stands for the status's own phrase, `cause` null for what the status means in Q.850. */
  | { readonly kind: "reject"; readonly status: number; readonly reason: string | null; readonly cause: number | null };

const EXPECTED_DESTINATION =
  'expected a list of trunks, [carrier-a, carrier-b] or [{ trunk, weight }], or numbers, or { table: NAME }, or { hook: NAME }, or { enum: e164.arpa }, or { reject: 403, reason: "…" }';

/** A domain under which numbers are looked up, without the point at its end. */
const suffixSchema = z
  .string({ error: "expected a domain such as e164.arpa" })
  .regex(
    /^(?=.{1,180}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*$/,
    {
      error: "expected a domain such as e164.arpa, at most 180 characters",
    },
  );

const weightedEntrySchema = group({ trunk: nameSchema, weight: wholeNumber("a weight", 1, 65_535) });

const trunkEntrySchema = z.union([nameSchema, weightedEntrySchema], {
  error: "expected the name of a trunk, or { trunk, weight }",
});

const trunkEntriesSchema = list(trunkEntrySchema, { from: 1, to: 100, of: "trunks" });

function sharesOf(entries: z.output<typeof trunkEntriesSchema>): readonly TrunkShare[] {
  return entries.map((entry) => (typeof entry === "string" ? { trunk: entry, weight: null } : entry));
}

interface WrittenGroup {
  readonly table?: string | undefined;
  readonly hook?: string | undefined;
  readonly enum?: string | undefined;
  readonly trunk?: string | undefined;
  readonly reject?: number | undefined;
  readonly reason: string | null;
  readonly cause: number | null;
}

/** Null where a group says less or more than one thing. */
function destinationOf({
  table,
  hook,
  enum: suffix,
  trunk,
  reject,
  reason,
  cause,
}: WrittenGroup): RouteDestination | null {
  const said = [table, hook, suffix, reject].filter((one) => one !== undefined);
  if (said.length !== 1 || (trunk !== undefined && suffix === undefined)) return null;
  if (reject !== undefined) return { kind: "reject", status: reject, reason, cause };
  if (reason !== null || cause !== null) return null;
  if (table !== undefined) return { kind: "table", table };
  if (hook !== undefined) return { kind: "hook", hook };
  return { kind: "enum", suffix: suffix ?? "", trunk: trunk ?? null };
}

export const destinationSchema = z
  .union(
    [
      z.literal("numbers", { error: EXPECTED_DESTINATION }),
      trunkEntriesSchema,
      group({
        table: nameSchema.optional(),
        hook: nameSchema.optional(),
        enum: suffixSchema.optional(),
        trunk: nameSchema.optional(),
        reject: wholeNumber("a SIP status", 400, 699).optional(),
        reason: phrase("a reason", 128).nullable().default(null),
        cause: wholeNumber("a Q.850 cause", 1, 127).nullable().default(null),
      }),
    ],
    { error: EXPECTED_DESTINATION },
  )
  .transform((to, context): RouteDestination => {
    if (to === "numbers") return { kind: "numbers" };
    if (!("reason" in to)) return { kind: "trunks", entries: sharesOf(to) };
    const destination = destinationOf(to);
    if (destination !== null) return destination;
    context.addIssue({ code: "custom", message: EXPECTED_DESTINATION });
    return z.NEVER;
  })
  .readonly();

export const routeSchema = group({
  /** Said in the record of each call that went by it. */
  name: nameSchema,
  /** Default `{}`: every call. */
  match: matchSchema.prefault({}),
  /** What becomes of the numbers, for what comes behind this route and for whoever is called. The record keeps them as they came. */
  edit: group({
    called: numberEditSchema.nullable().default(null),
    caller: numberEditSchema.nullable().default(null),
  }).prefault({}),
  to: destinationSchema,
  /** In which order the trunks of `to` are tried; those of an emergency call in their order, or by weight. Default in-order. */
  select: selectionSchema.prefault("in-order"),
  /** Trunks that are tried in this order, or shared by weight, when all that `to` leads to has failed. Default none. */
  fallback: trunkEntriesSchema.transform(sharesOf).readonly().default([]),
});

export const routeTableSchema = group({
  /**
   * Of the routes that match, first takes the uppermost; longest the one whose prefix or number in `called` is longest, and the uppermost of those.
   * Default first.
   */
  order: z.enum(["first", "longest"], { error: "expected first or longest" }).default("first"),
  routes: list(routeSchema, { from: 1, to: 1_000_000, of: "routes" }),
});

export type RouteMatch = z.output<typeof matchSchema>;
export type Route = z.output<typeof routeSchema>;
export type RouteTableSettings = z.output<typeof routeTableSchema>;
