// From, To, Contact, Route: quoting, display names, lists, and whose the parameters are.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMessage } from "../parse-message.ts";
import {
  contact,
  firstContact,
  formatNameAddress,
  from,
  type NameAddress,
  replyTo,
  tagOf,
  to,
} from "./name-address.ts";
import { recordRoute, route } from "./routing.ts";

const address = (
  displayName: string | null,
  uri: string,
  parameters: Record<string, string | null> = {},
): NameAddress => ({
  displayName,
  uri,
  parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
});

describe("one address", () => {
  test.each<[string, NameAddress]>([
    ["<sip:a@b>", address(null, "sip:a@b")],
    ["<sip:a@b>;tag=1", address(null, "sip:a@b", { tag: "1" })],
    ["<sip:a@b> ; tag = 1 ;x", address(null, "sip:a@b", { tag: "1", x: null })],
    ["Alice <sip:a@b;x=1>;y=2", address("Alice", "sip:a@b;x=1", { y: "2" })],
    ["caller<sip:a@b>", address("caller", "sip:a@b")],
    ["A. G. Bell <sip:a@b>", address("A. G. Bell", "sip:a@b")],
    ["voil\xc3\xa0 <sip:a@b>", address("voil\xc3\xa0", "sip:a@b")],
    ['"Bell, \\"A\\" <x>"   <sip:a@b>', address('Bell, "A" <x>', "sip:a@b")],
    ['"a\\\\" <sip:a@b>', address("a\\", "sip:a@b")],
    ['"" <sip:a@b>', address("", "sip:a@b")],
    ['<sip:a@b>;x="a;b,c\\"d"', address(null, "sip:a@b", { x: '"a;b,c\\"d"' })],
    ["<sip:a@b>;p=[2001:db8::1]:5060", address(null, "sip:a@b", { p: "[2001:db8::1]:5060" })],
    ["<tel:+1303;phone-context=x>", address(null, "tel:+1303;phone-context=x")],
    // Without brackets every parameter is the header's (RFC 3261 section 20.10).
    ["sip:a@b;tag=1;user=phone", address(null, "sip:a@b", { tag: "1", user: "phone" })],
    ["sip:a@[2001:db8::1]:5060 ;tag=x", address(null, "sip:a@[2001:db8::1]:5060", { tag: "x" })],
  ])("%j", (value, expected) => expect(from.parse(value)).toEqual(expected));

  test.each([
    "",
    " ",
    "<>",
    "< sip:a@b>",
    "<sip:a@b",
    "sip:a@b>",
    "<<sip:a@b>>",
    "<sip:a b@c>",
    "Alice",
    "Alice sip:a@b",
    '"Alice <sip:a@b>',
    '"Alice" sip:a@b',
    '"Al"ice <sip:a@b>',
    'Al"ice <sip:a@b>',
    "Bell, Alexander <sip:a@b>",
    "a;b <sip:a@b>",
    "<sip:a@b>,<sip:c@d>",
    "<sip:a@b>,",
    "<sip:a@b> x",
    "<sip:a@b>;",
    "<sip:a@b>;;",
    "<sip:a@b>;=1",
    "<sip:a@b>;tag=",
    '<sip:a@b>;tag=a"b',
    '<sip:a@b>;tag="a',
    "<sip:a@b>;tag=a<b",
    "<sip:a@b>;tag=a\x01b",
    "<sip:a@b>;ta g=1",
    "<sip:a@b>;t\xe4g=1",
    `<sip:a@b>${";a".repeat(65)}`,
    // A question mark, a semicolon or a comma wants brackets: half a URI is none (RFC 4475 regbadct).
    "sip:a@b?Route=%3Csip:x%3E",
  ])("refuses %j", (value) => expect(to.parse(value)).toBeNull());

  test("is written with quotes, and read again", () => {
    expect(formatNameAddress(address('a"b\\c', "sip:a@b", { tag: "1", lr: null }))).toBe(
      '"a\\"b\\\\c" <sip:a@b>;tag=1;lr',
    );
    const name = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(fc.option(name, { nil: null }), (displayName) => {
        const written = address(displayName, "sip:a@b;c=d", { tag: "x" });
        expect(from.parse(formatNameAddress(written))).toEqual(written);
      }),
    );
  });

  test("has a tag or none", () => {
    expect(tagOf(address(null, "sip:a@b", { TAG: "x" }))).toBe("x");
    expect(tagOf(address(null, "sip:a@b", { tag: null }))).toBeNull();
    expect(tagOf(address(null, "sip:a@b"))).toBeNull();
  });
});

describe("lists", () => {
  const headers = (lines: readonly string[]) => {
    const parsed = parseMessage(`INVITE sip:a@b SIP/2.0\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`);
    if (!parsed.ok) throw new Error(parsed.failure.detail);
    return parsed.value.headers;
  };

  test("go over lines and commas, in order", () => {
    const lines = ['Route: <sip:a;lr>, "x, y" <sip:b,c@d>;p="," , sip:e', "route:<sip:f>"];
    const read = headers(lines).read(route);
    expect(read?.map(({ uri }) => uri)).toEqual(["sip:a;lr", "sip:b,c@d", "sip:e", "sip:f"]);
  });

  test.each([
    "<sip:a>,",
    ",<sip:a>",
    "<sip:a>,,<sip:b>",
    "<sip:a> <sip:b>",
    "",
    "<sip:a>,x",
    `${"<sip:a>,".repeat(64)}<sip:a>`,
  ])("with a gap or a fault are none: %j", (value) => {
    expect(headers([`Route: ${value}`]).read(route)).toBeNull();
    expect(headers(["Route: <sip:ok>", `Route: ${value}`]).read(route)).toBeNull();
  });

  test("that are absent are empty", () => expect(headers([]).read(route)).toEqual([]));

  test("the first Contact counts, and all must be sound", () => {
    expect(firstContact.parse("<sip:a@b>;q=1, <sip:c@d>")).toEqual(address(null, "sip:a@b", { q: "1" }));
    expect(firstContact.parse("<sip:a@b>, <sip:c")).toBeNull();
    expect(firstContact.parse("*")).toEqual(address(null, "*"));
    expect(firstContact.format(address(null, "sip:a@b"))).toBe("<sip:a@b>");
  });

  test("are all Contacts, or the star that stands for them, which nobody else may write", () => {
    expect(contact.parse("<sip:a@b>, sip:c@d;q=0.1")?.map(({ uri }) => uri)).toEqual(["sip:a@b", "sip:c@d"]);
    expect(contact.format(contact.parse("*") ?? [])).toBe("*");
    for (const value of ["*;expires=0", "*, <sip:a@b>", "<*>", "* "]) expect(contact.parse(value)).toBeNull();
    for (const codec of [from, to, replyTo]) expect(codec.parse("*")).toBeNull();
    expect(recordRoute.parse("*")).toBeNull();
  });
});
