// RFC 3261 section 19.1.4 with its own examples, RFC 5954 on addresses, and what holds of any comparison.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSipUri, type SipUri } from "./uri.ts";
import { isSameHost, isSameSipUri } from "./uri-comparison.ts";

function uri(text: string): SipUri {
  const parsed = parseSipUri(text);
  if (parsed === null) throw new Error(`no URI: ${text}`);
  return parsed;
}

function same(one: string, other: string): boolean {
  const forth = isSameSipUri(uri(one), uri(other));
  expect(isSameSipUri(uri(other), uri(one))).toBe(forth);
  return forth;
}

describe("the RFC's examples", () => {
  test.each([
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;security=on"],
    ["sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"],
    [
      "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ],
    [
      "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
      "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ],
  ])("%s is %s", (one, other) => expect(same(one, other)).toBe(true));

  test.each([
    ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"],
  ])("%s is not %s", (one, other) => expect(same(one, other)).toBe(false));
});

describe("beyond them", () => {
  test.each([
    ["sip:a@h", "sips:a@h", false],
    ["sip:a@h", "sip:h", false],
    ["sip:a@h", "sip:a:pw@h", false],
    ["sip:a:pw@h", "sip:a:PW@h", false],
    ["sip:a:%70w@h", "sip:a:pw@h", true],
    ["sip:a%2Fb@h", "sip:a/b@h", false],
    ["sip:a%2fb@h", "sip:a%2Fb@h", true],
    ["sip:a%2541@h", "sip:a%41@h", false],
    ["sip:a@h;user=phone", "sip:a@h", false],
    ["sip:a@h;ttl=1", "sip:a@h", false],
    ["sip:a@h;method=INVITE", "sip:a@h", false],
    ["sip:a@h;maddr=239.0.0.1", "sip:a@h", false],
    ["sip:a@h;lr", "sip:a@h", true],
    ["sip:a@h;lr", "sip:a@h;lr=on", false],
    ["sip:a@h;x=%41", "sip:a@h;X=a", true],
    ["sip:a@h;x=1;x=2", "sip:a@h;x=2", false],
    ["sip:a@h?s=x", "sip:a@h?Subject=x", true],
    ["sip:a@h?s=x&s=y", "sip:a@h?s=x", false],
    ["sip:a@h?s=x&s=y", "sip:a@h?s=y&s=x", true],
    ["sip:a@h?s=%78", "sip:a@h?s=x", true],
    ["sip:a@h?broken", "sip:a@h?broken", true],
    ["sip:a@h?broken", "sip:a@h?broke", false],
    ["sip:a@[2001:db8::9:1]", "sip:a@[2001:DB8:0:0:0:0:9:1]", true],
    ["sip:a@[2001:db8::9:1]", "sip:a@[2001:db8::9:2]", false],
    ["sip:a@[::ffff:192.0.2.10]:5060", "sip:a@[::FFFF:C000:20A]:5060", true],
    ["sip:a@[2001:db8:::192.0.2.1]", "sip:a@[2001:db8::192.0.2.1]", true],
  ])("%s, %s: %s", (one, other, expected) => expect(same(one, other)).toBe(expected));

  test.each([
    ["::1", "0:0:0:0:0:0:0:1", true],
    ["::", "0::0", true],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", true],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", true],
    ["1::2::3", "1::2:0:3", false],
    ["1:2:3", "1:2:3:0:0:0:0:0", false],
    ["::ffff:256.0.0.1", "::ffff:100:1", false],
    ["::12345", "::2345", false],
    ["::ffff:192.0.2.1", "192.0.2.1", false],
    ["A.Example", "a.example", true],
    ["a.example", "b.example", false],
  ])("hosts %s, %s: %s", (one, other, expected) => {
    expect([isSameHost(one, other), isSameHost(other, one)]).toEqual([expected, expected]);
  });

  test("a URI is itself, also with its escapes in another case, its parameters and headers in another order", () => {
    const text = fc.stringMatching(/^([A-Za-z0-9.!~*'()-]|%[0-9a-fA-F]{2}){1,6}$/);
    // Of two with one name, however it is written, the order counts.
    const nameOf = ([name]: [string, string]) =>
      name.replace(/%../g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16))).toLowerCase();
    const pairs = fc.uniqueArray(fc.tuple(text, text), { minLength: 1, maxLength: 4, selector: nameOf });
    fc.assert(
      fc.property(text, pairs, pairs, (user, parameters, headers) => {
        const write = (ps: typeof pairs extends fc.Arbitrary<infer T> ? T : never, hs: typeof ps): string =>
          `sip:${user}@h${ps.map(([n, v]) => `;${n}=${v}`).join("")}?${hs.map(([n, v]) => `${n}=${v}`).join("&")}`;
        const other = write([...parameters].sort(), [...headers].reverse());
        const escapes = other.replace(/%../g, (written) => written.toLowerCase());
        expect(same(write(parameters, headers), write(parameters, headers))).toBe(true);
        expect(same(write(parameters, headers), escapes)).toBe(true);
      }),
    );
  });
});
