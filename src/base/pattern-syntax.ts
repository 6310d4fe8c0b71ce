// Reads the regular expressions that operators write: the subset that can be matched in linear time, and why the rest is refused.
//
// Taken: characters, `.`, classes `[a-z]` and `[^…]`, `\d \w \s` and their opposites, groups `(…)` and `(?:…)`, `|`, `* + ?` and `{n,m}` (each
// also with `?` behind it for as few as possible), `^` and `$`. Refused: references back, look-around, `\b`, named groups, flags inside.

import { failure, type Result, success } from "./result.ts";

/** The characters that one step takes, by latin1 code. */
export type CharacterSet = Uint8Array;

export type PatternNode =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  | { readonly kind: "sequence"; readonly nodes: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly nodes: readonly PatternNode[] }
  | {
      readonly kind: "repeat";
      readonly node: PatternNode;
      readonly least: number;
      /** Null for as often as there is. */
      readonly most: number | null;
      readonly lazy: boolean;
    }
  /** `index` counts from 1; 0 for a group that captures nothing. */
  | { readonly kind: "group"; readonly node: PatternNode; readonly index: number };

/** Longer expressions are refused. */
export const PATTERN_LENGTH_LIMIT = 200;
const COUNT_LIMIT = 100;
const GROUP_LIMIT = 9;

/** What is wrong, said with its place. Caught where reading began; never seen outside. */
class Refusal extends Error {}

interface Cursor {
  readonly source: string;
  readonly ignoreCase: boolean;
  at: number;
  groups: number;
}

function refuse(cursor: Cursor, what: string): never {
  throw new Refusal(`${what} (character ${cursor.at + 1} of the expression)`);
}

/** The expression as a tree and how many groups it captures; or what keeps it from being one, in one sentence. */
export function parsePattern(
  source: string,
  ignoreCase: boolean,
): Result<{ readonly root: PatternNode; readonly groups: number }, string> {
  if (source.length > PATTERN_LENGTH_LIMIT)
    return failure(`an expression has at most ${PATTERN_LENGTH_LIMIT} characters`);
  const cursor: Cursor = { source, ignoreCase, at: 0, groups: 0 };
  try {
    const root = readChoice(cursor);
    if (cursor.at < source.length) refuse(cursor, "this parenthesis closes nothing");
    return success({ root, groups: cursor.groups });
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
}

function readChoice(cursor: Cursor): PatternNode {
  const nodes = [readSequence(cursor)];
  while (cursor.source[cursor.at] === "|") {
    cursor.at += 1;
    nodes.push(readSequence(cursor));
  }
  return nodes.length === 1 ? (nodes[0] as PatternNode) : { kind: "choice", nodes };
}

function readSequence(cursor: Cursor): PatternNode {
  const nodes: PatternNode[] = [];
  while (cursor.at < cursor.source.length && !"|)".includes(cursor.source[cursor.at] as string)) {
    nodes.push(readRepeated(cursor));
  }
  return nodes.length === 1 ? (nodes[0] as PatternNode) : { kind: "sequence", nodes };
}

function readRepeated(cursor: Cursor): PatternNode {
  const node = readAtom(cursor);
  const count = readCount(cursor);
  if (count === null) return node;
  if (node.kind === "start" || node.kind === "end") refuse(cursor, "^ and $ cannot be repeated");
  const lazy = cursor.source[cursor.at] === "?";
  if (lazy) cursor.at += 1;
  if ("*+?{".includes(cursor.source[cursor.at] ?? "x"))
    refuse(cursor, "a repeat of a repeat; put the inner one in (?:…)");
  return { kind: "repeat", node, ...count, lazy };
}

function readCount(cursor: Cursor): { least: number; most: number | null } | null {
  const sign = cursor.source[cursor.at];
  if (sign === "{") return readBraces(cursor);
  if (sign !== "*" && sign !== "+" && sign !== "?") return null;
  cursor.at += 1;
  return { least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : null };
}

function readBraces(cursor: Cursor): { least: number; most: number | null } {
  const written = /^\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}/.exec(cursor.source.slice(cursor.at, cursor.at + 12));
  if (written === null) refuse(cursor, "expected a count such as {3} or {2,5}; for the character itself write \\{");
  const [all, from = "0", comma, to = ""] = written;
  const least = Number(from);
  const most = comma === undefined ? least : to === "" ? null : Number(to);
  if (Math.max(least, most ?? 0) > COUNT_LIMIT) refuse(cursor, `a count is at most ${COUNT_LIMIT}`);
  if (most !== null && most < least) refuse(cursor, "the greater count comes second");
  cursor.at += all.length;
  return { least, most };
}

