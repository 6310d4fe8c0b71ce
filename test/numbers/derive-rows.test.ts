// The committed rows are those that follow from the library's metadata. After an update of the library: `npm run unit -- test/numbers -u`.
import { expect, it } from "vitest";
import { deriveRow } from "./derive-rows.ts";
import { canMatch, expansionsOf, parseDigitPattern } from "./digit-pattern.ts";

/** Countries whose numbers are written by rules that these rows can say: Argentina's mobile numbers, for one, are not. */
const COUNTRIES =
  "AE AT AU BE BG BR CA CH CL CN CO CY CZ DE DK EE EG ES FI FR GB GR HK HR HU ID IE IL IN IS IT JP KE KR KZ LT LU LV MA MT MX MY NG NL NO NZ PE PH PK PL PT RO RS RU SA SE SG SI SK TH TR TW UA US VN ZA".split(
    " ",
  );

const HEAD = `// How numbers are dialled in each country, by ISO 3166: \`calling code|international prefixes, the usual one first|trunk prefix|numbers\`. Of the numbers
// each group says how they are dialled at home (\`0\` behind the trunk prefix, \`-\` without), how many digits they have, and how they begin.
//
// Derived from the metadata of libphonenumber by test/numbers/derive-rows.ts, and not edited by hand: derive-rows.test.ts there says how it is made anew.

export const PLAN_ROWS: Readonly<Record<string, string>> = {
`;

function lineOf(country: string): string {
  const { callingCode, internationalPrefixes, trunkPrefix, numbers } = deriveRow(country);
  const row = `"${[callingCode, internationalPrefixes.join(","), trunkPrefix, numbers].join("|")}"`;
  return `  ${country}: ${row},`;
}

it("derives the rows", { timeout: 120_000 }, async () => {
  await expect(`${HEAD}${COUNTRIES.map(lineOf).join("\n")}\n};\n`).toMatchFileSnapshot(
    "../../src/model/number-plan/plan-rows.ts",
  );
});

it("reads the patterns of the metadata", () => {
  const pattern = parseDigitPattern("1(?:[02-4]\\d|5)|9{2,3}");
  expect(["10", "15", "99", "98", "16"].map((prefix) => canMatch(pattern, prefix, 3))).toEqual([
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(canMatch(pattern, "15", 2)).toBe(true);
  expect(expansionsOf(parseDigitPattern("0(?:0|1[2-4])?"), 9)).toEqual(["0", "00", "012", "013", "014"]);
  expect(() => parseDigitPattern("1+")).toThrow("not understood");
});
