// Calls through the engine on the virtual network, with all the invariants held against it.

import { expect, test } from "vitest";
import { type Faults, faultsNamed } from "./faults.ts";
import { describeFailure, FRESH_SEED, simulate } from "./simulate.ts";
import { runSimulation } from "./simulation.ts";

const FIXED_SEED = 20_261_126;
test.each([
  ["none", 2000],
  ["mild", 1500],
  ["harsh", 1500],
] as const)(`faults %s: %i calls with seed ${FIXED_SEED}`, (faults, calls) => {
  const { outcomes } = simulate(faults, FIXED_SEED, calls);
  const expected = ["200 normal-clearing", "486 busy", "487 cancelled", "480 no-answer", "500 target-failure"];
  // What was meant to be tried did happen.
  for (const outcome of [...expected, "503 limit", "403 rejected", "404 unknown-number", "404 no-route"])
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(0);
});

test("other engines that go on from what the one before wrote down do the same", () => {
  const [seed, calls, faults] = [FRESH_SEED, 500, faultsNamed("harsh") as Faults];
  const handed = runSimulation({ seed, calls, faults, handOverEvery: 37 });
  expect(describeFailure(handed, `with seed ${seed}`)).toBe("");
  expect(handed).toEqual(runSimulation({ seed, calls, faults }));
});

test("the same seed gives the same run", () => {
  const one = simulate("harsh", FIXED_SEED, 250);
  const other = simulate("harsh", FIXED_SEED, 250);
  expect(other).toEqual(one);
});
