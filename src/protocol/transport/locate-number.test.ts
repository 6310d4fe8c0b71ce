// What rules of ENUM make of a number, and what they may not make of us.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DnsAnswer, type NaptrRecord, questionKey } from "./dns-answers.ts";
import { domainOfNumber, locateNumber } from "./locate-number.ts";

const QUERY = { number: "+442079460148", suffix: "e164.arpa" };
const DOMAIN = "8.4.1.0.6.4.9.7.0.2.4.4.e164.arpa";
const TO_INFO = "!^.*$!sip:info@example.com!";

function rule(more: Partial<NaptrRecord> = {}): NaptrRecord {
  return { order: 100, preference: 10, flags: "u", service: "E2U+sip", regexp: TO_INFO, replacement: "", ...more };
}

function under(zones: Readonly<Record<string, readonly NaptrRecord[] | DnsAnswer>>) {
  const answers = Object.entries(zones).map(([name, zone]): [string, DnsAnswer] => {
    const answer = "kind" in zone ? zone : { kind: "naptr" as const, records: zone };
    return [questionKey({ type: "NAPTR", name }), answer];
  });
  return locateNumber(QUERY, new Map(answers));
}

function found(...rules: readonly Partial<NaptrRecord>[]): unknown {
  const result = under({ [DOMAIN]: rules.map(rule) });
  return result.kind === "found" ? result.uris : result;
}

