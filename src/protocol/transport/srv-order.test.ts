// The order of SRV records as RFC 2782 describes it, and its shares over many draws.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/index.ts";
import type { SrvRecord } from "./dns-answers.ts";
import { isServiceRefused, orderSrv } from "./srv-order.ts";

const record = (priority: number, weight: number, target: string): SrvRecord => ({
  priority,
  weight,
  port: 5060,
  target,
});

/** How often each target comes first in so many draws. */
function firsts(records: readonly SrvRecord[], draws: number): Record<string, number> {
  const random = seededRandom(20_782);
  const counts: Record<string, number> = {};
  for (let draw = 0; draw < draws; draw += 1) {
    const first = orderSrv(records, random)[0]?.target ?? "";
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

describe("orderSrv", () => {
  it("shares the first place by weight, and gives a weight of 0 hardly any", () => {
    const counts = firsts(
      [record(1, 0, "zero"), record(1, 25, "quarter"), record(1, 75, "rest"), record(2, 999, "later")],
      20_000,
    );
    expect(counts.later).toBeUndefined();
    expect(counts.rest ?? 0).toBeGreaterThan(14_300);
    expect(counts.rest ?? 0).toBeLessThan(15_500);
    // One of the 101 numbers from 0 to 100 is the one with no weight's.
    expect(counts.zero ?? 0).toBeGreaterThan(100);
    expect(counts.zero ?? 0).toBeLessThan(320);
  });

  it("keeps every usable record once, by priority", () => {
    const records = fc.array(
      fc.record({ priority: fc.nat(3), weight: fc.nat(65_535), port: fc.constant(5060), target: fc.uuid() }),
    );
    fc.assert(
      fc.property(records, fc.nat(), (given, seed) => {
        const ordered = orderSrv(given, seededRandom(seed));
        expect(new Set(ordered)).toEqual(new Set(given));
        expect(ordered).toHaveLength(given.length);
        const priorities = ordered.map(({ priority }) => priority);
        expect(priorities).toEqual([...priorities].sort((one, other) => one - other));
      }),
    );
  });

  it("leaves out what cannot be called", () => {
    expect(orderSrv([record(1, 1, "."), { ...record(1, 1, "a"), port: 0 }], seededRandom(1))).toEqual([]);
    expect(isServiceRefused([record(0, 0, ".")])).toBe(true);
    expect(isServiceRefused([record(0, 0, "a")])).toBe(false);
    expect(isServiceRefused([])).toBe(false);
  });
});
