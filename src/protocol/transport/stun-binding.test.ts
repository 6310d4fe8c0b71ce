// STUN binding requests (RFC 8489 section 14.2, values of RFC 5769 sections 2.2 and 2.3).
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerStunBinding, isStun } from "./stun-binding.ts";

const bytes = (hex: string): string => Buffer.from(hex, "hex").toString("latin1");
const ID = "b7e7a701bc34d686fa87dfae";
const request = (length = "0000", attributes = "", type = "0001"): string =>
  bytes(`${type}${length}2112a442${ID}${attributes}`);

test("is answered with the address that the request came from", () => {
  const four = answerStunBinding(request(), { address: "192.0.2.1", port: 32_853 });
  expect(four).toBe(bytes(`0101000c2112a442${ID}002000080001a147e112a643`));
  const six = answerStunBinding(request(), { address: "2001:db8:1234:5678:11:2233:4455:6677", port: 32_853 });
  expect(six).toBe(bytes(`010100182112a442${ID}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`));
  expect(answerStunBinding(request(), { address: "::ffff:192.0.2.1", port: 32_853 })).toBe(four);
});

test("attributes are passed over", () => {
  const text = request("0008", "8022000474657374");
  expect(answerStunBinding(text, { address: "192.0.2.1", port: 1 })).not.toBeNull();
});

test.each([
  ["a success response", request("0000", "", "0101")],
  ["an indication", request("0000", "", "0011")],
  ["another method", request("0000", "", "0003")],
  ["a length that is not true", request("0004")],
  ["an odd length", request("0001", "00")],
  ["too long a request", request("0400", "00".repeat(1024))],
  ["no cookie", bytes(`000100002112a443${ID}`)],
  ["too short", bytes("000100002112a442")],
  ["SIP", "OPTIONS sip:a SIP/2.0\r\n\r\n"],
])("%s is not answered", (_what, text) => {
  expect(answerStunBinding(text, { address: "192.0.2.1", port: 1 })).toBeNull();
});

test("no SIP message is taken for STUN, and any bytes are read without failing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (array) => {
      const text = Buffer.from(array).toString("latin1");
      if (isStun(text)) expect(text.charCodeAt(0)).toBeLessThan(0x40);
      answerStunBinding(text, { address: "192.0.2.1", port: 1 });
    }),
  );
  // No token of RFC 3261, with which every SIP message begins, has a character below "!" in it, nor the cookie's 0xA4.
  expect(isStun(`A${"x".repeat(3)}!\x12\xa4B${"x".repeat(20)}`)).toBe(false);
});
