import { expect, test } from "vitest";
import { randomToken } from "../base/index.ts";
import { createSystemRandom } from "./system-random.ts";

test("gives numbers of 32 bits, no two tokens alike, beyond one sip", () => {
  const random = createSystemRandom();
  const numbers = Array.from({ length: 10_000 }, () => random.uint32());
  expect(numbers.every((number) => Number.isInteger(number) && number >= 0 && number <= 0xffffffff)).toBe(true);
  // Of 10,000 draws some 0.01 collide: more than a few would be a pool given out again.
  expect(new Set(numbers).size).toBeGreaterThan(9990);
  expect(numbers.filter((number) => number > 0x7fffffff).length).toBeGreaterThan(4000);
  const tokens = Array.from({ length: 5000 }, () => randomToken(random, 26));
  expect(new Set(tokens).size).toBe(5000);
});
