// A run of the simulator as a test: what broke, with its ladder and the command that plays it again.

import { expect } from "vitest";
import { type Faults, faultsNamed } from "./faults.ts";
import { runSimulation, type SimulationResult } from "./simulation.ts";

/** A fresh one each time: what a fixed one does not find, one of many runs will. */
export const FRESH_SEED = Date.now() % 1_000_000_000;

export function describeFailure(result: SimulationResult, again: string): string {
  if (result.failedBatch === null) return "";
  const found = result.violations.slice(0, 10).map(({ rule, detail, callId }) => `${rule}: ${detail} [${callId}]`);
  return [...found, result.ladder, `again: ${again} --batch ${result.failedBatch}`].join("\n");
}

export function simulate(faults: Faults["name"], seed: number, calls: number): SimulationResult {
  const found = faultsNamed(faults);
  if (found === null) throw new Error(`there are no faults named ${faults}`);
  const again = `npm run sim -- --seed ${seed} --calls ${calls} --faults ${faults}`;
  const result = runSimulation({ seed, calls, faults: found });
  expect(describeFailure(result, again)).toBe("");
  expect(result.calls).toBe(calls);
  return result;
}

/** Fifty thousand in all where time is there for it, a tenth of that at a person's desk. */
export function freshCalls(inContinuousIntegration: number): number {
  return process.env.CI === "true" ? inContinuousIntegration : inContinuousIntegration / 10;
}
