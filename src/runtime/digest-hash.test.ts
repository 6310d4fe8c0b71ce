// The hashes against the published examples of FIPS 180-4, RFC 1321 and RFC 4231.
import { expect, test } from "vitest";
import { createDigestHash } from "./digest-hash.ts";

const { hash, mac } = createDigestHash();

test.each([
  ["md5", "abc", "900150983cd24fb0d6963f7d28e17f72"],
  ["sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["sha512-256", "abc", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"],
] as const)("%s of %j", (name, text, digits) => expect(hash(name, text)).toBe(digits));

test("a character is a byte", () => {
  expect(hash("md5", "\xff")).toBe("00594fd4f42ba43fc1ca0427a0576295");
});

test("HMAC with SHA-256 (RFC 4231 sections 4.2 and 4.4)", () => {
  expect(mac("\x0b".repeat(20), "Hi There")).toBe("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  expect(mac("\xaa".repeat(20), "\xdd".repeat(50))).toBe(
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  );
});
