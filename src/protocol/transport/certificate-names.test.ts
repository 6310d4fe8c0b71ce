// RFC 5922 sections 7.1 and 7.2: which names count, and what they cover.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { certificateCovers, readCertificateNames } from "./certificate-names.ts";

const namesOf = (subjectAltName: string | null, subject = "O=Somebody\nCN=cn.example") =>
  readCertificateNames({ subjectAltName, subject });

describe("names of a certificate", () => {
  test.each<[string, string | null, readonly string[], readonly string[]]>([
    ["DNS names", "DNS:A.example, DNS:b.example.", ["a.example", "b.example"], []],
    ["a sip: URI outdoes DNS names", "DNS:host.example, URI:sip:Dom.example", ["dom.example"], []],
    ["a user is no domain", "URI:sip:alice@dom.example, DNS:host.example", ["host.example"], []],
    [
      "another scheme counts for nothing",
      "URI:sips:dom.example, URI:https://dom.example, DNS:h.example",
      ["h.example"],
      [],
    ],
    ["a URI takes no star", "URI:sip:*.dom.example, DNS:h.example", ["h.example"], []],
    ["addresses", "IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1", [], ["192.0.2.1", "2001:DB8:0:0:0:0:0:1"]],
    ["with alternative names the common name counts for nothing", "email:a@b.example", [], []],
    ["without them it counts", null, ["cn.example"], []],
    ["a quoted name with a comma", 'DNS:"a.example, DNS:bank.example", DNS:b.example', ["b.example"], []],
    ["a NUL", 'DNS:"bank.example\\u0000.evil.example"', [], []],
    ["an address as a DNS name", "DNS:192.0.2.1", [], []],
  ])("%s", (_what, subjectAltName, domains, addresses) => {
    expect(namesOf(subjectAltName)).toEqual({ domains, addresses });
  });

  test("a common name of unusual form, or a second one, counts for nothing", () => {
    expect(namesOf(null, "CN=a b.example").domains).toEqual([]);
    expect(namesOf(null, "CN=bank.example\\00.evil.example").domains).toEqual([]);
    expect(namesOf(null, "CN=a.example\nCN=b.example").domains).toEqual([]);
    expect(namesOf(null, "O=x").domains).toEqual([]);
  });

  test("no more than 256 of a kind are looked at", () => {
    const many = Array.from({ length: 300 }, (_, n) => `DNS:n${n}.example, IP Address:192.0.2.${n % 256}`).join(", ");
    const { domains, addresses } = namesOf(many);
    expect([domains.length, addresses.length, domains.at(-1)]).toEqual([256, 256, "n255.example"]);
  });

  test("any text gives names that are domains or addresses", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'DNS:URIsip*.@, \\"\u0000') }), (text) => {
        for (const domain of namesOf(text, text).domains) expect(domain).toMatch(/^[a-z0-9*_.-]+$/);
      }),
    );
  });
});

describe("what they cover", () => {
  const names = namesOf("DNS:a.example, DNS:*.wild.example, DNS:*.com, IP Address:2001:db8:0:0:0:0:0:1");

  test.each<[string, boolean, boolean]>([
    ["a.example", true, true],
    ["A.Example.", true, true],
    ["b.a.example", false, false],
    ["x.wild.example", false, true],
    ["x.y.wild.example", false, false],
    ["wild.example", false, false],
    ["*.wild.example", false, false],
    ["anything.com", false, false],
    ["2001:db8::1", true, true],
    ["2001:db8::2", false, false],
    ["", false, false],
    ["a.example\u0000", false, false],
  ])("%s: %s, with wildcards %s", (name, strictly, loosely) => {
    expect(certificateCovers(names, name, { wildcard: false })).toBe(strictly);
    expect(certificateCovers(names, name, { wildcard: true })).toBe(loosely);
  });
});
