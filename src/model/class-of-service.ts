// Classes of service: whom a caller may call, and when. Emergency calls are nobody's to forbid.

import { z } from "zod";
import { group, list } from "./group.ts";
import { numberPatternsSchema } from "./phone-number.ts";
import { nameSchema } from "./text.ts";

const ruleSchema = group({
  /** Default null: all numbers. */
  called: numberPatternsSchema.nullable().default(null),
  /** The calendar in whose hours the rule holds. Default null: always. */
  during: nameSchema.nullable().default(null),
  allow: z.boolean({ error: "expected true or false" }),
});

/** The first rule that fits says whether the call may be made; where none fits, it may not. */
export const classOfServiceSchema = list(ruleSchema, { from: 1, to: 1000, of: "rules" });

export type ClassOfService = z.output<typeof classOfServiceSchema>;
