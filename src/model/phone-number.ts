// Numbers and patterns over numbers, as routes and number blocks write them.

import { z } from "zod";
import { compilePattern } from "../base/index.ts";
import { group, list } from "./group.ts";
import { nameSchema } from "./text.ts";

const EXPECTED_NUMBER = 'expected an E.164 number in quotes, such as "+12025550100"';

/** A global number: `+`, then 3 to 15 digits of which the first is not 0 (ITU-T E.164). */
export const e164Schema = z
  .string({ error: EXPECTED_NUMBER })
  .regex(/^\+[1-9][0-9]{2,14}$/, { error: EXPECTED_NUMBER });

export const countrySchema = z
  .string({ error: "expected two letters, such as US" })
  .regex(/^[A-Z]{2}$/, { error: "expected the two capital letters of ISO 3166, such as US or GB" });

const EXPECTED_SHORT = 'expected a number as it is dialled, in quotes, such as "911"';

export const emergencyNumberSchema = z
  .string({ error: EXPECTED_SHORT })
  .regex(/^[0-9]{2,8}$/, { error: EXPECTED_SHORT });

/** What a route compares the normalised number with. */
export type NumberPattern =
  | { readonly kind: "exact"; readonly number: string }
  /** Matches what begins with it; the empty prefix (`*`) matches every number. */
  | { readonly kind: "prefix"; readonly prefix: string }
  /** The text between the slashes, for `compilePattern`. Not anchored unless it says so itself. */
  | { readonly kind: "regexp"; readonly source: string };

const EXPECTED_PATTERN =
  'expected, in quotes, a number, a prefix such as "+1*" or an expression such as "/^\\+1(202|303)/"';

export const numberPatternSchema = z.string({ error: EXPECTED_PATTERN }).transform((text, context): NumberPattern => {
  const refuse = (message: string): NumberPattern => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (text.length >= 2 && text.startsWith("/")) {
    if (!text.endsWith("/")) return refuse("an expression ends with a slash, and takes no flags");
    const source = text.slice(1, -1);
    if (source === "") return refuse("the expression is empty; leave the key out to match every number");
    const compiled = compilePattern(source);
    return compiled.ok ? { kind: "regexp", source } : refuse(compiled.failure);
  }
  if (!/^[0-9A-Za-z+._#-]{0,64}\*?$/.test(text) || text === "") return refuse(EXPECTED_PATTERN);
  return text.endsWith("*") ? { kind: "prefix", prefix: text.slice(0, -1) } : { kind: "exact", number: text };
});

/** Patterns of which one must match: each by itself, or those of a named list. */
export interface NumberPatterns {
  readonly patterns: readonly NumberPattern[];
  /** Of `numberLists`. */
  readonly lists: readonly string[];
}

const EXPECTED_PATTERNS = `${EXPECTED_PATTERN}, a list of them, or { list: NAME }`;

/** One pattern, several, or the name of a list. */
export const numberPatternsSchema = z
  .union(
    [
      numberPatternSchema,
      list(numberPatternSchema, { from: 1, to: 10_000, of: "patterns" }),
      group({ list: nameSchema }),
    ],
    { error: EXPECTED_PATTERNS },
  )
  .transform((written): NumberPatterns => {
    if ("list" in written) return { patterns: [], lists: [written.list] };
    return { patterns: "kind" in written ? [written] : written, lists: [] };
  });

export const numberListSchema = list(numberPatternSchema, { from: 0, to: 1_000_000, of: "patterns" });
