// Many patterns over numbers as one question: exact ones and prefixes are looked up, whatever their count; expressions are tried one by one.

import { compilePattern, invariant, type Pattern, testPattern } from "../../base/index.ts";
import type { NumberPattern, NumberPatterns } from "../../model/index.ts";

export interface PatternSet {
  readonly exact: ReadonlySet<string>;
  readonly prefixes: ReadonlySet<string>;
  /** Lengths of the prefixes, longest first. */
  readonly lengths: readonly number[];
  readonly expressions: readonly Pattern[];
}

export type NumberLists = Readonly<Record<string, readonly NumberPattern[]>>;

/** The lengths that occur, longest first. */
function lengthsOf(texts: Iterable<string>): readonly number[] {
  const lengths = new Set<number>();
  for (const { length } of texts) lengths.add(length);
  return [...lengths].sort((one, other) => other - one);
}

function compileExpression(source: string): Pattern {
  const compiled = compilePattern(source);
  invariant(compiled.ok, "an expression was compiled when the configuration was read");
  return compiled.value;
}

/** All patterns, those of named lists among them. */
export function patternsIn({ patterns, lists }: NumberPatterns, numberLists: NumberLists): readonly NumberPattern[] {
  const listed = lists.flatMap((name) => (Object.hasOwn(numberLists, name) ? (numberLists[name] ?? []) : []));
  return listed.length === 0 ? patterns : [...patterns, ...listed];
}

export function compilePatterns(patterns: readonly NumberPattern[]): PatternSet {
  const exact = new Set<string>();
  const prefixes = new Set<string>();
  const expressions: Pattern[] = [];
  for (const pattern of patterns) {
    if (pattern.kind === "exact") exact.add(pattern.number);
    else if (pattern.kind === "prefix") prefixes.add(pattern.prefix);
    else expressions.push(compileExpression(pattern.source));
  }
  return { exact, prefixes, lengths: lengthsOf(prefixes), expressions };
}

/** How much of the number the closest pattern says: all of it, a prefix's length, 0 for an expression; -1 where none matches. */
export function closenessOf(set: PatternSet, number: string): number {
  if (set.exact.has(number)) return number.length + 1;
  for (const length of set.lengths) {
    if (length <= number.length && set.prefixes.has(number.slice(0, length))) return length;
  }
  return set.expressions.some((expression) => testPattern(expression, number)) ? 0 : -1;
}

export function isInSet(set: PatternSet, number: string): boolean {
  return closenessOf(set, number) >= 0;
}
