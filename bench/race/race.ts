// `npm run race`: the same INVITE through Demarc and through the SIP packages that others use, on this machine. `--laps 3`, one process a lap.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, formatNs } from "../measure.ts";
import { sampleInvite } from "../messages.ts";
import type { Lap } from "./run-contestant.ts";

/** Ours first: the others' figures are told as multiples of it. */
const NAMES = ["demarc", "not validating", "sip", "drachtio-srf", "jssip"] as const;
const LAP = join(import.meta.dirname, "run-contestant.ts");

function runLap(name: string): Lap {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAP, name], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} did not finish:\n${stderr}`);
  return JSON.parse(stdout) as Lap;
}

function row(name: string, cells: readonly string[]): void {
  console.log(`  ${name.padEnd(16)}${cells.map((cell) => cell.padStart(18)).join("")}`);
}

const { values } = parseArgs({ options: { laps: { type: "string", default: "3" } } });
const laps = Math.max(1, Number(values.laps));
const best = new Map<string, Lap>();
// In turns, so that a neighbour who wakes up disturbs all of them; of each the best lap, since work of others only ever adds.
for (let lap = 0; lap < laps; lap += 1) {
  for (const name of NAMES) {
    const { readNs, answerNs } = runLap(name);
    const before = best.get(name) ?? { readNs, answerNs };
    best.set(name, { readNs: Math.min(readNs, before.readNs), answerNs: Math.min(answerNs, before.answerNs) });
  }
}

const ours = best.get("demarc") as Lap;
console.log(`machine: ${describeMachine()}`);
console.log(`an INVITE of ${sampleInvite().length} bytes; processor time, the best of ${laps} laps' medians\n`);
row("", ["reading", "times ours", "answering", "times ours"]);
for (const [name, { readNs, answerNs }] of best) {
  const times = [readNs / ours.readNs, answerNs / ours.answerNs].map((ratio) => `${ratio.toFixed(1)} x`);
  row(name, [formatNs(readNs), times[0] as string, formatNs(answerNs), times[1] as string]);
}
