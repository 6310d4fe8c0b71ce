// Finds the patterns that can take more than linear time on a text that does not match: a repeat of what repeats, two repeats that can share
// their characters, and a repeat that a search starts anew at each place. It errs on the strict side.
import ts from "typescript";

/** A character class that may repeat, or a group. */
type Term = { readonly least: number; readonly most: number } & (
  | { readonly kind: "characters"; readonly set: ReadonlySet<number> }
  | { readonly kind: "group"; readonly choices: readonly Sequence[] }
);
type Sequence = readonly Term[];
type Single = Term & { readonly kind: "characters" };

/** Fewer repetitions than that are as good as none. */
const MANY = 100;
const CODES = Array.from({ length: 256 }, (_each, code) => code);

interface Cursor {
  readonly source: string;
  readonly flags: string;
  at: number;
}

function readChoices(cursor: Cursor): Sequence[] {
  const choices: Sequence[] = [];
  for (;;) {
    choices.push(readSequence(cursor));
    if (cursor.source[cursor.at] !== "|") return choices;
    cursor.at += 1;
  }
}

function readSequence(cursor: Cursor): Sequence {
  const terms: Term[] = [];
  while (cursor.at < cursor.source.length && !")|".includes(cursor.source[cursor.at] as string)) {
    const term = readTerm(cursor);
    if (term !== null) terms.push(term);
  }
  return terms;
}

/** Null for an assertion, which takes no characters. */
function readTerm(cursor: Cursor): Term | null {
  const { source } = cursor;
  const assertion = /^(?:\^|\$|\\[bB])/.exec(source.slice(cursor.at))?.[0];
  if (assertion !== undefined) {
    cursor.at += assertion.length;
    return null;
  }
  if (source[cursor.at] === "(") {
    const opening = /^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/.exec(source.slice(cursor.at))?.[0] as string;
    cursor.at += opening.length;
    const choices = readChoices(cursor);
    cursor.at += 1;
    const looks = /[=!]$/.test(opening);
    const term = { kind: "group", choices, ...readCount(cursor) } as const;
    return looks ? null : term;
  }
  const atom = /^(?:\[(?:\\.|[^\]\\])*\]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\.|.)/is.exec(
    source.slice(cursor.at),
  )?.[0] as string;
  cursor.at += atom.length;
  const one = new RegExp(`^(?:${atom})$`, cursor.flags.replace(/[gy]/g, ""));
  const set = new Set(CODES.filter((code) => one.test(String.fromCharCode(code))));
  return { kind: "characters", set, ...readCount(cursor) };
}

