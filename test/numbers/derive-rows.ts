// Derives the rows of plan-rows.ts from libphonenumber's metadata: which beginnings a country's numbers have, with how many digits, and whether people there dial
// a trunk prefix before them. derive-rows.test.ts holds the committed rows to it; `vitest -u` on that test writes them anew.

import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import metadata from "libphonenumber-js/metadata.max.json";
import { type Random, seededRandom } from "../../src/base/index.ts";
import { canMatch, type DigitPattern, expansionsOf, parseDigitPattern } from "./digit-pattern.ts";

/** What libphonenumber keeps of a country, by place in its array. */
type CountryMetadata = readonly [
  callingCode: string,
  internationalPrefix: string,
  pattern: string,
  lengths: readonly number[],
  formats: unknown,
  trunkPrefix?: string | 0,
  trunkRule?: unknown,
  trunkPattern?: string | 0,
  trunkTransform?: unknown,
  trunkOptional?: unknown,
  leadingDigits?: unknown,
  types?: readonly (readonly [pattern: string, lengths?: readonly number[]] | 0)[],
  preferredInternationalPrefix?: string | 0,
];

/** `0` before a trunk prefix, `-` whole, `x` in a way of their own. */
type Dialled = "0" | "-" | "x";

const COUNTRIES = metadata.countries as unknown as Readonly<Record<string, CountryMetadata>>;
const CODES = metadata.country_calling_codes as unknown as Readonly<Record<string, readonly string[]>>;
const DEPTH_LEAST = 2;
const DEPTH_MOST = 4;
const SAMPLES = 6;
/** Fewer digits are not dialled from abroad, and mostly services. */
const DIGITS_LEAST = 4;
/** Calling code included: ITU-T E.164. Russia's metadata has a few longer ones. */
const GLOBAL_DIGITS_MOST = 15;
const DIGITS_MOST = 13;
/** Longer ones select one of many carriers, and nobody sends them to a trunk. */
const INTERNATIONAL_DIGITS_MOST = 5;
/** Where the metadata names no usual one. */
const USUAL_PREFIXES = ["00", "001", "002", "011"];
/** Seven digits are dialled in one area, and begin as other areas' numbers do. */
const LOCAL_IN_NORTH_AMERICA = 7;

export interface DerivedRow {
  readonly callingCode: string;
  /** The usual one first. */
  readonly internationalPrefixes: readonly string[];
  readonly trunkPrefix: string;
  /** `0:9:2-5,7` for numbers of nine digits that begin so and are dialled behind the trunk prefix; groups parted by blanks. */
  readonly numbers: string;
}

interface Territory {
  readonly code: string;
  readonly patterns: readonly DigitPattern[];
  readonly lengths: readonly number[];
  readonly trunk: string;
}

function metadataOf(country: string): CountryMetadata {
  const row = COUNTRIES[country];
  if (row === undefined) throw new Error(`libphonenumber knows no ${country}`);
  return row;
}

function patternsOf(country: string): readonly DigitPattern[] {
  const row = metadataOf(country);
  const types = (row[11] ?? []).flatMap((type) => (type === 0 || type === undefined ? [] : [type[0]]));
  return [...new Set(types.length > 0 ? types : [row[2]])].map(parseDigitPattern);
}

/** Countries of one calling code are dialled from each other as from within. */
function territoryOf(country: string): Territory {
  const [code, , , , , trunk] = metadataOf(country);
  const countries = CODES[code] ?? [];
  const rows = countries.map(metadataOf);
  const lengths = [...new Set(rows.flatMap((row) => row[3]))].sort((one, other) => one - other);
  return {
    code,
    patterns: countries.flatMap(patternsOf),
    lengths: lengths.filter((length) => {
      if (code === "1" && length === LOCAL_IN_NORTH_AMERICA) return false;
      return length >= DIGITS_LEAST && length <= Math.min(DIGITS_MOST, GLOBAL_DIGITS_MOST - code.length);
    }),
    trunk: String(trunk || ""),
  };
}

/** Whether any number of this many digits begins so. */
function exists({ patterns }: Territory, prefix: string, length: number): boolean {
  return patterns.some((pattern) => canMatch(pattern, prefix, length));
}

function sampleOf(territory: Territory, prefix: string, by: { length: number; pick: () => number }): string {
  let number = prefix;
  while (number.length < by.length) {
    let digit = by.pick() % 10;
    while (!exists(territory, number + digit, by.length)) digit = (digit + 1) % 10;
    number += digit;
  }
  return number;
}

