// What a call costs the signalling process: the real Demarc between SIPp and SIPp, over UDP on loopback, record written. Alone:
// `node bench/calls.ts [--seconds 10] [--rates 200,500,1000]`. Demarc is pinned to core 0, SIPp to core 1.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { printLine } from "./measure.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const DEMARC = { lan: "127.9.1.1", wan: "127.9.1.2", api: "127.0.0.1:18080" };
const PEERS = { pbx: "127.9.1.20", carrier: "127.9.1.30", port: 5060 };
/** The kernel counts processor time in hundredths of a second (USER_HZ). */
const TICK_US = 10_000;

const CONFIGURATION = `
api: { listen: "${DEMARC.api}" }
networks:
  lan: { listen: [{ transport: udp, address: ${DEMARC.lan}, port: 5060 }], media: { address: ${DEMARC.lan}, ports: 20000-29999 } }
  wan: { listen: [{ transport: udp, address: ${DEMARC.wan}, port: 5060 }], media: { address: ${DEMARC.wan}, ports: 20000-29999 } }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:${PEERS.pbx}:5060" }], identify: { addresses: [${PEERS.pbx}] } }
  carrier: { role: provider, network: wan, targets: [{ uri: "sip:${PEERS.carrier}:5060" }], identify: { addresses: [${PEERS.carrier}] } }
routes: [{ name: outbound, match: { from: pbx }, to: [carrier] }]
`;

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

function pinned(core: number, command: string, args: readonly string[]): ChildProcess {
  return spawn("taskset", ["-c", String(core), command, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

function sipp(args: readonly string[], folder: string): ChildProcess {
  const quiet = ["-nostdin", "-buff_size", "8000000", "-p", String(PEERS.port)];
  return spawn("taskset", ["-c", "1", "sipp", ...args, ...quiet], { cwd: folder, stdio: "ignore" });
}

async function ready(child: ChildProcess): Promise<void> {
  for (let round = 0; round < 300 && child.exitCode === null; round += 1) {
    const answer = await fetch(`http://${DEMARC.api}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Demarc did not become ready");
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
  const load = ["-sn", "uac", `${DEMARC.lan}:5060`, "-i", PEERS.pbx, "-s", "+13035550142"];
  const caller = sipp([...load, "-r", String(rate), "-m", String(calls), "-d", "500"], folder);
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
  if (spawnSync("sipp", ["-v"]).error !== undefined) {
    printLine("calls", "left out: sipp is not installed (Debian: sip-tester)");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
  writeFileSync(join(folder, "demarc.yaml"), CONFIGURATION);
  const demarc = pinned(0, process.execPath, [
    MAIN,
    "start",
    "--config",
    join(folder, "demarc.yaml"),
    "--data",
    folder,
  ]);
  const callee = sipp(["-sn", "uas", "-i", PEERS.carrier], folder);
  try {
    await ready(demarc);
    await measureRate(100, { seconds: 5, folder, demarc, callee });
    for (const rate of rates) await measureRate(rate, { seconds, folder, demarc, callee });
  } finally {
    for (const child of [callee, demarc]) {
      child.kill("SIGINT");
      await Promise.race([once(child, "exit"), new Promise((resolve) => setTimeout(resolve, 8000))]);
      child.kill("SIGKILL");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { seconds: { type: "string" }, rates: { type: "string" } } });
  const rates = values.rates?.split(",").map(Number);
  await benchCalls({ seconds: Number(values.seconds ?? 10), ...(rates === undefined ? {} : { rates }) });
}
