// Our own reading of numbers against a library that knows the world's numbering plans: what it calls a number, we read as the same.
import { type CountryCode as Country, getCountries, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { formatNumber, type Notation, normalizeNumber } from "../../src/engine/routing/index.ts";
import { emergencyNumbersOf, KNOWN_COUNTRIES, nationalFormOf, numberPlanOf } from "../../src/model/index.ts";
import { sampleNumbers } from "./derive-rows.ts";

const notation = (
  format: Notation["format"],
  trunkPrefix: Notation["trunkPrefix"] = "auto",
  country: string | null = null,
): Notation => ({ format, trunkPrefix, country });
const NATIONAL = notation("national");

/** Real numbers of switchboards and lines, each as people there write it. */
const WRITTEN: readonly (readonly [Country, string])[] = [
  ["US", "(212) 555-0123"],
  ["US", "1-800-555-0199"],
  ["CA", "416 555 0134"],
  ["GB", "020 7946 0018"],
  ["GB", "01632 960001"],
  ["GB", "07700 900123"],
  ["GB", "0800 496 0123"],
  ["DE", "030 901820"],
  ["DE", "0151 23456789"],
  ["DE", "0800 3301000"],
  ["DE", "089 233 00"],
  ["FR", "01 42 68 53 00"],
  ["FR", "06 12 34 56 78"],
  ["NL", "020 624 1111"],
  ["NL", "0800 1351"],
  ["SE", "08-465 004 00"],
  ["SE", "070-174 06 05"],
  ["CH", "044 668 18 00"],
  ["AU", "02 9876 5432"],
  ["AU", "0412 345 678"],
  ["IN", "022 2278 2000"],
  ["IN", "098765 43210"],
  ["BR", "(011) 2345-6789"],
  ["BR", "0 15 11 96123-4567"],
  ["JP", "03-3224-5000"],
  ["JP", "090-1234-5678"],
  ["ZA", "012 395 8000"],
  ["IT", "06 698 12345"],
  ["IT", "312 345 6789"],
  ["ES", "912 345 678"],
  ["AT", "01 4000"],
  ["BE", "02 555 12 12"],
  ["PL", "22 123 45 67"],
  ["MX", "55 5123 4567"],
  ["HU", "06 1 234 5678"],
  ["NZ", "09 300 1234"],
];

describe("the numbering plans", () => {
  it.each(WRITTEN)("%s: %s", (country, written) => {
    const theirs = parsePhoneNumberFromString(written, country);
    expect(theirs?.number).toBeDefined();
    expect(normalizeNumber(written, numberPlanOf(country), NATIONAL)).toBe(theirs?.number);
  });

  it("knows countries that exist, at least forty", () => {
    const known: readonly string[] = getCountries();
    expect(KNOWN_COUNTRIES.length).toBeGreaterThanOrEqual(40);
    expect(KNOWN_COUNTRIES.filter((country) => !known.includes(country))).toEqual([]);
  });

  const PER_COUNTRY = 40;

  it(`is held to ${PER_COUNTRY} numbers of each, two thousand and more`, () => {
    expect(KNOWN_COUNTRIES.length * PER_COUNTRY).toBeGreaterThanOrEqual(2000);
  });

  describe.each(KNOWN_COUNTRIES)("of %s", (country) => {
    const plan = numberPlanOf(country);
    const numbers = sampleNumbers(
      country,
      PER_COUNTRY,
      seededRandom(country.charCodeAt(0) * 256 + country.charCodeAt(1)),
    );
    const theirs = (text: string) => parsePhoneNumberFromString(text, country as Country);
    /** What people dial without a trunk prefix and with few digits is a service first. */
    const isService = (number: string): boolean => {
      const digits = number.slice(1 + (plan?.callingCode.length ?? 0));
      return digits.length < 7 && plan !== null && nationalFormOf(plan, digits) === "whole";
    };

    /** Prefixes where nobody dials them are no form of the library's; and of Hong Kong's it takes the longest that fits, whatever is behind it. */
    const isForBoth = ({ format, trunkPrefix }: Notation): boolean =>
      format === "e164" ||
      (format === "national" && trunkPrefix === "auto") ||
      (format === "international" && country !== "HK");

    it("reads what the library writes", () => {
      expect(numbers.length).toBeGreaterThanOrEqual(PER_COUNTRY / 2);
      for (const number of numbers) {
        const known = theirs(number);
        expect(known?.number).toBe(number);
        const national = known?.formatNational() ?? "";
        const international = known?.formatInternational() ?? "";
        expect(normalizeNumber(international, plan, NATIONAL), international).toBe(number);
        // Digits without a blank between them: the library has no form for this number.
        if (national === number.slice(1 + (plan?.callingCode.length ?? 0)) && plan?.trunkPrefix !== "") continue;
        const read = isService(number) ? national.replace(/\D/g, "") : number;
        expect(normalizeNumber(national, plan, NATIONAL), `${number} as ${national}`).toBe(read);
      }
    });

    it.each<Notation>([
      NATIONAL,
      notation("national", "always"),
      notation("international"),
      notation("e164-plain"),
      notation("e164"),
    ])("writes what the library and we ourselves read: %j", (wanted) => {
      for (const number of numbers) {
        const written = formatNumber(number, plan, wanted);
        if (isForBoth(wanted)) expect(theirs(written)?.number, `${number} as ${written}`).toBe(number);
        const isShort = wanted.format === "e164-plain" && written.length < 8;
        if (isShort || (isService(number) && wanted.format === "national")) continue;
        expect(normalizeNumber(written, plan, wanted), `${number} as ${written}`).toBe(number);
      }
    });

    it("is read from a peer that leaves trunk prefixes out, and from abroad", () => {
      const bare = notation("national", "never");
      const elsewhere = numberPlanOf(country === "DE" ? "US" : "DE");
      const there = notation("national", "auto", country === "DE" ? "US" : "DE");
      for (const number of numbers) {
        const written = formatNumber(number, plan, bare);
        expect(written).toBe(number.slice(1 + (plan?.callingCode.length ?? 0)));
        if (written.length >= 7) expect(normalizeNumber(written, plan, bare), written).toBe(number);
        const fromAbroad = formatNumber(number, elsewhere, NATIONAL);
        expect(normalizeNumber(fromAbroad, elsewhere, NATIONAL)).toBe(number);
        expect(formatNumber(number, plan, there)).toBe(fromAbroad);
        expect(normalizeNumber(fromAbroad, plan, there)).toBe(number);
      }
    });

    it("leaves emergency numbers as they are dialled, in every notation", () => {
      for (const dialled of emergencyNumbersOf(country)) {
        for (const format of ["e164", "e164-plain", "national", "international"] as const) {
          for (const trunkPrefix of ["auto", "always", "never"] as const) {
            expect(normalizeNumber(dialled, plan, notation(format, trunkPrefix))).toBe(dialled);
            expect(formatNumber(dialled, plan, notation(format, trunkPrefix))).toBe(dialled);
          }
        }
      }
    });
  });
});

describe("what is no whole number", () => {
  it.each([
    ["DE", "112"],
    ["DE", "110"],
    ["DE", "116117"],
    ["IT", "112"],
    ["IT", "116117"],
    ["IT", "1500"],
    ["ES", "016"],
    ["DK", "1811"],
    ["US", "911"],
    ["US", "311"],
    ["US", "5551234"],
    ["US", "1234567890"],
    ["GB", "999"],
    ["GB", "101"],
    ["GB", "4711"],
    ["AU", "000"],
    ["AU", "131450"],
    ["AU", "1800"],
    ["NO", "02800"],
    ["JP", "119"],
    ["SG", "995"],
    ["FR", "3631"],
    ["FR", "15"],
  ])("%s leaves %s as it is dialled", (country, dialled) => {
    for (const format of ["national", "e164"] as const) {
      expect(normalizeNumber(dialled, numberPlanOf(country), notation(format))).toBe(dialled);
    }
  });
});

describe("phone-context", () => {
  it.each([
    ["30901820;phone-context=+49", "+4930901820"],
    ["030901820;phone-context=+49", "+4930901820"],
    ["2125550123;phone-context=+1", "+12125550123"],
    ["12125550123;phone-context=+1", "+12125550123"],
    ["5550123;phone-context=+1-212", "+12125550123"],
    ["4711;phone-context=+49", "4711"],
    ["911;phone-context=+1", "911"],
    ["7042;phone-context=example.com", "7042"],
    ["2072;phone-context=cdp.udp", "2072"],
    ["+12125550123;phone-context=+44", "+12125550123"],
    ["12345678;phone-context=+998", "+99812345678"],
    ["1;phone-context=+998", "1"],
    ["12345678;phone-context=+0", "12345678"],
    ["12345678;phone-context=", "12345678"],
  ])("%s is %s", (user, read) => {
    expect(normalizeNumber(user, null, notation("e164"))).toBe(read);
  });
});
