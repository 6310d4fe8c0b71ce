// Numbers and patterns over numbers, as routes and number blocks write them.

import { z } from "zod";

const EXPECTED_NUMBER = 'expected an E.164 number in quotes, such as "+12025550100"';

/** A global number: `+`, then 3 to 15 digits of which the first is not 0 (ITU-T E.164). */
export const e164Schema = z
  .string({ error: EXPECTED_NUMBER })
  .regex(/^\+[1-9][0-9]{2,14}$/, { error: EXPECTED_NUMBER });

const EXPECTED_SHORT = 'expected a number as it is dialled, in quotes, such as "911"';

export const emergencyNumberSchema = z
  .string({ error: EXPECTED_SHORT })
  .regex(/^[0-9]{2,8}$/, { error: EXPECTED_SHORT });

/** What a route compares the normalised number with. */
export type NumberPattern =
  | { readonly kind: "exact"; readonly number: string }
  /** Matches what begins with it; the empty prefix (`*`) matches every number. */
  | { readonly kind: "prefix"; readonly prefix: string }
  /** The text between the slashes, for `new RegExp(source)` with no flags. Not anchored unless it says so itself. */
  | { readonly kind: "regexp"; readonly source: string };

const EXPECTED_PATTERN =
  'expected, in quotes, a number, a prefix such as "+1*" or an expression such as "/^\\+1(202|303)/"';
const EXPRESSION_LIMIT = 200;

export const numberPatternSchema = z.string({ error: EXPECTED_PATTERN }).transform((text, context): NumberPattern => {
  const refuse = (message: string): NumberPattern => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (text.length >= 2 && text.startsWith("/")) {
    if (!text.endsWith("/")) return refuse("an expression ends with a slash, and takes no flags");
    const source = text.slice(1, -1);
    const fault = faultOfExpression(source);
    return fault === null ? { kind: "regexp", source } : refuse(fault);
  }
  if (!/^[0-9A-Za-z+._#-]{0,64}\*?$/.test(text) || text === "") return refuse(EXPECTED_PATTERN);
  return text.endsWith("*") ? { kind: "prefix", prefix: text.slice(0, -1) } : { kind: "exact", number: text };
});

/** Why an expression is refused, or null. What is left takes time that a peer cannot blow up with repeats in repeats. */
function faultOfExpression(source: string): string | null {
  if (source === "") return "the expression is empty; leave the key out to match every number";
  if (source.length > EXPRESSION_LIMIT) return `an expression has at most ${EXPRESSION_LIMIT} characters`;
  try {
    new RegExp(source);
  } catch (error) {
    return `this expression cannot be read: ${error instanceof Error ? error.message : "syntax error"}`;
  }
  if (/\\[1-9k]/.test(source)) return "an expression must not refer back to its groups (\\1): it can take forever";
  if (repeatsARepeat(source)) {
    return "an expression must not repeat a group that itself repeats or offers a choice: it can take forever";
  }
  return null;
}

/** `(a+)+`, `(a|a)*`, `((a*))+`: a repeated group in which the same text can be matched in more than one way. */
function repeatsARepeat(source: string): boolean {
  const risky: boolean[] = [false];
  let inClass = false;
  for (let index = 0; index < source.length; index += 1) {
    const character = source[index];
    if (character === "\\") {
      index += 1;
    } else if (inClass) {
      inClass = character !== "]";
    } else if (character === "[") {
      inClass = true;
    } else if (character === "(") {
      risky.push(false);
      // The `?` of `(?:` opens a group, it repeats nothing.
      if (source[index + 1] === "?") index += 1;
    } else if (character === ")") {
      const inner = risky.pop() ?? false;
      if (inner && isRepeat(source, index + 1)) return true;
      risky[risky.length - 1] = risky.at(-1) === true || inner;
    } else if (character === "|" || isRepeat(source, index)) {
      risky[risky.length - 1] = true;
    }
  }
  return false;
}

/** Whether a repeat of no fixed count stands at `index`: `*`, `+`, `{2,}`, `{2,5}`. */
function isRepeat(source: string, index: number): boolean {
  return /^(?:[*+]|\{[0-9]+,[0-9]*\})/.test(source.slice(index, index + 16));
}
