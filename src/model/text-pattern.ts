// Patterns over texts, written as patterns over numbers are: a text is exact, `text*` begins so, `/…/` is a regular expression, matched in time
// linear in the text whatever it says (docs: the subset stands in src/base/pattern-syntax.ts).

import { z } from "zod";
import { compilePattern, type Pattern, testPattern } from "../base/index.ts";
import { phrase } from "./text.ts";

export type TextPattern =
  | { readonly kind: "exact"; readonly text: string }
  /** The empty prefix (`*`) matches every text. */
  | { readonly kind: "prefix"; readonly prefix: string }
  /** For `compilePattern`. Not anchored unless it says so itself. */
  | { readonly kind: "regexp"; readonly source: string; readonly ignoreCase: boolean };

const EXPECTED = 'expected, in quotes, a text, a beginning such as "Cisco*" or an expression such as "/^sip:[+]1/"';

export const textPatternSchema = phrase("a pattern", 210).transform((text, context): TextPattern => {
  const expression = /^\/(.*)\/(i?)$/.exec(text);
  if (expression === null) {
    if (text.startsWith("/")) {
      context.addIssue({
        code: "custom",
        message: `an expression ends with a slash, or with /i where case does not count; ${EXPECTED}`,
      });
      return z.NEVER;
    }
    return text.endsWith("*") ? { kind: "prefix", prefix: text.slice(0, -1) } : { kind: "exact", text };
  }
  const [, source = "", flags] = expression;
  const compiled = compilePattern(source, flags === "i");
  if (compiled.ok) return { kind: "regexp", source, ignoreCase: flags === "i" };
  context.addIssue({ code: "custom", message: compiled.failure });
  return z.NEVER;
});

/** Compiled once for each pattern of a configuration, and gone with it. */
const COMPILED = new WeakMap<TextPattern, Pattern>();

/** The expression of a pattern; null where it is none that can be compiled, which reading a configuration has ruled out. */
export function expressionOf(pattern: TextPattern & { readonly kind: "regexp" }): Pattern | null {
  const known = COMPILED.get(pattern);
  if (known !== undefined) return known;
  const result = compilePattern(pattern.source, pattern.ignoreCase);
  if (!result.ok) return null;
  COMPILED.set(pattern, result.value);
  return result.value;
}

export function testText(pattern: TextPattern, text: string): boolean {
  if (pattern.kind === "exact") return text === pattern.text;
  if (pattern.kind === "prefix") return text.startsWith(pattern.prefix);
  const expression = expressionOf(pattern);
  return expression !== null && testPattern(expression, text);
}
