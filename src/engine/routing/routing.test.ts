// Numbers, routes and the order of targets.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/index.ts";
import { type NumberBlock, numberPlanOf, parseConfiguration, type Trunk } from "../../model/index.ts";
import { compileNumbers, findNumber } from "./find-number.ts";
import { bareNumber, formatNumber, isE164, type Notation, normalizeNumber } from "./normalize-number.ts";
import { orderTargets } from "./order-targets.ts";

const by = (format: Notation["format"]): Notation => ({ format, country: null, trunkPrefix: "auto" });

describe("normalizeNumber", () => {
  it.each([
    ["US", "+1 (202) 555-0100", "+12025550100"],
    ["US", "12025550100", "+12025550100"],
    ["US", "2025550100", "+12025550100"],
    ["US", "011442079460100", "+442079460100"],
    ["US", "911", "911"],
    ["US", "4711", "4711"],
    ["US", "+12025550100;npdi;phone-context=x", "+12025550100"],
    ["GB", "02079460100", "+442079460100"],
    ["GB", "0012025550100", "+12025550100"],
    ["GB", "2079460100", "2079460100"],
    ["DE", "030123456", "+4930123456"],
    ["IT", "0612345678", "+390612345678"],
    ["ES", "912345678", "+34912345678"],
    ["FR", "0123456789", "+33123456789"],
    ["AU", "0011442079460100", "+442079460100"],
    ["AU", "0291234567", "+61291234567"],
    ["XX", "02079460100", "02079460100"],
    ["US", "alice", "alice"],
    ["US", "", ""],
  ])("in %s reads %s as %s", (country, written, read) => {
    expect(normalizeNumber(written, numberPlanOf(country), by("e164"))).toBe(read);
  });

  it("reads E.164 without its plus where the peer writes it so", () => {
    expect(normalizeNumber("12025550100", null, by("e164-plain"))).toBe("+12025550100");
    expect(normalizeNumber("4711", null, by("e164-plain"))).toBe("4711");
    expect(normalizeNumber("12025550100", null, by("e164"))).toBe("12025550100");
  });

  it("leaves global numbers alone, whatever the plan", () => {
    const global = fc.stringMatching(/^\+[1-9]\d{6,13}$/);
    fc.assert(
      fc.property(global, fc.constantFrom("US", "GB", "IT", "XX"), (number, country) => {
        expect(normalizeNumber(number, numberPlanOf(country), by("e164"))).toBe(number);
      }),
    );
  });

  it("reads back what it writes", () => {
    const national = fc.stringMatching(/^[2-9]\d{2}[2-9]\d{6}$/).map((digits) => `+1${digits}`);
    fc.assert(
      fc.property(national, fc.constantFrom("e164", "e164-plain", "national"), (number, format) => {
        const plan = numberPlanOf("US");
        expect(normalizeNumber(formatNumber(number, plan, by(format)), plan, by(format))).toBe(number);
      }),
    );
  });

  it("writes foreign numbers in national form with the international prefix", () => {
    expect(formatNumber("+442079460100", numberPlanOf("US"), by("national"))).toBe("011442079460100");
    expect(formatNumber("+442079460100", numberPlanOf("GB"), by("national"))).toBe("02079460100");
    expect(formatNumber("911", numberPlanOf("US"), by("national"))).toBe("911");
  });

  it("knows a global number", () => {
    expect(["+123", "+12025550100"].every(isE164)).toBe(true);
    expect(["+0123", "123", "+12", "+1234567890123456", "+1a"].some(isE164)).toBe(false);
    expect(bareNumber("x1-2")).toBe("x1-2");
  });
});

const block = (first: string, last: string, trunk: string): NumberBlock => ({
  first,
  last,
  trunk,
  pool: null,
  owner: null,
  callerName: null,
  emergencyLocation: null,
  classOfService: null,
  calls: null,
  tags: [],
});

describe("findNumber", () => {
  const index = compileNumbers([
    block("+12025550200", "+12025550299", "b"),
    block("+12025550100", "+12025550199", "a"),
    block("+12025550300", "+12025550300", "c"),
    block("+4420794601", "+4420794601", "short"),
  ]);

  it.each([
    ["+12025550100", "a"],
    ["+12025550199", "a"],
    ["+12025550200", "b"],
    ["+12025550300", "c"],
    ["+4420794601", "short"],
    ["+12025550301", undefined],
    ["+12025550099", undefined],
    ["+1202555010", undefined],
    ["+120255501000", undefined],
    ["911", undefined],
  ])("%s belongs to %s", (number, trunk) => {
    expect(findNumber(index, number)?.trunk).toBe(trunk);
  });

  it("finds what looking at each block finds", () => {
    const bounds = fc.uniqueArray(fc.integer({ min: 1_000_000, max: 9_999_999 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(bounds, fc.integer({ min: 1_000_000, max: 9_999_999 }), (numbers, wanted) => {
        const sorted = [...numbers].sort((one, other) => one - other);
        const blocks: NumberBlock[] = [];
        for (let at = 0; at + 1 < sorted.length; at += 2)
          blocks.push(block(`+${sorted[at]}`, `+${sorted[at + 1]}`, `t${at}`));
        const naive = blocks.find(({ first, last }) => `+${wanted}` >= first && `+${wanted}` <= last) ?? null;
        expect(findNumber(compileNumbers(blocks.reverse()), `+${wanted}`)).toBe(naive);
      }),
    );
  });
});

function trunkWith(name: string, targets: readonly { uri: string; priority?: number; weight?: number }[]): Trunk {
  const parsed = parseConfiguration({
    networks: {
      wan: {
        listen: [{ transport: "udp", address: "127.0.0.2", port: 5060 }],
        media: { address: "127.0.0.2", ports: "30000-30099" },
      },
    },
    trunks: { [name]: { role: "provider", network: "wan", targets } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value.trunks[name] as Trunk;
}

describe("orderTargets", () => {
  it("keeps the order of trunks without weights, and of priorities within one", () => {
    const first = trunkWith("first", [
      { uri: "sip:b.example", priority: 20 },
      { uri: "sip:a.example", priority: 10 },
    ]);
    const second = trunkWith("second", [{ uri: "sip:c.example" }]);
    const order = orderTargets([first, second], seededRandom(1)).map(({ target }) => target.host);
    expect(order).toEqual(["a.example", "b.example", "c.example"]);
  });

  it("shares by weight, each first as often as its weight says (RFC 2782)", () => {
    const trunk = trunkWith("shared", [
      { uri: "sip:a.example", weight: 70 },
      { uri: "sip:b.example", weight: 30 },
    ]);
    const random = seededRandom(42);
    let first = 0;
    for (let round = 0; round < 10_000; round += 1) {
      const order = orderTargets([trunk], random);
      expect(order).toHaveLength(2);
      if (order[0]?.target.host === "a.example") first += 1;
    }
    expect(first).toBeGreaterThan(6850);
    expect(first).toBeLessThan(7150);
  });
});
