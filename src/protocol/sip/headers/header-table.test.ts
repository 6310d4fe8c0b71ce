// All headers at once: each is in the table and in the list of what is covered, reads its samples, and never throws.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HeaderCodec } from "../header-codec.ts";
import { headerId, headerName, headerSpelling } from "../header-names.ts";
import { load } from "../loaded-text.ts";
import { findNameIn } from "../name-finder.ts";
import * as header from "./all-headers.ts";
import { HEADER_TABLE } from "./header-table.ts";
import { SAMPLE_VALUES } from "./sample-values.ts";

const coverage = readFileSync(new URL("../../../../docs/rfc-coverage.md", import.meta.url), "utf8");
const rows = HEADER_TABLE.map(({ codec, ...row }) => [codec.name, { codec, ...row }] as const);
const names = rows.map(([name]) => name);

describe("the table", () => {
  test("holds each header once, and each compact form", () => {
    expect(new Set(names).size).toBe(names.length);
    const letters = HEADER_TABLE.flatMap(({ compact }) => (compact === undefined ? [] : [compact]));
    expect(letters.toSorted().join("")).toBe("abcdefijklmnorstuvxy");
    for (const { compact, spelling, codec } of HEADER_TABLE) {
      if (compact !== undefined) expect(headerName(compact.toUpperCase())).toBe(codec.name);
      if (spelling !== undefined) expect(spelling.toLowerCase()).toBe(codec.name);
    }
  });

  test("holds every codec that the room gives away, but those for the first of a list", () => {
    const codecs = Object.values(header).filter(
      (value) => typeof value === "object" && "parse" in value,
    ) as HeaderCodec<unknown>[];
    const missing = codecs.filter((codec) => !HEADER_TABLE.some((row) => row.codec === codec));
    expect(missing).toEqual([header.firstContact, header.topVia]);
    expect(codecs.length).toBe(HEADER_TABLE.length + 2);
  });

  test("names what a call carries in spellings that are found without a look-up", () => {
    for (const name of names.slice(0, 16)) {
      load(`${headerSpelling(name)}: x`);
      expect(findNameIn(0), name).toBe(headerId(name) * 65_536 + name.length);
    }
  });

  test.each(rows)("names %s with its source in docs/rfc-coverage.md", (name, { source, compact }) => {
    const form = compact === undefined ? "" : ` (\`${compact}\`)`;
    expect(coverage).toContain(`| \`${headerSpelling(name)}\`${form} | ${source} |`);
  });

  test("and docs/rfc-coverage.md name the same headers", () => {
    const listed = [...coverage.matchAll(/^\| `([\w-]+)`(?: \(`\w`\))? \| (?:RFC|draft)/gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(names.map(headerSpelling).toSorted());
  });

  test("has samples for each header", () => expect(Object.keys(SAMPLE_VALUES).toSorted()).toEqual(names.toSorted()));
});

/** Reads, writes and reads again; null where the text is malformed. */
function readTwice({ parse, format }: HeaderCodec<unknown>, text: string): unknown {
  const value = parse(text);
  if (value === null) return null;
  const written = format(value);
  expect(parse(written), JSON.stringify({ text, written })).toEqual(value);
  expect(format(parse(written)), "what is written stays as it is").toBe(written);
  return value;
}

const FRAGMENTS = [
  ",",
  ";",
  '"',
  "\\",
  "<",
  ">",
  "=",
  "(",
  ")",
  " ",
  "\t",
  "/",
  ":",
  "@",
  "*",
  "?",
  "[",
  "]",
  "%",
  ".",
  "0",
  "a=b",
];
const noise = fc.oneof(
  fc.constantFrom(...FRAGMENTS),
  fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
);

/** A sample with up to four places struck out or written over. */
function spoilt(samples: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(200), length: fc.nat(3), by: fc.oneof(fc.constant(""), noise, noise) });
  return fc.tuple(fc.constantFrom(...samples), fc.array(edit, { maxLength: 4 })).map(([sample, edits]) => {
    let text = sample;
    for (const { at, length, by } of edits) {
      const start = at % (text.length + 1);
      text = text.slice(0, start) + by + text.slice(start + length);
    }
    return text;
  });
}

describe.each(rows)("%s", (name, { codec }) => {
  const samples = SAMPLE_VALUES[name] ?? [];

  test("reads its samples, and reads what it writes the same", () => {
    for (const sample of samples) expect(readTwice(codec, sample), sample).not.toBeNull();
  });

  test("takes any text, broken samples above all, and never throws", () => {
    fc.assert(
      fc.property(spoilt(samples), (text) => void readTwice(codec, text)),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string({ unit: noise }), (text) => void readTwice(codec, text)),
      { numRuns: 100 },
    );
  });
});
