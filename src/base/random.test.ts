// Seeded sequences repeat, tokens are tokens, and bounds hold.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Random, randomBelow, randomBytes, randomChance, randomToken, seededRandom } from "./random.ts";

const constant = (value: number): Random => ({ uint32: () => value });

describe("seededRandom", () => {
  test("repeats itself for one seed and differs for others, large ones too", () => {
    const sequence = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(sequence(7)).toEqual(sequence(7));
    const seeds = [0, 1, 2, 7, 2 ** 33, 2 ** 33 + 1, 2 ** 53 - 1];
    expect(new Set(seeds.map((seed) => sequence(seed).join())).size).toBe(seeds.length);
  });

  test("covers 32 bits evenly", () => {
    const random = seededRandom(1);
    const buckets = new Array<number>(16).fill(0);
    for (let round = 0; round < 16_000; round += 1) {
      const value = random.uint32();
      expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true);
      buckets[value >>> 28] = (buckets[value >>> 28] as number) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

test("randomToken takes 5 bits a character from fresh words", () => {
  expect(randomToken(constant(0), 7)).toBe("0000000");
  expect(randomToken(constant(0xffffffff), 7)).toBe("vvvvvvv");
  expect(randomToken(constant(0b00001_00010_00011_00100_00101_00110), 6)).toBe("654321");
  expect(randomToken(constant(1), 0)).toBe("");
  let asked = 0;
  randomToken({ uint32: () => ++asked }, 26);
  expect(asked).toBe(5);
});

test("randomToken of a seeded sequence does not repeat itself", () => {
  const random = seededRandom(3);
  const tokens = Array.from({ length: 20_000 }, () => randomToken(random, 13));
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.every((token) => /^[0-9a-v]{13}$/.test(token))).toBe(true);
});

test("randomBytes gives every byte of every word, and no more words than it needs", () => {
  let asked = 0;
  const random: Random = { uint32: () => 0x04030201 + 0x10101010 * asked++ };
  expect([...randomBytes(random, 6)]).toEqual([1, 2, 3, 4, 0x11, 0x12]);
  expect([asked, randomBytes(random, 0).length]).toEqual([2, 0]);
});

test("randomBelow stays below, at both ends", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (below, value) => {
      const number = randomBelow(constant(value), below);
      expect(Number.isInteger(number) && number >= 0 && number < below).toBe(true);
    }),
  );
  expect([randomBelow(constant(0), 6), randomBelow(constant(2 ** 32 - 1), 6)]).toEqual([0, 5]);
});

test.each([
  [0, 0, false],
  [1, 2 ** 32 - 1, true],
  [0.5, 2 ** 31 - 1, true],
  [0.5, 2 ** 31, false],
])("randomChance of %d at %d is %s", (probability, value, expected) => {
  expect(randomChance(constant(value), probability)).toBe(expected);
});