function dialledAs({ code, trunk }: Territory, number: string): Dialled {
  const written = parsePhoneNumberFromString(`+${code}${number}`)?.formatNational() ?? "";
  // Digits without a blank between them are what is left of a number for which there is no form.
  if (trunk !== "" && written === number) return "0";
  const digits = written.replace(/\D/g, "");
  if (digits === number) return number.startsWith(trunk || "x") ? "x" : "-";
  return trunk !== "" && digits === trunk + number ? "0" : "x";
}

/** Beginnings under `prefix` of numbers of one length, each with how they are dialled. */
function beginningsUnder(territory: Territory, prefix: string, length: number): (readonly [string, Dialled])[] {
  // A zero behind a zero is no number of the country.
  if (!exists(territory, prefix, length) || (territory.trunk === "0" && prefix.startsWith("0"))) return [];
  if (prefix.length < DEPTH_LEAST) {
    return [..."0123456789"].flatMap((digit) => beginningsUnder(territory, prefix + digit, length));
  }
  const random = seededRandom(Number(territory.code + prefix + length));
  const pick = (): number => random.uint32();
  const ways = new Set<Dialled>();
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    ways.add(dialledAs(territory, sampleOf(territory, prefix, { length, pick })));
  }
  if (ways.size > 1 && prefix.length < DEPTH_MOST) {
    return [..."0123456789"].flatMap((digit) => beginningsUnder(territory, prefix + digit, length));
  }
  const [only = "0"] = ways;
  return [[prefix, ways.size === 1 ? only : ways.has("0") ? "0" : "-"]];
}

/** Ten beginnings that differ in their last digit alone are one; what is left in a row is `20-24`. */
function compress(beginnings: readonly string[]): string {
  const set = new Set(beginnings);
  for (let depth = DEPTH_MOST; depth > 1; depth -= 1) {
    for (const prefix of new Set([...set].filter((one) => one.length === depth).map((one) => one.slice(0, -1)))) {
      const all = [..."0123456789"].map((digit) => prefix + digit);
      if (!all.every((one) => set.has(one))) continue;
      for (const one of all) set.delete(one);
      set.add(prefix);
    }
  }
  const runs: string[][] = [];
  for (const one of [...set].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const last = runs.at(-1)?.at(-1);
    const follows = last !== undefined && last.length === one.length && Number(one) === Number(last) + 1;
    if (follows) runs.at(-1)?.push(one);
    else runs.push([one]);
  }
  return runs.map((run) => (run.length > 1 ? `${run[0]}-${run.at(-1)}` : run[0])).join(",");
}

function numbersOf(territory: Territory): string {
  const groups = new Map<string, string[]>();
  for (const length of territory.lengths) {
    for (const [prefix, dialled] of beginningsUnder(territory, "", length)) {
      const key = `${dialled}:${length}`;
      groups.set(key, [...(groups.get(key) ?? []), prefix]);
    }
  }
  const kept = [...groups].filter(([key]) => !key.startsWith("x"));
  return kept.map(([key, prefixes]) => `${key}:${compress(prefixes)}`).join(" ");
}

function internationalPrefixesOf([, pattern, , , , , , , , , , , preferred]: CountryMetadata): readonly string[] {
  const all = expansionsOf(parseDigitPattern(pattern), 1000).filter((one) => one.length <= INTERNATIONAL_DIGITS_MOST);
  const named = typeof preferred === "string" ? [preferred.replace(/\D/g, "")] : USUAL_PREFIXES;
  const usual = named.filter((one) => all.includes(one)).slice(0, 1);
  return [...new Set([...usual, ...all.sort((one, other) => one.length - other.length)])];
}

export function deriveRow(country: string): DerivedRow {
  const territory = territoryOf(country);
  return {
    callingCode: territory.code,
    internationalPrefixes: internationalPrefixesOf(metadataOf(country)),
    trunkPrefix: territory.trunk,
    numbers: numbersOf(territory),
  };
}

/** Numbers of the country as the metadata has them, E.164, the first `count` that come up. */
export function sampleNumbers(country: string, count: number, random: Random): readonly string[] {
  const { code, patterns, lengths, trunk } = territoryOf(country);
  const own = { code, lengths, trunk, patterns: country === "US" || country === "RU" ? patterns : patternsOf(country) };
  const possible = lengths.filter((length) => exists(own, "", length));
  const numbers = new Set<string>();
  for (let round = 0; numbers.size < count && round < count * 20; round += 1) {
    const length = possible[random.uint32() % possible.length] ?? 0;
    const number = sampleOf(own, "", { length, pick: () => random.uint32() });
    const isZeroes = trunk === "0" && number.startsWith("0");
    if (!isZeroes && dialledAs(own, number) !== "x") numbers.add(`+${code}${number}`);
  }
  return [...numbers];
}
