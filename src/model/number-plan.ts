// How numbers are dialled in a country, as far as it takes to read a national number (ITU-T E.164 Supplement on dialling procedures).

export interface NumberPlan {
  /** Without `+`. */
  readonly callingCode: string;
  /** What is dialled before a foreign country's calling code. */
  readonly internationalPrefix: string;
  /** What is dialled before a national number at home; empty where numbers are dialled whole without one. */
  readonly nationalPrefix: string;
  /** Digits of a national number without the prefix, fewest and most. */
  readonly nationalDigits: readonly [number, number];
}

type Row = readonly [callingCode: string, international: string, national: string, fewest: number, most: number];

const ROWS: Readonly<Record<string, Row>> = {
  AT: ["43", "00", "0", 4, 13],
  AU: ["61", "0011", "0", 9, 9],
  BE: ["32", "00", "0", 8, 9],
  BR: ["55", "00", "0", 10, 11],
  CA: ["1", "011", "1", 10, 10],
  CH: ["41", "00", "0", 9, 9],
  CZ: ["420", "00", "", 9, 9],
  DE: ["49", "00", "0", 5, 12],
  DK: ["45", "00", "", 8, 8],
  ES: ["34", "00", "", 9, 9],
  FI: ["358", "00", "0", 5, 12],
  FR: ["33", "00", "0", 9, 9],
  GB: ["44", "00", "0", 9, 10],
  GR: ["30", "00", "", 10, 10],
  IE: ["353", "00", "0", 7, 10],
  IN: ["91", "00", "0", 10, 10],
  IT: ["39", "00", "", 6, 11],
  JP: ["81", "010", "0", 9, 10],
  MX: ["52", "00", "", 10, 10],
  NL: ["31", "00", "0", 9, 9],
  NO: ["47", "00", "", 8, 8],
  NZ: ["64", "00", "0", 8, 10],
  PL: ["48", "00", "", 9, 9],
  PT: ["351", "00", "", 9, 9],
  SE: ["46", "00", "0", 6, 10],
  US: ["1", "011", "1", 10, 10],
  ZA: ["27", "00", "0", 9, 9],
};

/** The countries whose numbers can be read, as ISO 3166 writes them. */
export const KNOWN_COUNTRIES: readonly string[] = Object.keys(ROWS);

/** Null for a country that is not known here: its numbers are taken as dialled. */
export function numberPlanOf(country: string): NumberPlan | null {
  const row = Object.hasOwn(ROWS, country) ? ROWS[country] : undefined;
  if (row === undefined) return null;
  const [callingCode, internationalPrefix, nationalPrefix, fewest, most] = row;
  return { callingCode, internationalPrefix, nationalPrefix, nationalDigits: [fewest, most] };
}
