// a=crypto as RFC 4568 and devices write it, and what cannot be used.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCryptoLine, keyBytesOf, parseCryptoLine, SRTP_SUITES, type SrtpSuite } from "./crypto-attribute.ts";

const KEY_30 = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
const AES = "AES_CM_128_HMAC_SHA1_80";
const line = (suite: SrtpSuite, tag: number, key: string, mark = "") => ({ tag, suite, name: suite, key, mark });

describe("is read", () => {
  test.each([
    // RFC 4568 section 6.1 and 4.
    [`1 ${AES} inline:${KEY_30}|2^20|1:4`, line(AES, 1, KEY_30, "00000001")],
    [`1 ${AES} inline:${KEY_30}|1:32`, null],
    [`1 ${AES} inline:${KEY_30}|1066:4`, line(AES, 1, KEY_30, "0000042a")],
    // A bare key; Teams; several blanks; a tag with zeros; a method in capitals.
    [`1 ${AES} inline:${KEY_30}`, line(AES, 1, KEY_30)],
    [`4 ${AES} inline:${KEY_30}|2^31`, line(AES, 4, KEY_30)],
    [`  007  ${AES}   INLINE:${KEY_30}  `, line(AES, 7, KEY_30)],
    [`999999999 ${AES} inline:${KEY_30}|1048576`, line(AES, 999_999_999, KEY_30)],
    // Harmless parameters.
    [`1 ${AES} inline:${KEY_30}|2^48|255:1 WSH=64 -whatever=1`, line(AES, 1, KEY_30, "ff")],
  ])("%s", (text, expected) => expect(parseCryptoLine(text)).toEqual(expected));

  test("a key without its padding, and with bits too many", () => {
    const bytes = Buffer.alloc(46, 0xa5);
    const padded = bytes.toString("base64");
    const name = "AES_256_CM_HMAC_SHA1_80";
    expect(parseCryptoLine(`2 ${name} inline:${padded.replace(/=/g, "")}`)).toEqual(line(name, 2, padded));
    expect(parseCryptoLine(`2 ${name} inline:${padded.replace(/.==$/, "f")}`)?.key).toBe(padded);
  });

  test("the name from before RFC 6188, kept for the answer", () => {
    const key = Buffer.alloc(46, 1).toString("base64");
    const name = "AES_CM_256_HMAC_SHA1_80";
    const read = parseCryptoLine(`2 ${name} inline:${key}`);
    expect(read).toEqual({ tag: 2, suite: "AES_256_CM_HMAC_SHA1_80", name, key, mark: "" });
    expect(read === null ? "" : formatCryptoLine(read)).toBe(`2 ${name} inline:${key}|2^31`);
  });
});

describe("cannot be used", () => {
  test.each([
    "",
    "1",
    `1 ${AES}`,
    `1 ${AES} ${KEY_30}`,
    `1 ${AES} inline:`,
    `1 ${AES} inline:${KEY_30.slice(1)}`,
    `1 ${AES} inline:${KEY_30}AAAA`,
    `1 ${AES} inline:${KEY_30.replace("W", "*")}`,
    `1 ${AES} uri:${KEY_30}`,
    `x ${AES} inline:${KEY_30}`,
    `-1 ${AES} inline:${KEY_30}`,
    `1000000000 ${AES} inline:${KEY_30}`,
    `1 aes_cm_128_hmac_sha1_80 inline:${KEY_30}`,
    `1 F8_128_HMAC_SHA1_80 inline:${KEY_30}`,
    `1 AEAD_AES_128_GCM inline:${KEY_30}`,
    // Two keys, a lifetime too short, too long, none; two lifetimes; marks out of bounds.
    `1 ${AES} inline:${KEY_30}|2^20|1:4;inline:${KEY_30}|2^20|2:4`,
    `1 ${AES} inline:${KEY_30}|2^15`,
    `1 ${AES} inline:${KEY_30}|2^49`,
    `1 ${AES} inline:${KEY_30}|2^99`,
    `1 ${AES} inline:${KEY_30}|0`,
    `1 ${AES} inline:${KEY_30}|`,
    `1 ${AES} inline:${KEY_30}|2^20|2^20`,
    `1 ${AES} inline:${KEY_30}|2^20|1:4|1:4`,
    `1 ${AES} inline:${KEY_30}|256:1`,
    `1 ${AES} inline:${KEY_30}|1:0`,
    `1 ${AES} inline:${KEY_30}|1:17`,
    `1 ${AES} inline:${KEY_30}|-1:4`,
    // What would take protection away, or change how it is done.
    `1 ${AES} inline:${KEY_30} UNENCRYPTED_SRTP`,
    `1 ${AES} inline:${KEY_30} UNENCRYPTED_SRTCP`,
    `1 ${AES} inline:${KEY_30} UNAUTHENTICATED_SRTP`,
    `1 ${AES} inline:${KEY_30} KDR=1`,
    `1 ${AES} inline:${KEY_30} FEC_ORDER=SRTP_FEC`,
    `1 ${AES} inline:${KEY_30} something`,
  ])("%s", (text) => expect(parseCryptoLine(text)).toBeNull());

  test("any text is read or not, and never more than that", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => void parseCryptoLine(text)));
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void parseCryptoLine(`1 ${AES} inline:${text}`)));
  });
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SRTP_SUITES),
      fc.nat(999_999_999),
      fc.infiniteStream(fc.nat(255)),
      (suite, tag, rest) => {
        const bytes = [...rest.take(keyBytesOf(suite))];
        const key = Buffer.from(bytes).toString("base64");
        expect(parseCryptoLine(formatCryptoLine({ tag, name: suite, key }))).toEqual(line(suite, tag, key));
      },
    ),
  );
});
