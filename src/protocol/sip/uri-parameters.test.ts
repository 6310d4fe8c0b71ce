// What the parameters of a URI mean, and its headers, which are read and never acted on.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSipUri, type SipUri } from "./uri.ts";
import { formatUriHeaders, parseUriHeaders, URI_HEADER_LIMIT } from "./uri-headers.ts";
import { isLooseRouter, maddrOf, methodOf, transportOf, ttlOf, userKindOf } from "./uri-parameters.ts";

const uri = (parameters: string): SipUri => parseSipUri(`sip:a@h${parameters}`) as SipUri;

test.each<[string, ReturnType<typeof meaning>]>([
  ["", [null, null, null, null, null, false]],
  [";Transport=TCP;LR", ["tcp", null, null, null, null, true]],
  [";lr=on;user=Phone", [null, null, null, "phone", null, true]],
  [";maddr=[2001:db8::1];ttl=16", [null, "2001:db8::1", 16, null, null, false]],
  [";maddr=239.255.255.1;ttl=255", [null, "239.255.255.1", 255, null, null, false]],
  [";ttl=256", [null, null, null, null, null, false]],
  [";ttl=-1", [null, null, null, null, null, false]],
  [";ttl;transport;maddr;user;method", [null, null, null, null, null, false]],
  [";method=sUBSCRIBE;transport=%74ls", ["tls", null, null, null, "sUBSCRIBE", false]],
])("%s", (parameters, expected) => expect(meaning(uri(parameters))).toEqual(expected));

function meaning(of: SipUri) {
  return [transportOf(of), maddrOf(of), ttlOf(of), userKindOf(of), methodOf(of), isLooseRouter(of)];
}

test.each<[string, [string, string][] | null]>([
  [
    "subject=project%20x&priority=urgent",
    [
      ["subject", "project x"],
      ["priority", "urgent"],
    ],
  ],
  [
    "Route=%3Csip:x%3Blr%3E&body=",
    [
      ["Route", "<sip:x;lr>"],
      ["body", ""],
    ],
  ],
  ["a=%0D%0AVia:%20x", [["a", "\r\nVia: x"]]],
  ["a=sip:b@c;d=e", [["a", "sip:b@c;d=e"]]],
  ["", null],
  ["a", null],
  ["=a", null],
  ["a=b&", null],
  ["a=b&c&d=e", null],
  ["a=b c", null],
  ["a=\r\n", null],
  ['a="b"', null],
])("headers %j", (text, expected) => {
  expect(parseUriHeaders(text)).toEqual(expected?.map(([name, value]) => ({ name, value })) ?? null);
});

test("there are at most 64 headers", () => {
  const many = (count: number): string => Array.from({ length: count }, () => "a=b").join("&");
  expect(parseUriHeaders(many(URI_HEADER_LIMIT))).toHaveLength(URI_HEADER_LIMIT);
  expect(parseUriHeaders(many(URI_HEADER_LIMIT + 1))).toBeNull();
});

test("headers of any bytes are read as they were written", () => {
  const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
  const header = fc.record({ name: bytes.filter((name) => name !== ""), value: bytes });
  fc.assert(
    fc.property(fc.array(header, { minLength: 1, maxLength: 8 }), (headers) => {
      expect(parseUriHeaders(formatUriHeaders(headers))).toEqual(headers);
      expect(parseSipUri(`sip:h?${formatUriHeaders(headers)}`)?.headers).toBe(formatUriHeaders(headers));
    }),
  );
});
