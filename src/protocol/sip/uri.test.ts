// SIP URIs: the examples of RFC 3261 sections 19.1.1 and 19.1.3, IPv6, and what is no URI.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatSipUri, isAbsoluteUri, isSipScheme, parseSipUri, type SipUri } from "./uri.ts";

const NOTHING: SipUri = {
  scheme: "sip",
  user: null,
  password: null,
  host: "",
  port: null,
  parameters: [],
  headers: null,
};

describe("parseSipUri", () => {
  test.each<[string, Partial<SipUri>]>([
    ["sip:alice@atlanta.com", { user: "alice", host: "atlanta.com" }],
    [
      "sip:alice:secretword@atlanta.com;transport=tcp",
      { user: "alice", password: "secretword", host: "atlanta.com", parameters: [{ name: "transport", value: "tcp" }] },
    ],
    [
      "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
      { scheme: "sips", user: "alice", host: "atlanta.com", headers: "subject=project%20x&priority=urgent" },
    ],
    [
      "sip:+1-212-555-1212:1234@gateway.com;user=phone",
      {
        user: "+1-212-555-1212",
        password: "1234",
        host: "gateway.com",
        parameters: [{ name: "user", value: "phone" }],
      },
    ],
    ["sips:1212@gateway.com", { scheme: "sips", user: "1212", host: "gateway.com" }],
    ["sip:alice@192.0.2.4", { user: "alice", host: "192.0.2.4" }],
    [
      "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
      { host: "atlanta.com", parameters: [{ name: "method", value: "REGISTER" }], headers: "to=alice%40atlanta.com" },
    ],
    ["sip:alice;day=tuesday@atlanta.com", { user: "alice;day=tuesday", host: "atlanta.com" }],
    ["SIP:a@B.Example:5060", { user: "a", host: "B.Example", port: 5060 }],
    ["sip:[2001:db8::10]", { host: "2001:db8::10" }],
    [
      "sip:a@[2001:db8::10]:5070;lr",
      { user: "a", host: "2001:db8::10", port: 5070, parameters: [{ name: "lr", value: null }] },
    ],
    ["sip:[2001:db8::10:5070]", { host: "2001:db8::10:5070" }],
    ["sip:sips%3Auser%40example.com@example.net", { user: "sips%3Auser%40example.com", host: "example.net" }],
    ["sip:a@h;x=%41%7a", { user: "a", host: "h", parameters: [{ name: "x", value: "%41%7a" }] }],
    ["sip:a_b@under_score.example", { user: "a_b", host: "under_score.example" }],
  ])("reads %s", (text, parts) => {
    const uri = { ...NOTHING, ...parts };
    expect(parseSipUri(text)).toEqual(uri);
    expect(formatSipUri(uri)).toBe(text.replace("SIP:", "sip:"));
  });

  test.each([
    "",
    "sip",
    "sip:",
    "sips:",
    "sip:@h",
    "sip:a@",
    "tel:+1303",
    "http://a",
    "sipp:a@b",
    " sip:a@b",
    "sip:a@b ",
    "sip:a b@c",
    "sip:a@b@c",
    "sip:a@b:",
    "sip:a@b :5060",
    "sip:a@b: 5060",
    "sip:a@ b:5060",
    "sip:a@[::1] :5060",
    "sip:a@b:65536",
    "sip:a@b:-1",
    "sip:a@b:5060x",
    "sip:a@b:123456",
    "sip:a@2001:db8::1",
    "sip:a@[2001:db8::1",
    "sip:a@[2001:db8::1]5060",
    "sip:a@[host]",
    "sip:a@[]",
    "sip:a@[fe80::1%eth0]",
    "sip:a@[fe80::1%25eth0]",
    "sip:a@[v1.fe80::a]",
    "sip:a@b;",
    "sip:a@b;;c",
    "sip:a@b;=c",
    "sip:a@b;c=",
    "sip:a@b;c=d=e",
    "sip:a@b;c d",
    'sip:a@b;c="d"',
    "sip:a@b?",
    "sip:a@b?c d",
    "sip:a%@b",
    "sip:a%4@b",
    "sip:a%4g@b",
    "sip:a@b;c=%zz",
    'sip:a"b@c',
    "sip:<a@b",
    "sip:a\0@b",
    "sip:a@b\r\nX: y",
    "sip:a@b;x=\r\nX:y",
    `sip:a@b${";c".repeat(65)}`,
  ])("refuses %j", (text) => expect(parseSipUri(text)).toBeNull());

  test("reads 64 parameters", () => expect(parseSipUri(`sip:a@b${";c".repeat(64)}`)?.parameters).toHaveLength(64));

  test("is total, and what it reads it writes", () => {
    const piece = fc.constantFrom(...'sip:@;=?&%[].-ab1+2 \r\n"<>'.split(""), "sip:", "sips:", "%41", "2001:db8::1");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = `sip:${pieces.join("")}`;
        const uri = parseSipUri(text);
        if (uri === null) return;
        expect(parseSipUri(formatSipUri(uri))).toEqual(uri);
        expect(formatSipUri(uri)).not.toMatch(/[\s"<>]/);
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([
  ["tel:+1303", true],
  ["urn:service:sos", true],
  ["sip:a@b", true],
  ["nobodyKnowsThisScheme:totallyopaquecontent", true],
  ["a+b-c.1:x", true],
  ["tel:", false],
  [":x", false],
  ["a b:x", false],
  ["a:x y", false],
  ["a:<x>", false],
  ['a:"', false],
  ["a:\x7f", false],
  ["a:\xe9", false],
  ["nothing", false],
  ["", false],
])("%j can be a Request-URI: %s", (text, expected) => expect(isAbsoluteUri(text)).toBe(expected));

test.each([
  ["sip:", true],
  ["SiPs:x", true],
  ["sip", false],
  ["xsip:", false],
])("%j begins as a SIP URI: %s", (text, expected) => expect(isSipScheme(text)).toBe(expected));
