import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addressInCidr,
  formatCidr,
  isGroupAddress,
  isLoopbackAddress,
  isUnspecifiedAddress,
  parseAddress,
  parseCidr,
  sameAddress,
  spellAddress,
} from "./address.ts";

describe("parseAddress", () => {
  test.each([
    ["10.0.0.5", 4, [0x0a00, 0x0005]],
    ["255.255.255.255", 4, [0xffff, 0xffff]],
    ["::", 6, [0, 0, 0, 0, 0, 0, 0, 0]],
    ["::1", 6, [0, 0, 0, 0, 0, 0, 0, 1]],
    ["2001:DB8::a:0", 6, [0x2001, 0xdb8, 0, 0, 0, 0, 0xa, 0]],
    ["1:2:3:4:5:6:7:8", 6, [1, 2, 3, 4, 5, 6, 7, 8]],
    ["64:ff9b::192.0.2.1", 6, [0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x0201]],
    ["::ffff:192.0.2.1", 4, [0xc000, 0x0201]],
    ["::ffff:c000:201", 4, [0xc000, 0x0201]],
  ])("reads %s", (text, family, words) => {
    expect(parseAddress(text)).toEqual({ family, words });
  });

  test.each([
    "",
    "10.0.0",
    "10.0.0.0.1",
    "010.0.0.1",
    "0x0a.0.0.1",
    "167772161",
    "256.0.0.1",
    "10.0.0.1 ",
    "10.0.0.1\u0000",
    "[::1]",
    "fe80::1%eth0",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "::1.2.3",
    "1.2.3.4::",
    ":1:2:3:4:5:6:7:8",
    "localhost",
    "1".repeat(100),
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test("is total: any text gives an address or null", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:./%[] x") }), (text) => {
        const address = parseAddress(text);
        if (address !== null) expect(address.words).toHaveLength(address.family === 4 ? 2 : 8);
      }),
    );
  });

  test("reads every address that there is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(parseAddress(text)).not.toBeNull();
      }),
    );
  });
});

describe("blocks", () => {
  test.each([
    ["10.0.0.0/8", "10.255.255.255", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["198.51.100.0/28", "198.51.100.15", true],
    ["198.51.100.0/28", "198.51.100.16", false],
    ["198.51.100.7", "198.51.100.7", true],
    ["198.51.100.7", "198.51.100.6", false],
    ["127.0.0.1/32", "127.0.0.1", true],
    ["0.0.0.0/0", "8.8.8.8", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["::/0", "10.0.0.1", false],
    ["10.0.0.0/8", "not an address", false],
  ])("%s and %s: %s", (block, address, inside) => {
    const cidr = parseCidr(block);
    expect(cidr !== null && addressInCidr(address, cidr)).toBe(inside);
  });

  test.each([
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/",
    "/8",
    "::/129",
    "10.0.0.0/8/8",
    "::ffff:1.2.3.4/95",
  ])("refuses %s", (text) => expect(parseCidr(text)).toBeNull());

  test("a block holds an address exactly when their leading bits agree", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
        const number = (text: string): bigint => text.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
        const shift = BigInt(32 - bits);
        const cidr = parseCidr(`${one}/${bits}`);
        expect(cidr !== null && addressInCidr(other, cidr)).toBe(number(one) >> shift === number(other) >> shift);
      }),
    );
  });

  test("equal blocks have equal text", () => {
    const spellings = ["2001:db8::/32", "2001:0DB8:0::/32", "2001:db8:0:0:0:0:0:1/32"].map((text) => parseCidr(text));
    expect(new Set(spellings.map((cidr) => (cidr === null ? null : formatCidr(cidr)))).size).toBe(1);
    expect(spellings[0] && formatCidr(spellings[0])).toBe("2001:db8:0:0:0:0:0:0/32");
    const four = parseCidr("10.1.2.3/8");
    expect(four && formatCidr(four)).toBe("10.0.0.0/8");
  });
});

describe("kinds of address", () => {
  test.each([
    ["0.0.0.0", "unspecified"],
    ["::", "unspecified"],
    ["127.0.0.1", "loopback"],
    ["127.255.0.9", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["224.0.0.1", "group"],
    ["239.255.255.255", "group"],
    ["255.255.255.255", "group"],
    ["ff02::1", "group"],
    ["223.255.255.255", "one machine"],
    ["255.255.255.254", "one machine"],
    ["128.0.0.1", "one machine"],
    ["::2", "one machine"],
    ["fe80::1", "one machine"],
  ])("%s is %s", (text, kind) => {
    const address = parseAddress(text);
    if (address === null) throw new Error(`not read: ${text}`);
    expect(
      [
        isUnspecifiedAddress(address) && "unspecified",
        isLoopbackAddress(address) && "loopback",
        isGroupAddress(address) && "group",
      ].filter((found) => found !== false),
    ).toEqual(kind === "one machine" ? [] : [kind]);
  });

  test("compares by value, not by spelling", () => {
    expect(sameAddress("2001:db8::1", "2001:DB8:0:0::0001")).toBe(true);
    expect(sameAddress("127.0.0.1", "::ffff:127.0.0.1")).toBe(true);
    expect(sameAddress("127.0.0.1", "127.0.0.2")).toBe(false);
    expect(sameAddress("", "")).toBe(false);
  });
});

test("an address is spelled one way, however it was written", () => {
  expect(["192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"].map(spellAddress)).toEqual(Array(3).fill("192.0.2.1"));
  expect(new Set(["2001:DB8::1", "2001:db8:0:0::1", "2001:db8::0.0.0.1"].map(spellAddress)).size).toBe(1);
  expect(["", "host.example", "1::2::3", "010.0.0.1"].map(spellAddress)).toEqual([
    "",
    "host.example",
    "1::2::3",
    "010.0.0.1",
  ]);
});
