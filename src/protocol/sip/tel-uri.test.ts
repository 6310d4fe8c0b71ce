// tel URIs: the examples of RFC 3966 sections 6 and 9, comparison by section 4, and what is none.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bareTelNumber,
  formatTelUri,
  isGlobalNumber,
  isSameTelUri,
  parseTelUri,
  phoneContextOf,
  TEL_PARAMETER_LIMIT,
  type TelUri,
} from "./tel-uri.ts";

const tel = (text: string): TelUri => {
  const uri = parseTelUri(text);
  if (uri === null) throw new Error(`no tel URI: ${text}`);
  return uri;
};

test.each<[string, string, boolean, string | null]>([
  ["tel:+1-201-555-0123", "+12015550123", true, null],
  ["tel:7042;phone-context=example.com", "7042", false, "example.com"],
  ["tel:863-1234;phone-context=+1-914-555", "8631234", false, "+1-914-555"],
  ["tel:+44-20-7946-0123;ext=10", "+442079460123", true, null],
  ["tel:+358-555-1234567;isub=1411;phone-context=a.b.", "+3585551234567", true, "a.b."],
  ["TEL:+1(303)555.0142;rn=+1-303-555;npdi", "+13035550142", true, null],
  ["tel:*69#a;phone-context=+1", "*69#A", false, "+1"],
  ["tel:911", "911", false, null],
])("%s", (text, number, global, context) => {
  const uri = tel(text);
  expect([bareTelNumber(uri), isGlobalNumber(uri), phoneContextOf(uri)]).toEqual([number, global, context]);
  expect(formatTelUri(uri)).toBe(text.replace("TEL", "tel"));
});

test.each([
  "",
  "tel",
  "tel:",
  "tel:+",
  "tel:+-",
  "tel:-",
  "tel:+1x",
  "tel:+1*",
  "tel:12g",
  "tel: 1",
  "tel:1 ",
  "tel:1;",
  "tel:1;;a",
  "tel:1;a=",
  "tel:1;=a",
  "tel:1;a b",
  "tel:1;a=b;A=c",
  "tel:1;ext=1;ext=1",
  "tel:1;ext",
  "tel:1;ext=a",
  "tel:1;ext=-",
  "tel:1;isub",
  "tel:1;phone-context",
  "tel:1;phone-context=",
  "tel:1;phone-context=+",
  "tel:1;phone-context=1.2",
  "tel:1;phone-context=a..b",
  "tel:1;phone-context=-a",
  "tel:1;phone-context=a_b",
  "tel:1;a=%zz",
  "tel:1;a%41=b",
  "tel:+1?x=y",
  "tel:+1@h",
  "tel:+1\r\nVia: x",
  "sip:+1@h",
])("%j is none", (text) => expect(parseTelUri(text)).toBeNull());

test("there are at most 64 parameters", () => {
  const many = (count: number): string => `tel:1${Array.from({ length: count }, (_each, n) => `;p${n}`).join("")}`;
  expect(tel(many(TEL_PARAMETER_LIMIT)).parameters).toHaveLength(TEL_PARAMETER_LIMIT);
  expect(parseTelUri(many(TEL_PARAMETER_LIMIT + 1))).toBeNull();
});

describe("comparison", () => {
  test.each([
    ["tel:+1-201-555-0123", "tel:+12015550123", true],
    ["tel:+12015550123", "tel:12015550123", false],
    ["tel:1a;phone-context=+1", "tel:1A;phone-context=+1", true],
    ["tel:7042;phone-context=example.com", "tel:7042;phone-context=EXAMPLE.com", true],
    ["tel:7042;phone-context=example.com", "tel:7042;phone-context=example.org", false],
    ["tel:7042;phone-context=+1-914", "tel:7042;Phone-Context=+1914", true],
    ["tel:7042;phone-context=example.com", "tel:7042", false],
    ["tel:+1;ext=1-0", "tel:+1;ext=10", true],
    ["tel:+1;ext=10", "tel:+1", false],
    ["tel:+1;a=1;b=2", "tel:+1;B=2;a=1", true],
    ["tel:+1;a=1;b=2", "tel:+1;a=1;c=2", false],
    ["tel:+1;a=%41", "tel:+1;a=a", true],
    ["tel:+1;a", "tel:+1;a=1", false],
    ["tel:+1;a=1-0", "tel:+1;a=10", false],
  ])("%s, %s: %s", (one, other, expected) => {
    expect([isSameTelUri(tel(one), tel(other)), isSameTelUri(tel(other), tel(one))]).toEqual([expected, expected]);
  });
});

test("reading is total, and what it reads it writes", () => {
  const piece = fc.constantFrom(..."+1-.()9aF*#;=%:x \r\n".split(""), "phone-context=", "ext=", "isub=", "%41");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const uri = parseTelUri(`tel:${pieces.join("")}`);
      if (uri === null) return;
      expect(parseTelUri(formatTelUri(uri))).toEqual(uri);
      expect(isSameTelUri(uri, uri)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
