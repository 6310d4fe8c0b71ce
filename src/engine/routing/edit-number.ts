// Carries out a route's edit to a number.

import { compilePattern, type Pattern, runPattern } from "../../base/index.ts";
import type { NumberEdit } from "../../model/index.ts";

/** A number does not grow beyond this, whatever the edits. */
const CHARACTERS_MOST = 128;

/** Compiled once for each edit of a configuration, and gone with it. */
const COMPILED = new WeakMap<NumberEdit, Pattern>();

function compiled(edit: NumberEdit, source: string): Pattern | null {
  const known = COMPILED.get(edit);
  if (known !== undefined) return known;
  const result = compilePattern(source);
  if (!result.ok) return null;
  COMPILED.set(edit, result.value);
  return result.value;
}

function replaced(number: string, edit: NumberEdit): string {
  const pattern = edit.replace === null ? null : compiled(edit, edit.replace);
  const match = pattern === null ? null : runPattern(pattern, number).match;
  if (match === null) return number;
  const by = edit.with.replace(/\$([0-9])/g, (_all, group: string) => match.groups[Number(group)] ?? "");
  return number.slice(0, match.from) + by + number.slice(match.to);
}

export function editNumber(number: string, edit: NumberEdit | null): string {
  if (edit === null) return number;
  const { set, stripPrefix, addPrefix } = edit;
  let edited = replaced(set ?? number, edit);
  if (stripPrefix !== null && edited.startsWith(stripPrefix)) edited = edited.slice(stripPrefix.length);
  return `${addPrefix ?? ""}${edited}`.slice(0, CHARACTERS_MOST);
}
