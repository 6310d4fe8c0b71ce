// Escapes of each component of a URI (RFC 3261 section 19.1.2 and the grammar of section 25.1).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSipUri } from "./uri.ts";
import { escapeUriHeader, escapeUriParameter, escapeUser, normalizeEscapes, unescapeUser } from "./uri-escapes.ts";

const ASCII = Array.from({ length: 128 }, (_each, code) => String.fromCharCode(code)).join("");
const UNRESERVED = "0-9A-Za-z\\-_.!~*'()";

describe("escapes", () => {
  test.each([
    ["sips%3Auser%40example.com", "sips:user@example.com"],
    ["%C3%A9", "\xc3\xa9"],
    ["a%00b", "a\0b"],
    ["%0D%0A", "\r\n"],
    ["100%", "100%"],
    ["%4", "%4"],
    ["%zz%41", "%zzA"],
    ["%2541", "%41"],
  ])("%s means %j", (written, meant) => expect(unescapeUser(written)).toBe(meant));

  test("nothing that separates or ends survives unescaped", () => {
    expect(escapeUser('a@b:c d\r\n<>"%#[]\0\xe9')).toBe("a%40b%3Ac%20d%0D%0A%3C%3E%22%25%23%5B%5D%00%E9");
    expect(escapeUser("+1-303.555_0142!~*'()&=$,;?/")).toBe("+1-303.555_0142!~*'()&=$,;?/");
  });

  test("of any bytes are undone, and stand in a user part", () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    });
    fc.assert(
      fc.property(bytes, (user) => {
        expect(unescapeUser(escapeUser(user))).toBe(user);
        expect(parseSipUri(`sip:${escapeUser(user)}@h`)?.user).toBe(escapeUser(user));
      }),
    );
  });
});

describe("each component lets stand for themselves", () => {
  test.each([
    ["user", escapeUser, "&=+$,;?/"],
    ["parameter", escapeUriParameter, "[]/:&+$"],
    ["header", escapeUriHeader, "[]/?:+$"],
  ])("%s: the unreserved and its own", (_component, write, own) => {
    const kept = [...ASCII].filter((character) => write(character) === character).join("");
    const expected = [...ASCII].filter(
      (character) => own.includes(character) || new RegExp(`[${UNRESERVED}]`).test(character),
    );
    expect(kept).toBe(expected.join(""));
    expect(unescapeUser(write(ASCII))).toBe(ASCII);
  });
});

test.each([
  ["%61lice", "alice"],
  ["a%2fb%3D", "a%2Fb%3D"],
  ["%25%341", "%2541"],
  ["%7e%20", "~ "],
  ["plain", "plain"],
])("%s in one spelling is %s", (written, normal) => expect(normalizeEscapes(written)).toBe(normal));
