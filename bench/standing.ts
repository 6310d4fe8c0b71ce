// What a call costs the signalling process in memory while it stands: the heap of the real Demarc before and with thousands of calls between SIPp and SIPp. Alone:
// `node bench/standing.ts [--calls 3000]`; some two minutes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { printLine } from "./measure.ts";
import { endProcess, type RunningDemarc, startDemarc } from "./running-demarc.ts";
import { CALLEE, CALLER, CONFIGURATION, DEMARC, isSippThere, sipp } from "./sipp-office.ts";

/** Longer than transactions live on (64 T1), so that only what stands is left. */
const SETTLE_MS = 36_000;
const RATE = 200;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[] } };
  readonly nodes: readonly number[];
}

/** Bytes that are alive: V8 collects before it writes. */
async function heapOf({ child, folder }: RunningDemarc): Promise<number> {
  const known = new Set(readdirSync(folder));
  child.kill("SIGUSR2");
  for (let round = 0; round < 100; round += 1) {
    await pause(500);
    const name = readdirSync(folder).find((some) => some.endsWith(".heapsnapshot") && !known.has(some));
    const whole = name === undefined ? null : readWhole(join(folder, name));
    if (whole === null) continue;
    const { node_fields: fields } = whole.snapshot.meta;
    let bytes = 0;
    for (let at = fields.indexOf("self_size"); at < whole.nodes.length; at += fields.length)
      bytes += whole.nodes[at] ?? 0;
    return bytes;
  }
  throw new Error("the heap was not written");
}

/** Null as long as it is being written. */
function readWhole(path: string): Snapshot | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Snapshot;
  } catch {
    return null;
  }
}

async function standingCalls(): Promise<number> {
  const metrics = await (await fetch(`http://${DEMARC.api}/metrics`)).text();
  return Number(/^demarc_calls\{state="answered"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

/** Prints its figure. */
export async function benchStanding({ calls = 3000 }: { readonly calls?: number } = {}): Promise<void> {
  if (!isSippThere("standing calls")) return;
  const flags = ["--heapsnapshot-signal=SIGUSR2"];
  const demarc = await startDemarc(CONFIGURATION, { api: DEMARC.api, core: 0, flags });
  const callee = sipp(CALLEE, demarc.folder);
  const callMs = String((calls / RATE) * 1000 + SETTLE_MS + 60_000);
  try {
    // Others before, so that the code is compiled.
    const before = sipp([...CALLER, "-r", "100", "-m", "500", "-d", "500"], demarc.folder);
    await pause(SETTLE_MS + 8000);
    await endProcess(before);
    const empty = await heapOf(demarc);
    const caller = sipp(
      [...CALLER, "-r", String(RATE), "-m", String(calls), "-l", String(calls), "-d", callMs],
      demarc.folder,
    );
    await pause((calls / RATE) * 1000 + SETTLE_MS);
    const standing = await standingCalls();
    const full = await heapOf(demarc);
    await endProcess(caller);
    printLine(
      `${standing} standing calls`,
      `${((full - empty) / Math.max(1, standing) / 1000).toFixed(1)} kB of heap each`,
    );
  } finally {
    await endProcess(callee);
    await demarc.stop();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { calls: { type: "string" } } });
  await benchStanding({ calls: Number(values.calls ?? 3000) });
}
