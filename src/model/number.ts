// Numbers: DIDs and what they belong to, one by one, as a range or as a pool that numbers are given out of; never expanded.

import { z } from "zod";
import { list } from "./group.ts";
import { e164Schema } from "./phone-number.ts";
import { nameSchema, phrase, wholeNumber } from "./text.ts";

const EXPECTED = 'expected { number: "+…", trunk } or { range: ["+…", "+…"], trunk }';

/** Numbers that follow each other. A single number is a block of one. */
export interface NumberBlock {
  /** E.164, both ends included, with the same count of digits. */
  readonly first: string;
  readonly last: string;
  /** The trunk behind which the numbers live; null for a pool's, which live nowhere until they are given out. */
  readonly trunk: string | null;
  /** The name of the pool; null for numbers that are given out. */
  readonly pool: string | null;
  /** Whose numbers they are: a customer, a department, a person. */
  readonly owner: string | null;
  /** Shown as the name of the caller on calls from these numbers. */
  readonly callerName: string | null;
  /** The place from which an emergency call of these numbers comes. */
  readonly emergencyLocation: string | null;
  /** Whom calls from these numbers may call, and when; null for what the trunk's class says. */
  readonly classOfService: string | null;
  /** Calls at the same time of each of these numbers, to it and from it; null for no limit. Emergency calls are not held to it. */
  readonly calls: number | null;
  /** Words that routes can ask for. */
  readonly tags: readonly string[];
}

/** Why two ends are no range, or null. */
function faultOfRange(first: string, last: string): string | null {
  if (first.length !== last.length) return "the first and the last number of a range have the same count of digits";
  return first > last ? "the first number of a range comes before the last" : null;
}

export const numberBlockSchema = z
  .strictObject(
    {
      number: e164Schema.optional(),
      range: z.tuple([e164Schema, e164Schema], { error: 'expected the first and the last: ["+…", "+…"]' }).optional(),
      /** Where calls to these numbers go by `to: numbers`. Of a pool's numbers there is none. */
      trunk: nameSchema.nullable().default(null),
      /**
       * The pool that these numbers are kept in until they are given out: a number of it is used when an entry of its own, inside of the pool's
       * range, says where it belongs. Default null.
       */
      pool: nameSchema.nullable().default(null),
      owner: phrase("an owner", 128).nullable().default(null),
      callerName: phrase("a caller's name", 64).nullable().default(null),
      emergencyLocation: phrase("the name of a place", 64).nullable().default(null),
      classOfService: nameSchema.nullable().default(null),
      calls: wholeNumber("a number of calls", 1, 100_000).nullable().default(null),
      tags: list(nameSchema, { from: 0, to: 20, of: "tags" }).default([]),
    },
    { error: EXPECTED },
  )
  .transform(({ number, range, ...rest }, context): NumberBlock => {
    const [first, last] = range ?? [number ?? "", number ?? ""];
    const refuse = (message: string, path: string[] = []): void => context.addIssue({ code: "custom", path, message });
    const fault = faultOfRange(first, last);
    if ((number === undefined) === (range === undefined)) refuse(`${EXPECTED}; one of the two`);
    else if (fault !== null) refuse(fault, ["range"]);
    if (rest.trunk === null && rest.pool === null)
      refuse("missing: expected the name of the trunk, or of a pool", ["trunk"]);
    else if (rest.trunk !== null && rest.pool !== null) {
      refuse("numbers of a pool have no trunk: give one out by an entry of its own inside of the pool's range", [
        "trunk",
      ]);
    }
    return { first, last, ...rest };
  })
  .readonly();

/** How many numbers a block has. */
export function sizeOfBlock({ first, last }: Pick<NumberBlock, "first" | "last">): number {
  return Number(last.slice(1)) - Number(first.slice(1)) + 1;
}

/** `+12025550100`, or `+12025550100 to +12025550199`. */
export function formatBlock({ first, last }: Pick<NumberBlock, "first" | "last">): string {
  return first === last ? first : `${first} to ${last}`;
}