describe("locateNumber", () => {
  it("asks for the digits from the last to the first under the suffix (RFC 6116 section 3.2)", () => {
    expect(domainOfNumber(QUERY)).toBe(DOMAIN);
    expect(domainOfNumber({ number: "+1-202 555", suffix: "E164.Example." })).toBe("5.5.5.2.0.2.1.e164.example");
    expect(locateNumber(QUERY, new Map())).toEqual({ kind: "ask", questions: [{ type: "NAPTR", name: DOMAIN }] });
  });

  it.each<[string, string, readonly string[]]>([
    ["a constant", TO_INFO, ["sip:info@example.com"]],
    ["groups", "!^\\+44(.*)$!sip:0\\1@example.com!", ["sip:02079460148@example.com"]],
    ["the whole match", "!^.*$!sip:\\0@example.com!", ["sip:+442079460148@example.com"]],
    ["another delimiter", "/^\\+(.*)$/sip:\\1@example.com/", ["sip:442079460148@example.com"]],
    ["its delimiter with a backslash", "!^.*$!sip:a\\!b@example.com!", ["sip:a!b@example.com"]],
    ["either case", "!^.*$!SIPS:Info@example.com!i", ["SIPS:Info@example.com"]],
    ["a part of the number", "!44!x!", []],
    ["what does not match", "!^\\+1(.*)$!sip:\\1@example.com!", []],
    ["a group that is not there", "!^.*$!sip:a\\9@example.com!", ["sip:a@example.com"]],
    ["another scheme", "!^.*$!mailto:info@example.com!", []],
    ["blanks and control characters", "!^.*$!sip:info@example.com\r\nX: y!", []],
    ["no expression", "", []],
    ["no end", "!^.*$!sip:info@example.com", []],
    ["too many parts", "!^.*$!sip:info@example.com!i!", []],
    ["a flag that is not known", "!^.*$!sip:info@example.com!g", []],
    ["a digit for a delimiter", "1^.*$1sip:info@example.com1", []],
    ["an expression that cannot be read", "!^(.*$!sip:info@example.com!", []],
    ["an expression that would take for ever elsewhere", `!^(\\+?(4*)*)*x!sip:info@example.com!`, []],
    ["more than a URI has", `!^.*$!sip:${"x".repeat(600)}@example.com!`, []],
  ])("rewrites by %s", (_what, regexp, uris) => {
    expect(found({ regexp })).toEqual(uris);
  });

  it.each<[string, boolean]>([
    ["E2U+sip", true],
    ["e2u+SIP", true],
    ["E2U+voice:tel+sip", true],
    ["E2U+pres", false],
    ["E2U+sipx", false],
    ["SIP+E2U", false],
    ["SIP+D2U", false],
    ["", false],
  ])("takes the service %s: %s", (service, takes) => {
    expect(found({ service })).toEqual(takes ? ["sip:info@example.com"] : []);
  });

  it("goes by order, then by preference; later orders count where the first has nothing for us", () => {
    const to = (name: string): string => `!^.*$!sip:${name}@example.com!`;
    expect(
      found(
        { order: 200, regexp: to("late") },
        { order: 100, preference: 20, regexp: to("second") },
        { order: 100, preference: 10, regexp: to("first") },
        { order: 50, service: "E2U+email:mailto" },
        { order: 100, preference: 30, regexp: to("first") },
      ),
    ).toEqual(["sip:first@example.com", "sip:second@example.com"]);
  });

  it("follows rules that lead on, by a name or by an expression", () => {
    const on = rule({ flags: "", service: "", regexp: "", replacement: "numbers.example." });
    expect(under({ [DOMAIN]: [on] })).toEqual({ kind: "ask", questions: [{ type: "NAPTR", name: "numbers.example" }] });
    expect(under({ [DOMAIN]: [on], "numbers.example": [rule()] })).toEqual({
      kind: "found",
      uris: ["sip:info@example.com"],
    });
    const written = rule({ flags: "", regexp: "!^\\+44(.*)$!\\1.uk.example!", replacement: "" });
    expect(under({ [DOMAIN]: [written] })).toMatchObject({ questions: [{ name: "2079460148.uk.example" }] });
  });

  it("comes to an end where they lead in a circle, too far, too wide, or to what is no name", () => {
    const to = (replacement: string): NaptrRecord => rule({ flags: "", regexp: "", replacement });
    const nothing = { kind: "found", uris: [] };
    expect(under({ [DOMAIN]: [to(DOMAIN)] })).toEqual(nothing);
    expect(under({ [DOMAIN]: [to("a.example")], "a.example": [to(DOMAIN)] })).toEqual(nothing);
    expect(under({ [DOMAIN]: [to("a b.example"), to(""), to(`${"x".repeat(64)}.example`)] })).toEqual(nothing);
    const chain = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`n${at}.example`, [to(`n${at + 1}.example`)]]),
    );
    expect(under({ [DOMAIN]: [to("n0.example")], ...chain })).toEqual(nothing);
    const wide = Array.from({ length: 30 }, (_, at) => to(`w${at}.example`));
    const none = Object.fromEntries(wide.map(({ replacement }) => [replacement, { kind: "none" } as const]));
    expect(under({ [DOMAIN]: wide, ...none })).toEqual(nothing);
  });

  it("knows a number that has none from name servers that do not say", () => {
    expect(under({ [DOMAIN]: { kind: "none" } })).toEqual({ kind: "found", uris: [] });
    const failed = { kind: "failed", detail: "silence" } as const;
    expect(under({ [DOMAIN]: failed })).toEqual(failed);
    const both = [rule({ flags: "", regexp: "", replacement: "a.example", order: 1 }), rule()];
    expect(under({ [DOMAIN]: both, "a.example": failed })).toEqual({ kind: "found", uris: ["sip:info@example.com"] });
  });

  it("takes at most ten", () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ regexp: `!^.*$!sip:n${at}@example.com!` }));
    expect(found(...many)).toHaveLength(10);
  });

  it("reads any rule as a value, and gives nothing but URIs of SIP", () => {
    const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom(TO_INFO, "!(.*)!sip:\\1@x!", "!", "\\"));
    const any = fc.record({
      flags: fc.constantFrom("", "u", "U", "s"),
      regexp: text,
      replacement: text,
      service: text,
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), (rules) => {
        const result = under({ [DOMAIN]: rules.map((one) => rule({ ...one, service: `E2U+sip+${one.service}` })) });
        if (result.kind === "found") for (const uri of result.uris) expect(uri).toMatch(/^sips?:[!-~]+$/i);
      }),
      { numRuns: 2000 },
    );
  });
});
