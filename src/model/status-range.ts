// Statuses as rules name them: `486`, `18x`, `4xx`, or a list of such.

import { z } from "zod";
import { list } from "./group.ts";

/** Both ends included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

const EXPECTED = "expected a SIP status, such as 486, 18x or 5xx, or a list of them";

const one = z.union([z.number(), z.string()], { error: EXPECTED }).transform((written, context): StatusRange => {
  const text = String(written).toLowerCase();
  if (/^[1-6](?:[0-9][0-9]|[0-9]x|xx)$/.test(text)) {
    return { from: Number(text.replaceAll("x", "0")), to: Number(text.replaceAll("x", "9")) };
  }
  context.addIssue({ code: "custom", message: EXPECTED });
  return z.NEVER;
});

export const statusesSchema = z
  .union([one, list(one, { from: 1, to: 50, of: "statuses" })], { error: EXPECTED })
  .transform((ranges): readonly StatusRange[] => (Array.isArray(ranges) ? ranges : [ranges as StatusRange]));
