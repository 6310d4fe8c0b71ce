// Ten thousand calls through the engine on the virtual network, with all the invariants held against it.

import { expect, test } from "vitest";
import { type Faults, faultsNamed } from "./faults.ts";
import { runSimulation, type SimulationResult } from "./simulation.ts";

const FIXED_SEED = 20_261_126;
/** A fresh one each time: what the fixed one does not find, one of many runs will. */
const FRESH_SEED = Date.now() % 1_000_000_000;

function describeFailure(result: SimulationResult, again: string): string {
  if (result.failedBatch === null) return "";
  const found = result.violations.slice(0, 10).map(({ rule, detail, callId }) => `${rule}: ${detail} [${callId}]`);
  return [...found, result.ladder, `again: ${again} --batch ${result.failedBatch}`].join("\n");
}

function simulate(faults: Faults["name"], seed: number, calls: number): SimulationResult {
  const found = faultsNamed(faults);
  if (found === null) throw new Error(`there are no faults named ${faults}`);
  const again = `npm run sim -- --seed ${seed} --calls ${calls} --faults ${faults}`;
  const result = runSimulation({ seed, calls, faults: found });
  expect(describeFailure(result, again)).toBe("");
  expect(result.calls).toBe(calls);
  return result;
}

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

test.each([
  ["none", 1500],
  ["mild", 2000],
  ["harsh", 1500],
] as const)(`faults %s: %i calls with the fresh seed ${FRESH_SEED}`, (faults, calls) => {
  simulate(faults, FRESH_SEED, calls);
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
