// How numbers are dialled in a country, as far as it takes to read and write them.

import { PLAN_ROWS } from "./plan-rows.ts";

/** Lengths of national numbers with one beginning, a bit for each count of digits. */
interface Lengths {
  /** Dialled behind the trunk prefix. */
  trunk: number;
  /** Dialled without it. */
  whole: number;
}

export interface NumberPlan {
  /** Without `+`. */
  readonly callingCode: string;
  /** What is dialled before a foreign country's calling code, the usual one first. */
  readonly internationalPrefixes: readonly string[];
  /** What is dialled before a national number at home; empty where there is none. */
  readonly trunkPrefix: string;
  /** Digits of the code of a long-distance operator that may stand behind the trunk prefix (Brazil: `0 15 11 …`). */
  readonly operatorDigits: number;
  /** By how numbers begin; a number belongs to the shortest beginning that is there. */
  readonly beginnings: ReadonlyMap<string, Lengths>;
  /** First two digits of all beginnings that have two. */
  readonly pairs: ReadonlySet<string>;
  /** Lengths of all national numbers. */
  readonly lengths: number;
}

/** How a national number is dialled at home. */
export type NationalForm = "trunk" | "whole";

/** Beginnings in the rows have no more digits. */
const BEGINNING_MOST = 4;
/** Fewer digits without a trunk prefix are a service or an extension before they are a number: `131450`, `02800`. */
const WHOLE_DIGITS_LEAST = 7;
/** Where the operator's code stands between prefix and number. */
const OPERATOR_DIGITS: Readonly<Record<string, number>> = { BR: 2 };

/** `2-5,71` as 2, 3, 4, 5, 71; a run keeps the zeros that it begins with. */
function expand(prefixes: string): string[] {
  return prefixes.split(",").flatMap((run) => {
    const [from = "", to = from] = run.split("-");
    const count = Number(to) - Number(from) + 1;
    return Array.from({ length: count }, (_none, index) => String(Number(from) + index).padStart(from.length, "0"));
  });
}

function parseRow(country: string, row: string): NumberPlan {
  const [callingCode = "", internationalPrefixes = "", trunkPrefix = "", numbers = ""] = row.split("|");
  const beginnings = new Map<string, Lengths>();
  let lengths = 0;
  for (const group of numbers.split(" ")) {
    const [dialled, digits, prefixes = ""] = group.split(":");
    const bit = 1 << Number(digits);
    lengths |= bit;
    for (const prefix of expand(prefixes)) {
      const known = beginnings.get(prefix) ?? { trunk: 0, whole: 0 };
      known[dialled === "-" ? "whole" : "trunk"] |= bit;
      beginnings.set(prefix, known);
    }
  }
  return {
    callingCode,
    internationalPrefixes: internationalPrefixes.split(","),
    trunkPrefix,
    operatorDigits: OPERATOR_DIGITS[country] ?? 0,
    beginnings,
    pairs: new Set([...beginnings.keys()].map((beginning) => beginning.slice(0, 2))),
    lengths,
  };
}

const PLANS: ReadonlyMap<string, NumberPlan> = new Map(
  Object.entries(PLAN_ROWS).map(([country, row]) => [country, parseRow(country, row)]),
);
/** Countries of one calling code have the same numbers. */
const BY_CODE: ReadonlyMap<string, NumberPlan> = new Map([...PLANS.values()].map((plan) => [plan.callingCode, plan]));

/** The countries whose numbers can be read, as ISO 3166 writes them. */
export const KNOWN_COUNTRIES: readonly string[] = [...PLANS.keys()];

/** Null for a country that is not known here: its numbers are taken as dialled. */
export function numberPlanOf(country: string): NumberPlan | null {
  return PLANS.get(country) ?? null;
}

/** The plan of the country that a number without its `+` belongs to; null for one that is not known here. */
export function numberPlanOfNumber(digits: string): NumberPlan | null {
  for (let length = 1; length <= 3; length += 1) {
    const plan = BY_CODE.get(digits.slice(0, length));
    if (plan !== undefined) return plan;
  }
  return null;
}

/** How people at home dial this national number, trunk prefix aside; null for digits that are no national number. */
export function nationalFormOf({ beginnings }: NumberPlan, digits: string): NationalForm | null {
  const bit = digits.length < 31 ? 1 << digits.length : 0;
  for (let length = 1; length <= BEGINNING_MOST; length += 1) {
    const lengths = beginnings.get(digits.slice(0, length));
    if (lengths === undefined) continue;
    if ((lengths.trunk & bit) !== 0) return "trunk";
    if ((lengths.whole & bit) !== 0) return "whole";
  }
  return null;
}

/**
 * Whether digits that stood behind a trunk prefix or a calling code are a national number. A beginning of which nothing is known may have been
 * given out since: then it is enough that numbers of the country can be of this length.
 */
export function isNationalNumber(plan: NumberPlan, digits: string): boolean {
  if (nationalFormOf(plan, digits) !== null) return true;
  const isNew = !plan.pairs.has(digits.slice(0, 2)) && !plan.pairs.has(digits.charAt(0));
  const isLong = digits.length >= WHOLE_DIGITS_LEAST && digits.length < 31;
  return isNew && !digits.startsWith("0") && isLong && (plan.lengths & (1 << digits.length)) !== 0;
}

/** Whether digits that stand alone are a national number as people at home dial it, and no service or extension. */
export function isDialledWhole(plan: NumberPlan, digits: string): boolean {
  return digits.length >= WHOLE_DIGITS_LEAST && nationalFormOf(plan, digits) === "whole";
}

/** The same of a peer that leaves trunk prefixes out. */
export function isWithoutTrunkPrefix(plan: NumberPlan, digits: string): boolean {
  return digits.length >= WHOLE_DIGITS_LEAST && nationalFormOf(plan, digits) !== null;
}
