// npm run sim -- --seed N --calls N --faults none|mild|harsh [--batch N]: prints what came of the calls; exits 1 when an invariant broke.

import { parseArgs } from "node:util";
import { faultsNamed } from "./faults.ts";
import { runSimulation, type SimulationResult } from "./simulation.ts";

const USAGE = "usage: npm run sim -- [--seed N] [--calls N] [--faults none|mild|harsh] [--batch N]";

function readNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
      calls: { type: "string", default: "10000" },
      faults: { type: "string", default: "mild" },
      batch: { type: "string" },
    },
  });
  const [seed, calls] = [readNumber(values.seed), readNumber(values.calls)];
  const faults = faultsNamed(values.faults);
  const batch = readNumber(values.batch);
  if (seed === null || calls === null || faults === null || (values.batch !== undefined && batch === null)) return null;
  return { seed, calls, faults, batch };
}

function printCounts(title: string, counts: ReadonlyMap<string, number>): void {
  console.log(title);
  for (const [what, count] of [...counts].sort((one, other) => other[1] - one[1])) {
    console.log(`${String(count).padStart(9)}  ${what}`);
  }
}

function printFailure(result: SimulationResult, again: string): void {
  console.log(`\n${result.violations.length} invariants broke in batch ${result.failedBatch}:`);
  for (const { rule, at, detail, callId } of result.violations.slice(0, 20)) {
    console.log(`  ${(at / 1000).toFixed(3)} s  ${rule}: ${detail}${callId === null ? "" : `  [${callId}]`}`);
  }
  if (result.ladder !== "") console.log(`\n${result.ladder}`);
  console.log(`\nagain: ${again} --batch ${result.failedBatch}`);
}

function main(): number {
  const options = readOptions();
  if (options === null) {
    console.log(USAGE);
    return 2;
  }
  const { seed, calls, faults } = options;
  console.log(`seed ${seed}, ${calls} calls, faults ${faults.name}`);
  const started = performance.now();
  let printed = started;
  const onBatch = (progress: { readonly calls: number }) => {
    const now = performance.now();
    if (now - printed < 5000) return;
    printed = now;
    console.log(`${progress.calls} calls, ${Math.round((progress.calls * 1000) / (now - started))} calls/s`);
  };
  const result = runSimulation({ ...options, onBatch });
  const seconds = (performance.now() - started) / 1000;
  printCounts("calls by what was planned:", result.kinds);
  printCounts("records by status and cause:", result.outcomes);
  const rate = Math.round(result.calls / seconds);
  console.log(
    `${result.calls} calls, ${result.messages} messages, ${(result.virtualMs / 3_600_000).toFixed(1)} virtual hours`,
  );
  console.log(`${seconds.toFixed(1)} s, ${rate} calls/s; seed ${seed}`);
  if (result.violations.length === 0) return 0;
  printFailure(result, `npm run sim -- --seed ${seed} --calls ${calls} --faults ${faults.name}`);
  return 1;
}

process.exitCode = main();
