// When new calls are turned away, and how many.
import { expect, test } from "vitest";
import { seededRandom } from "../../base/index.ts";
import { createOverload, isTurnedAway, type LoadSample, noteLoad } from "./overload.ts";

const CALM: LoadSample = { lagMs: 5, busy: 0.6 };
const FULL: LoadSample = { lagMs: 20, busy: 1 };
const LATE: LoadSample = { lagMs: 400, busy: 1 };

function percentsOf(samples: readonly LoadSample[]): number[] {
  const overload = createOverload();
  return samples.map((sample) => {
    noteLoad(overload, sample);
    return overload.percent;
  });
}

test("a second without a pause begins it, slowly; a burst does not", () => {
  expect(percentsOf([FULL, FULL, FULL, CALM, FULL, FULL, FULL])).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(percentsOf([FULL, FULL, FULL, FULL, FULL, FULL])).toEqual([0, 0, 0, 5, 10, 15]);
});

test("two late samples in a row begin it fast, one alone does not; it never exceeds everything, and goes in steps", () => {
  expect(percentsOf([LATE, LATE, LATE, CALM, CALM])).toEqual([0, 20, 40, 35, 30]);
  expect(percentsOf(Array.from({ length: 9 }, () => LATE)).at(-1)).toBe(100);
  expect(percentsOf([LATE, CALM, LATE, CALM])).toEqual([0, 0, 0, 0]);
  expect(percentsOf([LATE, LATE, FULL, CALM])).toEqual([0, 20, 20, 15]);
});

test("so many in a hundred are turned away", () => {
  const random = seededRandom(3);
  const count = (percent: number): number => {
    const overload = { ...createOverload(), percent };
    return Array.from({ length: 10_000 }, () => isTurnedAway(overload, random)).filter(Boolean).length;
  };
  expect(count(0)).toBe(0);
  expect(count(100)).toBe(10_000);
  expect(count(30)).toBeGreaterThan(2800);
  expect(count(30)).toBeLessThan(3200);
});
