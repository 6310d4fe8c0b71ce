import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BencodeValue, decodeBencode, encodeBencode, isDictionary } from "./bencode.ts";

const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const values = fc.letrec<{ value: BencodeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    bytes,
    fc.maxSafeInteger(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(bytes, tie("value"), { maxKeys: 4 }),
  ),
}));

describe("bencode", () => {
  test("is read back as it was written, to the byte", () => {
    fc.assert(
      fc.property(values.value, (value) => {
        const written = encodeBencode(value);
        const read = decodeBencode(written);
        expect(read.ok).toBe(true);
        if (read.ok) expect(encodeBencode(read.value)).toBe(written);
      }),
    );
  });

  test("is written as the form has it: sorted keys, lengths in bytes, nothing for what is not there", () => {
    const value = { b: [1, -2, "x:y"], a: "", "": "é", gone: undefined };
    expect(encodeBencode(value)).toBe("d0:1:é1:a0:1:bli1ei-2e3:x:yee");
  });

  test.each(["Ā", 1.5, Number.NaN, 2 ** 53])("has no form for %j", (value) => {
    expect(() => encodeBencode(value)).toThrow(RangeError);
  });

  test.each([
    "",
    "5:abcd",
    "-1:a",
    "01:a",
    "1 :a",
    "99999999999999999999:a",
    "1",
    ":",
    "i",
    "ie",
    "i-e",
    "i-0e",
    "i01e",
    "i1.5e",
    "i1",
    "i99999999999999999e",
    "i9999999999999999999999999999e",
    "l",
    "li1e",
    "d",
    "d1:a",
    "d1:ae",
    "di1ei2ee",
    "i1ei2e",
    "0:x",
    "e",
    "x",
    "l".repeat(60_000),
    "d0:".repeat(20_000),
    `l${"0:".repeat(20_000)}e`,
    "l".repeat(100_000),
  ])("is refused when it is malformed or has no bounds: %.20j", (text) => {
    expect(decodeBencode(text)).toMatchObject({ ok: false });
  });

  test("gives a value back for any bytes", () => {
    fc.assert(fc.property(bytes, (text) => typeof decodeBencode(text).ok === "boolean"));
  });

  test("takes keys for nothing but the sender's, and the first of two", () => {
    const read = decodeBencode("d9:__proto__i1e11:constructori2e1:ai3e1:ai4ee");
    if (!read.ok || !isDictionary(read.value)) throw new Error("not read");
    expect(Object.entries(read.value)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["a", 3],
    ]);
    const empty = decodeBencode("de");
    if (!empty.ok || !isDictionary(empty.value)) throw new Error("not read");
    expect(empty.value.toString).toBeUndefined();
  });
});