function readCount(cursor: Cursor): { least: number; most: number } {
  const rest = cursor.source.slice(cursor.at);
  const written = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
  if (written === null) return { least: 1, most: 1 };
  cursor.at += written[0].length;
  const [all, least = "", comma, most] = written;
  if (all.startsWith("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
  if (all.startsWith("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
  if (all.startsWith("?")) return { least: 0, most: 1 };
  const bound = most === "" ? Number.POSITIVE_INFINITY : Number(most);
  return { least: Number(least), most: comma === "" ? Number(least) : bound };
}

/** Whether something in the row can be there a varying number of times. */
function varies(row: readonly Single[]): boolean {
  return row.some((term) => term.least !== term.most);
}

/** The characters that each way begins with; null when one does not begin with exactly one of a class. */
function firstsOf(choices: readonly Sequence[]): Single[] | null {
  const firsts = choices.map(([first]) => first);
  const fit = (term: Term | undefined): term is Single =>
    term?.kind === "characters" && term.least === 1 && term.most === 1;
  return firsts.every(fit) ? firsts : null;
}

/** Whether it is plain where each turn of a repeated group begins and which of its ways it takes, so that there is nothing to try again. */
function isPlain(choices: readonly Sequence[]): boolean {
  const rows = choices.flatMap(rowsOf);
  const firsts = firstsOf(choices);
  if (firsts === null) return rows.length === 1 && !rows.some(varies);
  if (firsts.some((first, index) => firsts.slice(index + 1).some((other) => share(first, other)))) return false;
  const isFixed = rows.length === choices.length && !rows.some(varies);
  return isFixed || rows.every(([, ...rest]) => rest.every((term) => !firsts.some((first) => share(first, term))));
}

function repeatsARepeat(choices: readonly Sequence[]): boolean {
  return choices.some((terms) =>
    terms.some((term) => {
      if (term.kind !== "group") return false;
      return repeatsARepeat(term.choices) || (term.most >= MANY && !isPlain(term.choices));
    }),
  );
}

/** The ways through one term: a group that repeats is one repeat of all that is in it. */
function waysThrough(term: Term): Single[][] {
  if (term.kind === "characters") return [[term]];
  const ways = term.choices.flatMap(rowsOf);
  if (term.most < MANY) return term.least === 0 ? [...ways, []] : ways;
  const set = new Set(ways.flat().flatMap((single) => [...single.set]));
  const all: Single = { kind: "characters", set, least: term.least, most: term.most };
  const firsts = isPlain(term.choices) ? firstsOf(term.choices) : null;
  if (firsts === null) return [[all]];
  return [...firsts.map((first) => [first, { ...all, least: 0 }]), ...(term.least === 0 ? [[]] : [])];
}

/** All ways through a sequence, each as one row of single characters. */
function rowsOf(terms: Sequence): Single[][] {
  let rows: Single[][] = [[]];
  for (const term of terms) rows = rows.flatMap((row) => waysThrough(term).map((way) => [...row, ...way]));
  return rows;
}

function share(one: Single, other: Single): boolean {
  return [...one.set].some((code) => other.set.has(code));
}

/** Two repeats that can share what stands between and in them: where the one ends and the other begins is tried at every place. */
function sharesRepeats(row: readonly Single[]): boolean {
  return row.some((first, index) => {
    if (first.most < MANY) return false;
    for (const next of row.slice(index + 1)) {
      if (next.most >= MANY && share(first, next)) return true;
      if (next.least > 0 && !share(first, next)) return false;
    }
    return false;
  });
}

/** The rows inside groups that repeat. */
function innerRows(choices: readonly Sequence[]): Single[][] {
  return choices.flat().flatMap((term) => {
    if (term.kind !== "group") return [];
    return [...(term.most < MANY ? [] : term.choices.flatMap(rowsOf)), ...innerRows(term.choices)];
  });
}

/** What is wrong with a pattern; null when it takes linear time, whatever it is given. */
export function complaintOfPattern(source: string, flags: string): string | null {
  if (/\\[1-9k]/.test(source)) return "refers back to a group";
  const choices = readChoices({ source, flags, at: 0 });
  if (repeatsARepeat(choices)) return "repeats a repeat or a choice";
  const rows = choices.flatMap(rowsOf);
  if (rows.some(sharesRepeats) || innerRows(choices).some(sharesRepeats))
    return "has two repeats that can share characters";
  const anchored = flags.includes("y") || (choices.length === 1 && source.startsWith("^"));
  const asserts = /\$|\\[bB]|\(\?[=!]/.test(source);
  const search = rows.some((row) => (row[0]?.most ?? 0) >= MANY && (row.length > 1 || asserts));
  return search && !anchored ? "searches for something that begins with a repeat" : null;
}

export interface FoundPattern {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** The patterns written in a file; one that is put together as text, which cannot be looked at, has the source `(?`. */
export function patternsOf(path: string, text: string): FoundPattern[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const found: FoundPattern[] = [];
  const visit = (node: ts.Node): void => {
    const place = `${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push({ place, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    } else if (ts.isNewExpression(node) && node.expression.getText(file) === "RegExp")
      found.push({ place, source: "(?", flags: "" });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
