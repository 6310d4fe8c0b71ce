// Half of the fifty thousand calls on fresh seeds, with everything that can go wrong going wrong; beside it runs the other half.

import { expect, test } from "vitest";
import { FRESH_SEED, freshCalls, simulate } from "./simulate.ts";

test(`faults harsh: ${freshCalls(25_000)} calls with the fresh seed ${FRESH_SEED}`, () => {
  expect(simulate("harsh", FRESH_SEED, freshCalls(25_000)).failedBatch).toBeNull();
});