function readAtom(cursor: Cursor): PatternNode {
  const character = cursor.source[cursor.at] as string;
  switch (character) {
    case "(":
      return readGroup(cursor);
    case "[":
      return readClass(cursor);
    case "^":
      cursor.at += 1;
      return { kind: "start" };
    case "$":
      cursor.at += 1;
      return { kind: "end" };
    case ".":
      cursor.at += 1;
      return { kind: "set", set: new Uint8Array(256).fill(1) };
    case "\\":
      return { kind: "set", set: foldCase(readEscape(cursor), cursor) };
    case "*":
    case "+":
    case "?":
    case "{":
      return refuse(cursor, "there is nothing to repeat here");
    default:
      cursor.at += 1;
      return { kind: "set", set: foldCase(setOf(codeOf(character, cursor)), cursor) };
  }
}

function readGroup(cursor: Cursor): PatternNode {
  const opening = cursor.source.slice(cursor.at, cursor.at + 3);
  const silent = opening === "(?:";
  if (opening.startsWith("(?") && !silent)
    refuse(cursor, "only (…) and (?:…) are taken; nothing is looked at ahead or behind");
  let index = 0;
  if (!silent) {
    cursor.groups += 1;
    index = cursor.groups;
    if (index > GROUP_LIMIT) refuse(cursor, `at most ${GROUP_LIMIT} groups; (?:…) does not count`);
  }
  cursor.at += silent ? 3 : 1;
  const node = readChoice(cursor);
  if (cursor.source[cursor.at] !== ")") refuse(cursor, "a parenthesis is not closed");
  cursor.at += 1;
  return { kind: "group", node, index };
}

function readClass(cursor: Cursor): PatternNode {
  cursor.at += 1;
  const opposite = cursor.source[cursor.at] === "^";
  if (opposite) cursor.at += 1;
  const set = new Uint8Array(256);
  let isFirst = true;
  while (cursor.source[cursor.at] !== "]" || isFirst) {
    if (cursor.at >= cursor.source.length) refuse(cursor, "a class is not closed with ]");
    isFirst = false;
    addRange(set, cursor);
  }
  cursor.at += 1;
  const folded = foldCase(set, cursor);
  return { kind: "set", set: opposite ? folded.map((has) => 1 - has) : folded };
}

function addRange(set: CharacterSet, cursor: Cursor): void {
  const low = readMember(cursor);
  const isRange = cursor.source[cursor.at] === "-" && !"]".includes(cursor.source[cursor.at + 1] ?? "]");
  if (!isRange) {
    for (let code = 0; code < 256; code += 1) if (low[code] === 1) set[code] = 1;
    return;
  }
  cursor.at += 1;
  const high = readMember(cursor);
  const [from, to] = [singleOf(low), singleOf(high)];
  if (from === null || to === null || from > to) refuse(cursor, "this range in a class has no order");
  set.fill(1, from, to + 1);
}

function readMember(cursor: Cursor): CharacterSet {
  if (cursor.source[cursor.at] === "\\") return readEscape(cursor);
  const code = codeOf(cursor.source[cursor.at] ?? "", cursor);
  cursor.at += 1;
  return setOf(code);
}

function singleOf(set: CharacterSet): number | null {
  const first = set.indexOf(1);
  return first < 0 || set.indexOf(1, first + 1) >= 0 ? null : first;
}

const NAMED: Readonly<Record<string, RegExp>> = { d: /[0-9]/, w: /[A-Za-z0-9_]/, s: /[\t\n\v\f\r ]/ };

function readEscape(cursor: Cursor): CharacterSet {
  const character = cursor.source[cursor.at + 1] ?? "";
  const named = NAMED[character.toLowerCase()];
  if (named === undefined && !/^[!-/:-@[-`{-~ ]$/.test(character)) {
    refuse(cursor, `\\${character} is not taken; \\d \\w \\s \\D \\W \\S and escaped punctuation are`);
  }
  cursor.at += 2;
  if (named === undefined) return setOf(character.charCodeAt(0));
  const opposite = character !== character.toLowerCase();
  return new Uint8Array(256).map((_none, code) => (named.test(String.fromCharCode(code)) === opposite ? 0 : 1));
}

/** Messages are bytes as latin1 characters: what is beyond could never match. */
function codeOf(character: string, cursor: Cursor): number {
  const code = character.charCodeAt(0);
  return code > 255 ? refuse(cursor, "write only characters of ISO 8859-1") : code;
}

function setOf(code: number): CharacterSet {
  const set = new Uint8Array(256);
  set[code] = 1;
  return set;
}

/** Letters A to Z in both cases, where case does not count. */
function foldCase(set: CharacterSet, { ignoreCase }: Cursor): CharacterSet {
  if (!ignoreCase) return set;
  for (let upper = 0x41; upper <= 0x5a; upper += 1) {
    const has = set[upper] === 1 || set[upper + 32] === 1 ? 1 : 0;
    set[upper] = has;
    set[upper + 32] = has;
  }
  return set;
}
