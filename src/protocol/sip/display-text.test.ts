// Text for people: UTF-8, what is not UTF-8, and what would deceive.
import fc from "fast-check";
import { expect, test } from "vitest";
import { displayText, wireText } from "./display-text.ts";

const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

test.each([
  ["plain", "plain"],
  ["", ""],
  ["J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x93\x9e", "Jürgen € 📞"],
  ["J\xfcrgen", "Jürgen"],
  ["J\xfcrgen \xc3\xbc", "Jürgen Ã¼"],
  ["a\r\nb\tc\x00\x7f\x1b[31m", "a��b�c���[31m"],
  [bytesOf("a\u202egnp.exe\u2066\u200f"), "a�gnp.exe��"],
  [bytesOf("a\u2028b\u0085c"), "a�b�c"],
  ["\x9b31m", "�31m"],
])("%j is shown as %j", (latin1, shown) => expect(displayText(latin1)).toBe(shown));

test.each([
  ["too long for its character", "\xc0\xaf"],
  ["too long for its character, in three", "\xe0\x80\xaf"],
  ["too long for its character, in four", "\xf0\x80\x80\xaf"],
  ["a surrogate", "\xed\xa0\x80"],
  ["beyond Unicode", "\xf4\x90\x80\x80"],
  ["cut off", "\xe2\x82"],
  ["a lone continuation", "\xbf"],
  ["a lead that is none", "\xff\xbf"],
])("bytes that are %s are no UTF-8", (_, latin1) => {
  expect(displayText(latin1)).toBe(latin1.replace(/[\x80-\x9f]/g, "�"));
});

test("any text in UTF-8 is shown as it is, but for controls; any bytes are shown somehow", () => {
  const character = fc.integer({ min: 0xa0, max: 0x1fff }).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.string({ unit: character }), (text) => {
      expect(displayText(bytesOf(text))).toBe(text.replaceAll("\u061c", "�"));
    }),
  );
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.string({ unit: byte }), (bytes) => {
      const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
      if (!decoded.includes("�")) expect(displayText(bytes).length).toBe(decoded.length);
      expect(displayText(bytes)).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test("a person's text goes onto the wire as the bytes of its UTF-8, whatever is in it", () => {
  expect(wireText("Zoë € 😀")).toBe(bytesOf("Zoë € 😀"));
  expect(wireText("a\ud800b")).toBe(bytesOf("a\ufffdb"));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(wireText(text)).toBe(bytesOf(text));
    }),
  );
});
