// What people dial for help in each country, besides what every mobile phone knows. From libphonenumber's metadata of short numbers (the numbers
// that it calls emergency), with the police, fire and medical numbers of South Africa and Spain that it lacks.

/** Dialled for help by somebody somewhere, whatever the country: the numbers of Europe, of North America and of Britain. */
const EVERYWHERE = ["112", "911", "999"];

const BY_COUNTRY: Readonly<Record<string, string>> = {
  AE: "997 998",
  AT: "122 133 144",
  AU: "000 106",
  BE: "100 101",
  BG: "150 160 166",
  BR: "128 190 192 193",
  CH: "117 118 144",
  CL: "131 132 133",
  CN: "110 119 120",
  CO: "119 123 132 156",
  CY: "199",
  CZ: "150 151 152 153 154 155 156 157 158 159",
  DE: "110",
  DK: "114",
  EE: "110",
  EG: "122 123 180",
  ES: "061 062 080 085 088 091 092",
  FR: "15 17 18",
  GR: "100 166 199",
  HK: "992",
  HR: "93 94 192 193 194",
  HU: "104 105 107",
  ID: "110 113 118 119",
  IL: "100 101 102",
  IN: "100 101 102 108",
  IT: "113 115 118",
  JP: "110 119",
  KE: "114",
  KR: "119",
  KZ: "101 102 103",
  LT: "01 02 03 101 102 103",
  LU: "113",
  LV: "01 02 03 110 113",
  MA: "15 19 177",
  MX: "060 065 066 068 080",
  NG: "199",
  NO: "110 113",
  NZ: "111",
  PE: "105 116 117",
  PH: "117",
  PK: "15 16 115 1122",
  PL: "997 998",
  PT: "115",
  RS: "92 93 94",
  RU: "01 02 03 101 102 103",
  SA: "997",
  SG: "993 995",
  SI: "113",
  SK: "150 155 158",
  TH: "191 199 1669",
  TR: "110 155",
  TW: "110 119",
  UA: "101 102 103",
  VN: "113 114 115",
  ZA: "10111 10177",
};

/** Where this number calls for help; null where it does so nowhere. A country as in ISO 3166, or `everywhere`. */
export function whereItCallsForHelp(number: string): string | null {
  if (EVERYWHERE.includes(number)) return "everywhere";
  return Object.entries(BY_COUNTRY).find(([, numbers]) => numbers.split(" ").includes(number))?.[0] ?? null;
}

/** The number by which the way of emergency calls is tried in a country without anybody being disturbed; null where none is known. */
export function emergencyTestNumberOf(country: string | null): string | null {
  return country === "US" || country === "CA" ? "933" : null;
}

/** As dialled, without doubles. Null for no country: what is dialled everywhere. */
export function emergencyNumbersOf(country: string | null): readonly string[] {
  const own = country === null ? undefined : BY_COUNTRY[country];
  return own === undefined ? EVERYWHERE : [...EVERYWHERE, ...own.split(" ")];
}
