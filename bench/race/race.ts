// `npm run race`: the same INVITEs through Demarc and through the SIP packages that others use, on this machine. `--laps 3`, one process a lap.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, formatNs } from "../measure.ts";
import type { Lap } from "./run-contestant.ts";
import { SAMPLES } from "./samples.ts";

/** Ours first: the others' figures are told as multiples of it. */
const NAMES = ["demarc", "not validating", "sip", "drachtio-srf", "jssip"] as const;
const LAP = join(import.meta.dirname, "run-contestant.ts");

function runLap(name: string, sample: string): Lap {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAP, name, sample], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} did not finish:\n${stderr}`);
  return JSON.parse(stdout) as Lap;
}

function row(name: string, cells: readonly string[]): void {
  console.log(`  ${name.padEnd(16)}${cells.map((cell) => cell.padStart(18)).join("")}`);
}

/** In turns, so that a neighbour who wakes up disturbs all of them; of each the best lap, since work of others only ever adds. */
function race(sample: string, laps: number): Map<string, Lap> {
  const best = new Map<string, Lap>();
  for (let lap = 0; lap < laps; lap += 1) {
    for (const name of NAMES) {
      const { readNs, answerNs } = runLap(name, sample);
      const before = best.get(name) ?? { readNs, answerNs };
      best.set(name, { readNs: Math.min(readNs, before.readNs), answerNs: Math.min(answerNs, before.answerNs) });
    }
  }
  return best;
}

const { values } = parseArgs({ options: { laps: { type: "string", default: "3" } } });
const laps = Math.max(1, Number(values.laps));
console.log(`machine: ${describeMachine()}`);
for (const [sample, { text }] of Object.entries(SAMPLES)) {
  const best = race(sample, laps);
  const ours = best.get("demarc") as Lap;
  console.log(`\n${sample}: an INVITE of ${text(0).length} bytes; processor time, the best of ${laps} laps' medians`);
  row("", ["reading", "times ours", "answering", "times ours"]);
  for (const [name, { readNs, answerNs }] of best) {
    const times = [readNs / ours.readNs, answerNs / ours.answerNs].map((ratio) => `${ratio.toFixed(1)} x`);
    row(name, [formatNs(readNs), times[0] as string, formatNs(answerNs), times[1] as string]);
  }
}
