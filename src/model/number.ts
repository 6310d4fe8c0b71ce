// Numbers: DIDs and what they belong to, one by one or as a range, never expanded.

import { z } from "zod";
import { e164Schema } from "./phone-number.ts";
import { nameSchema, phrase } from "./text.ts";

const EXPECTED = 'expected { number: "+…", trunk } or { range: ["+…", "+…"], trunk }';

/** Numbers that follow each other. A single number is a block of one. */
export interface NumberBlock {
  /** E.164, both ends included, with the same count of digits. */
  readonly first: string;
  readonly last: string;
  /** The trunk behind which the numbers live. */
  readonly trunk: string;
  /** The place from which an emergency call of these numbers comes. */
  readonly emergencyLocation: string | null;
}

export const numberBlockSchema = z
  .strictObject(
    {
      number: e164Schema.optional(),
      range: z.tuple([e164Schema, e164Schema], { error: 'expected the first and the last: ["+…", "+…"]' }).optional(),
      trunk: nameSchema,
      emergencyLocation: phrase("the name of a place", 64).nullable().default(null),
    },
    { error: EXPECTED },
  )
  .transform(({ number, range, trunk, emergencyLocation }, context): NumberBlock => {
    const [first, last] = range ?? [number ?? "", number ?? ""];
    if ((number === undefined) === (range === undefined)) {
      context.addIssue({ code: "custom", message: `${EXPECTED}; one of the two` });
    } else if (first.length !== last.length) {
      const message = "the first and the last number of a range have the same count of digits";
      context.addIssue({ code: "custom", path: ["range"], message });
    } else if (first > last) {
      context.addIssue({
        code: "custom",
        path: ["range"],
        message: "the first number of a range comes before the last",
      });
    }
    return { first, last, trunk, emergencyLocation };
  })
  .readonly();
