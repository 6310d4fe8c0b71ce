// Our own reading of numbers against a library that knows the world's numbering plans: what it calls a number, we read as the same.
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, it } from "vitest";
import { KNOWN_COUNTRIES, numberPlanOf } from "../../model/index.ts";
import { formatNumber, normalizeNumber } from "./normalize-number.ts";

type Country = Parameters<typeof getExampleNumber>[0];

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
    expect(normalizeNumber(written, numberPlanOf(country), "national")).toBe(theirs?.number);
  });

  it("knows countries that exist, at least forty", () => {
    const known: readonly string[] = getCountries();
    expect(KNOWN_COUNTRIES.length).toBeGreaterThanOrEqual(40);
    expect(KNOWN_COUNTRIES.filter((country) => !known.includes(country))).toEqual([]);
  });

  it.each(KNOWN_COUNTRIES)("reads an example of %s as it is dialled there, from abroad, and back", (country) => {
    const plan = numberPlanOf(country);
    const number = getExampleNumber(country as Country, examples)?.number ?? "";
    expect(number).toMatch(/^\+[1-9]/);
    for (const format of ["national", "e164-plain", "e164"] as const) {
      const written = formatNumber(number, plan, format);
      expect(normalizeNumber(written, plan, format), `${format} ${written}`).toBe(number);
      if (format !== "e164-plain") expect(parsePhoneNumberFromString(written, country as Country)?.number).toBe(number);
    }
    const elsewhere = numberPlanOf(country === "DE" ? "US" : "DE");
    const fromAbroad = formatNumber(number, elsewhere, "national");
    expect(normalizeNumber(fromAbroad, elsewhere, "national")).toBe(number);
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
    ["AU", "1300123456"],
    ["JP", "119"],
    ["SG", "995"],
    ["FR", "3631"],
    ["FR", "15"],
  ])("%s leaves %s as it is dialled", (country, dialled) => {
    for (const format of ["national", "e164"] as const) {
      expect(normalizeNumber(dialled, numberPlanOf(country), format)).toBe(dialled);
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
    expect(normalizeNumber(user, null, "e164")).toBe(read);
  });
});
