// How numbers are dialled in a country, as far as it takes to read and write a national number: ITU-T E.164, the ITU's list of dialling procedures
// (Operational Bulletin 994) and the numbering plans that the national authorities publish.

export interface NumberPlan {
  /** Without `+`. */
  readonly callingCode: string;
  /** What is dialled before a foreign country's calling code. */
  readonly internationalPrefix: string;
  /** What is dialled before a national number at home; empty where numbers are dialled whole without one. */
  readonly nationalPrefix: string;
  /** Digits of a national number without the prefix, fewest and most. */
  readonly nationalDigits: readonly [number, number];
  /** What a national number can begin with, prefix aside: what begins otherwise is a service within the country (`112`, `4711`). */
  readonly leadingDigits: string;
  /** Whether national numbers are also dialled without the prefix, and written without it (North America). */
  readonly prefixOptional: boolean;
  /** Digits of the code of a long-distance operator that may stand behind the prefix (Brazil: `0 15 11 …`). */
  readonly operatorDigits: number;
}

type Row = readonly [
  callingCode: string,
  international: string,
  national: string,
  fewest: number,
  most: number,
  leading?: string,
];

const ANY = "123456789";

const ROWS: Readonly<Record<string, Row>> = {
  AE: ["971", "00", "0", 8, 9],
  AT: ["43", "00", "0", 4, 13],
  AU: ["61", "0011", "0", 9, 9, "234578"],
  BE: ["32", "00", "0", 8, 9],
  BG: ["359", "00", "0", 7, 9],
  BR: ["55", "00", "0", 10, 11],
  CA: ["1", "011", "1", 10, 10, "23456789"],
  CH: ["41", "00", "0", 9, 9],
  CZ: ["420", "00", "", 9, 9, "23456789"],
  DE: ["49", "00", "0", 5, 12],
  DK: ["45", "00", "", 8, 8, "23456789"],
  EE: ["372", "00", "", 7, 8, "345678"],
  ES: ["34", "00", "", 9, 9, "56789"],
  FI: ["358", "00", "0", 5, 12],
  FR: ["33", "00", "0", 9, 9],
  GB: ["44", "00", "0", 9, 10],
  GR: ["30", "00", "", 10, 10, "25678"],
  HR: ["385", "00", "0", 7, 9],
  HU: ["36", "00", "06", 8, 9],
  IE: ["353", "00", "0", 7, 10],
  IL: ["972", "00", "0", 8, 9],
  IN: ["91", "00", "0", 10, 10],
  IT: ["39", "00", "", 6, 11, "03578"],
  JP: ["81", "010", "0", 9, 10],
  KR: ["82", "00", "0", 8, 10],
  LT: ["370", "00", "0", 8, 8],
  LU: ["352", "00", "", 6, 11, "23456789"],
  LV: ["371", "00", "", 8, 8, "26789"],
  MX: ["52", "00", "", 10, 10, "23456789"],
  MY: ["60", "00", "0", 8, 10],
  NL: ["31", "00", "0", 7, 10],
  NO: ["47", "00", "", 8, 8, "23456789"],
  NZ: ["64", "00", "0", 8, 10],
  PL: ["48", "00", "", 9, 9, "23456789"],
  PT: ["351", "00", "", 9, 9, "236789"],
  RO: ["40", "00", "0", 9, 9],
  SE: ["46", "00", "0", 6, 10],
  SG: ["65", "000", "", 8, 8, "3689"],
  SI: ["386", "00", "0", 8, 8],
  SK: ["421", "00", "0", 9, 9],
  TH: ["66", "001", "0", 8, 9],
  TR: ["90", "00", "0", 10, 10],
  UA: ["380", "00", "0", 9, 9],
  US: ["1", "011", "1", 10, 10, "23456789"],
  ZA: ["27", "00", "0", 9, 9],
};

/** Where the operator's code stands between prefix and number. */
const OPERATOR_DIGITS: Readonly<Record<string, number>> = { "55": 2 };

/** The countries whose numbers can be read, as ISO 3166 writes them. */
export const KNOWN_COUNTRIES: readonly string[] = Object.keys(ROWS);

function planOf(row: Row): NumberPlan {
  const [callingCode, internationalPrefix, nationalPrefix, fewest, most, leadingDigits = ANY] = row;
  return {
    callingCode,
    internationalPrefix,
    nationalPrefix,
    nationalDigits: [fewest, most],
    leadingDigits,
    prefixOptional: callingCode === "1",
    operatorDigits: OPERATOR_DIGITS[callingCode] ?? 0,
  };
}

const PLANS: ReadonlyMap<string, NumberPlan> = new Map(
  Object.entries(ROWS).map(([country, row]) => [country, planOf(row)]),
);
/** The countries of one calling code dial alike here. */
const BY_CODE: ReadonlyMap<string, NumberPlan> = new Map(Object.values(ROWS).map((row) => [row[0], planOf(row)]));

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

/** Whether the digits can be a national number of this plan, prefix aside. */
export function fitsPlan({ nationalDigits, leadingDigits }: NumberPlan, digits: string): boolean {
  const [fewest, most] = nationalDigits;
  return digits.length >= fewest && digits.length <= most && leadingDigits.includes(digits.charAt(0));
}
