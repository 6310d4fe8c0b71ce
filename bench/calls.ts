// What a call costs the signalling process: the real Demarc between SIPp and SIPp, over UDP on loopback, record written. Alone:
// `node bench/calls.ts [--seconds 10] [--rates 200,500,1000]`. Demarc is pinned to core 0, SIPp to core 1.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { printLine } from "./measure.ts";
import { endProcess, startDemarc } from "./running-demarc.ts";
import { CALLEE, CALLER, CONFIGURATION, DEMARC, isSippThere, sipp } from "./sipp-office.ts";

/** The kernel counts processor time in hundredths of a second (USER_HZ). */
const TICK_US = 10_000;

export interface CallBenchOptions {
  /** Each rate is held for so long. Default 10. */
  readonly seconds?: number;
  /** Calls per second. */
  readonly rates?: readonly number[];
}

/** Processor time of a process so far, all of its threads, also those that ended. */
function cpuUsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

async function countRecords(): Promise<number> {
  const metrics = await (await fetch(`http://${DEMARC.api}/metrics`)).text();
  let count = 0;
  for (const [, value] of metrics.matchAll(/^demarc_calls_total\{cause="normal-clearing"\} (\d+)/gm))
    count += Number(value);
  return count;
}

async function measureRate(
  rate: number,
  given: { seconds: number; folder: string; demarc: ChildProcess; callee: ChildProcess },
) {
  const { seconds, folder, demarc, callee } = given;
  const pids = [demarc.pid ?? 0, callee.pid ?? 0];
  const before = pids.map(cpuUsOf);
  const recordsBefore = await countRecords();
  const calls = rate * seconds;
  const caller = sipp([...CALLER, "-r", String(rate), "-m", String(calls), "-d", "500"], folder);
  const [code] = (await once(caller, "exit")) as [number | null];
  const [demarcUs = 0, calleeUs = 0] = pids.map((pid, index) => cpuUsOf(pid) - (before[index] ?? 0));
  let records = (await countRecords()) - recordsBefore;
  for (let round = 0; round < 30 && records < calls; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    records = (await countRecords()) - recordsBefore;
  }
  const perCall = demarcUs / calls;
  const ratio = demarcUs / Math.max(1, calleeUs);
  printLine(
    `${rate} calls/s`,
    `${perCall.toFixed(0)} µs of CPU a call, ${ratio.toFixed(2)} x SIPp's answering side; ${records} of ${calls} recorded; SIPp ${code === 0 ? "saw no failure" : `failed (${code})`}`,
  );
}

/** Prints its figures. Says so where SIPp is missing. */
export async function benchCalls({ seconds = 10, rates = [200, 500, 1000] }: CallBenchOptions = {}): Promise<void> {
  if (!isSippThere("calls")) return;
  const demarc = await startDemarc(CONFIGURATION, { api: DEMARC.api, core: 0 });
  const { child, folder } = demarc;
  const callee = sipp(CALLEE, folder);
  try {
    await measureRate(100, { seconds: 5, folder, demarc: child, callee });
    for (const rate of rates) await measureRate(rate, { seconds, folder, demarc: child, callee });
  } finally {
    await endProcess(callee);
    await demarc.stop();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { seconds: { type: "string" }, rates: { type: "string" } } });
  const rates = values.rates?.split(",").map(Number);
  await benchCalls({ seconds: Number(values.seconds ?? 10), ...(rates === undefined ? {} : { rates }) });
}
