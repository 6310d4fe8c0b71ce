// What is written reads back, and is what everybody else writes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "./base64.ts";

test("writes what Buffer writes, and reads it back, padded or not", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      expect(encodeBase64(bytes)).toBe(text);
      expect(decodeBase64(text)).toEqual(bytes);
      expect(decodeBase64(text.replace(/=+$/, ""))).toEqual(bytes);
    }),
  );
});

test.each(["A", "AAAAA", "A===", "AA=A", "AA A", "AA\n", "-_-_", "ä", "AAAA===="])("%j is none", (text) => {
  expect(decodeBase64(text)).toBeNull();
});

test("nothing is nothing", () => {
  expect([encodeBase64(new Uint8Array()), decodeBase64("")]).toEqual(["", new Uint8Array()]);
});
