// The other half of the fifty thousand calls on fresh seeds.

import { expect, test } from "vitest";
import { FRESH_SEED, freshCalls, simulate } from "./simulate.ts";

test.each([
  ["none", freshCalls(10_000)],
  ["mild", freshCalls(15_000)],
] as const)(`faults %s: %i calls with the fresh seed ${FRESH_SEED}`, (faults, calls) => {
  expect(simulate(faults, FRESH_SEED, calls).failedBatch).toBeNull();
});
