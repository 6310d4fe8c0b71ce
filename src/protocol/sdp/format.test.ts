import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../../base/index.ts";
import type { SessionDescription } from "./description.ts";
import { formatDescription } from "./format.ts";
import { parseDescription } from "./parse.ts";

const TOKEN_UNIT = fc.constantFrom(..."abcXYZ019-_.+/".split(""));
const TEXT_UNIT = fc.constantFrom(..."abc XYZ:=;/é\xff\x01\t*".split(""));
const token = fc.string({ unit: TOKEN_UNIT, minLength: 1, maxLength: 12 });
/** Ends in no blank, as those the reader takes away. */
const text = fc.string({ unit: TEXT_UNIT, maxLength: 20 }).map((value) => `${value}!`);
const digits = fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String);
const address = fc.oneof(
  fc.ipV4().map((ip) => ({ addressType: "IP4", address: ip })),
  fc.ipV6().map((ip) => ({ addressType: "IP6", address: ip })),
);
const connection = fc.option(address);
const attribute = fc.record({ name: token, value: fc.option(fc.oneof(text, fc.constant(""))) });
const attributes = fc.array(attribute, { maxLength: 6 });
const bandwidths = fc.array(text, { maxLength: 3 });
const section = fc.record({
  type: token,
  port: fc.nat(65_535),
  portCount: fc.option(fc.integer({ min: 1, max: 65_535 })),
  protocol: token,
  formats: fc.array(token, { minLength: 1, maxLength: 8 }),
  title: fc.option(text),
  connection,
  bandwidths,
  attributes,
});
const description: fc.Arbitrary<SessionDescription> = fc.record({
  origin: fc
    .tuple(fc.record({ username: token, sessionId: digits, sessionVersion: digits }), address)
    .map(([ids, place]) => ({ ...ids, ...place })),
  sessionName: text,
  connection,
  bandwidths,
  timing: text,
  attributes,
  media: fc.array(section, { maxLength: 4 }),
});

const SMALL: SessionDescription = {
  origin: { username: "-", sessionId: "1", sessionVersion: "2", addressType: "IP4", address: "192.0.2.1" },
  sessionName: "-",
  connection: { addressType: "IP6", address: "2001:db8::1" },
  bandwidths: ["AS:64"],
  timing: "0 0",
  attributes: [{ name: "inactive", value: null }],
  media: [
    {
      type: "audio",
      port: 4000,
      portCount: 2,
      protocol: "RTP/AVP",
      formats: ["0", "101"],
      title: "voice",
      connection: { addressType: "IP4", address: "192.0.2.2" },
      bandwidths: ["AS:80"],
      attributes: [{ name: "rtpmap", value: "101 telephone-event/8000" }],
    },
    {
      type: "video",
      port: 0,
      portCount: null,
      protocol: "RTP/AVP",
      formats: [],
      title: null,
      connection: null,
      bandwidths: [],
      attributes: [],
    },
  ],
};

describe("formatDescription", () => {
  test("writes the lines in the order of RFC 8866, each ended by CRLF", () => {
    expect(formatDescription(SMALL).split("\r\n")).toEqual([
      "v=0",
      "o=- 1 2 IN IP4 192.0.2.1",
      "s=-",
      "c=IN IP6 2001:db8::1",
      "b=AS:64",
      "t=0 0",
      "a=inactive",
      "m=audio 4000/2 RTP/AVP 0 101",
      "i=voice",
      "c=IN IP4 192.0.2.2",
      "b=AS:80",
      "a=rtpmap:101 telephone-event/8000",
      "m=video 0 RTP/AVP",
      "",
    ]);
  });

  test("is read back as the same description", () => {
    fc.assert(
      fc.property(description, (any) => {
        expect(parseDescription(formatDescription(any))).toEqual({ ok: true, value: any });
      }),
      { numRuns: 1000 },
    );
  });

  test.each(["x\r\na=y", "x\ny", "x\ry", "x\0y", "\r"])("refuses to write a field that is %j", (value) => {
    const smuggled = { ...SMALL, attributes: [{ name: "tool", value }] };
    expect(() => formatDescription(smuggled)).toThrow(InvariantError);
    expect(() => formatDescription({ ...SMALL, sessionName: value })).toThrow(InvariantError);
  });
});
