// The relay against rtpengine, as fair as it can be had: one contender at a time, all of it on core 0, the load on core 1, rounds in rotating
// order, ratios within a round. Alone: `node bench/relay.ts [--calls 500] [--rounds 5] [--seconds 3] [--only io_uring] [--secure]`, the last for
// SRTP beside RTP.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine, printLine } from "./measure.ts";
import { type Contender, ourRelay, PHONES, RELAY, RTPENGINE, type RunningContender } from "./relay-contenders.ts";
import { buildSecureLoad } from "./secure-load.ts";

const SUITES = ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"] as const;
const LOAD_PROGRAM = join(import.meta.dirname, "../native/build/Release/rtp-load");
/** Packets a second, in and out. */
const FIXED_RATES = [50_000, 100_000, 150_000];
const FIRST_STEP = 60_000;
const STEP = 20_000;
/** Found within this. */
const LAST_STEP = 500_000;
const MOST_LOSS = 0.001;
const MOST_P99_US = 10_000;

export interface RelayBenchOptions {
  /** Default 500. */
  readonly calls?: number;
  /** Default 5. */
  readonly rounds?: number;
  /** Of each probe. Default 3. */
  readonly seconds?: number;
  /** Leaves the other contenders out. */
  readonly only?: string | null;
  /** SRTP to RTP beside RTP to RTP, in place of the other contenders. Default false. */
  readonly secure?: boolean;
  /** How long to wait before each round for an idle machine. Default 60. */
  readonly waitSeconds?: number;
}

interface Probe {
  readonly sent: number;
  readonly unsent: number;
  readonly received: number;
  readonly late: number;
  readonly sendingNs: number;
  readonly cpuNs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

interface Round {
  readonly fixed: readonly Probe[];
  /** The highest rate with next to no loss and delay: as it was sent in truth, for the load has its limit too. */
  readonly highest: number;
  /** Processor time a packet in the last probe, when there is no time left to sleep. */
  readonly fullNs: number;
}

interface LoadProgram {
  readonly path: string;
  readonly more: readonly string[];
}

class Load {
  readonly #write: (line: string) => void;
  readonly #next: () => Promise<string>;
  readonly end: () => void;

  private constructor(write: (line: string) => void, next: () => Promise<string>, end: () => void) {
    this.#write = write;
    this.#next = next;
    this.end = end;
  }

  static async start(contender: RunningContender, calls: number, how: LoadProgram): Promise<Load> {
    const args = ["-c", "1", how.path, String(calls), PHONES.a, PHONES.b, String(contender.pid), ...how.more];
    const child = spawn("taskset", args, { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => String((await lines.next()).value);
    const targets: string[] = [];
    for (let call = 0; call < calls; call += 1) {
      const [a = 0, b = 0] = (await next()).split(" ").map(Number);
      const [toA, toB] = await contender.openCall(`call-${call}`, { a, b });
      targets.push(`${RELAY.a} ${toA}\n${RELAY.b} ${toB}\n`);
    }
    child.stdin.write(targets.join(""));
    return new Load(
      (line) => child.stdin.write(line),
      next,
      () => child.stdin.end(),
    );
  }

  async probe(rate: number, seconds: number): Promise<Probe> {
    this.#write(`${rate} ${Math.round(seconds * 1000)}\n`);
    return JSON.parse(await this.#next()) as Probe;
  }
}

function lossOf({ sent, unsent, received }: Probe): number {
  return 1 - received / (sent + unsent);
}

function rateOf({ sent, sendingNs }: Probe): number {
  return (1e9 * sent) / sendingNs;
}

function isClean(probe: Probe): boolean {
  return lossOf(probe) < MOST_LOSS && probe.p99Us < MOST_P99_US;
}

async function runRound(
  contender: Contender,
  { calls, seconds, secureLoad }: { calls: number; seconds: number; secureLoad: string | null },
): Promise<Round> {
  const running = await contender.start(calls);
  const { encrypted } = contender;
  const more = encrypted === undefined ? [] : [String(encrypted.suite), encrypted.keyHex];
  try {
    const load = await Load.start(running, calls, { path: secureLoad ?? LOAD_PROGRAM, more });
    await load.probe(20_000, 1);
    const fixed: Probe[] = [];
    for (const rate of FIXED_RATES) fixed.push(await load.probe(rate, seconds));
    let highest = 0;
    let last: Probe | null = null;
    for (let rate = FIRST_STEP; rate <= LAST_STEP; rate += STEP) {
      last = await load.probe(rate, seconds / 2);
      // One bad probe may be the machine's; two are the contender's.
      if (!isClean(last)) last = await load.probe(rate, seconds / 2);
      if (!isClean(last)) break;
      highest = Math.max(highest, rateOf(last));
      // The load has no more to give.
      if (rateOf(last) < 0.95 * rate) break;
    }
    load.end();
    return { fixed, highest, fullNs: last === null ? Number.NaN : last.cpuNs / last.received };
  } finally {
    await running.close();
  }
}

/** What else runs here would be measured too. */
async function untilQuiet(mostSeconds: number): Promise<void> {
  for (let waited = 0; waited < mostSeconds && (loadavg()[0] ?? 0) > 0.7; waited += 1) await pause(1000);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function spread(values: readonly number[], digits: number): string {
  const show = (value: number) => value.toFixed(digits);
  return `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}

function printContender(name: string, rounds: readonly Round[]): void {
  console.log(`  ${name}`);
  for (const [index, rate] of FIXED_RATES.entries()) {
    const probes = rounds.flatMap(({ fixed }) => fixed[index] ?? []);
    const nsAPacket = probes.map(({ cpuNs, received }) => cpuNs / received);
    const part = (pick: (probe: Probe) => number) => spread(probes.map(pick), 0);
    const lost = probes.reduce((sum, probe) => sum + probe.sent + probe.unsent - probe.received, 0);
    const late = probes.reduce((sum, probe) => sum + probe.late, 0) / probes.reduce((sum, { sent }) => sum + sent, 0);
    printLine(`  ${rate} packets/s: ns a packet`, spread(nsAPacket, 0));
    printLine("    delay p50, p99 in µs", `${part(({ p50Us }) => p50Us)}, ${part(({ p99Us }) => p99Us)}`);
    printLine("    lost; sent late by the load", `${lost}; ${(100 * late).toFixed(1)} %`);
  }
  printLine(
    "  ns a packet there or beyond",
    spread(
      rounds.map(({ fullNs }) => fullNs),
      0,
    ),
  );
  printLine(
    "  highest rate, packets/s",
    spread(
      rounds.map(({ highest }) => highest),
      0,
    ),
  );
}

/** Prints its figures. Throws when the load program is not built. */
export async function benchRelay(options: RelayBenchOptions = {}): Promise<void> {
  const { calls = 500, rounds = 5, seconds = 3, only = null, waitSeconds = 60, secure = false } = options;
  if (!existsSync(LOAD_PROGRAM))
    throw new Error("native/build/Release/rtp-load is not built; `npm run bench` builds it");
  const folder = mkdtempSync(join(tmpdir(), "demarc-load-"));
  const secureLoad = secure ? buildSecureLoad(folder) : null;
  if (secure && secureLoad === null) printLine("SRTP", "no OpenSSL to link the load with (Debian: libssl3)");
  const hasRtpengine = spawnSync("rtpengine", ["--version"]).error === undefined;
  if (!hasRtpengine) printLine("rtpengine", "not installed (Debian: rtpengine-daemon); nothing is said about it");
  const contenders = [
    ourRelay("relay, io_uring", { withoutIoUring: false }),
    ...(secure ? [] : [ourRelay("relay, epoll", { withoutIoUring: true })]),
    ...(secureLoad === null ? [] : SUITES.map((suite) => ourRelay(`SRTP, ${suite}`, { withoutIoUring: false, suite }))),
    ...(hasRtpengine && !secure ? [RTPENGINE] : []),
  ].filter(({ name }) => only === null || name.includes(only));
  const results = contenders.map(() => [] as Round[]);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (round + turn) % contenders.length;
      await untilQuiet(waitSeconds);
      const contender = contenders[index];
      if (contender !== undefined) results[index]?.push(await runRound(contender, { calls, seconds, secureLoad }));
    }
  }
  for (const [index, { name }] of contenders.entries()) printContender(name, results[index] ?? []);
  if (secure) printSecureRatios(contenders, results);
  else if (hasRtpengine && only === null) printRatios(results);
  rmSync(folder, { recursive: true, force: true });
}

/** Of what a packet costs in the clear to what it costs encrypted, in the same round: how fast encrypted is beside plain. */
function printSecureRatios(contenders: readonly Contender[], results: readonly (readonly Round[])[]): void {
  const plain = results[contenders.findIndex(({ name }) => name === "relay, io_uring")] ?? [];
  for (const [index, { name, encrypted }] of contenders.entries()) {
    if (encrypted === undefined) continue;
    const rounds = results[index] ?? [];
    for (const [rate, packets] of FIXED_RATES.entries()) {
      const ratios = rounds.map((round, number) => costAt(plain[number], rate) / costAt(round, rate));
      printLine(`${name} to plain, ${packets} packets/s`, spread(ratios, 2));
    }
    const full = rounds.map(({ fullNs }, number) => (plain[number]?.fullNs ?? Number.NaN) / fullNs);
    printLine(`${name} to plain, full`, spread(full, 2));
  }
}

/** Of the highest rate, and of what a packet costs, to rtpengine's in the same round. The second tells something on a busy machine too. */
function printRatios(results: readonly (readonly Round[])[]): void {
  const theirs = results.at(-1) ?? [];
  for (const [index, name] of ["io_uring", "epoll"].entries()) {
    const rounds = results[index] ?? [];
    const highest = rounds.map((round, number) => round.highest / (theirs[number]?.highest ?? Number.NaN));
    printLine(`highest rate, ${name} to rtpengine`, spread(highest, 2));
    for (const [rate, packets] of FIXED_RATES.entries()) {
      const costs = rounds.map((round, number) => costAt(theirs[number], rate) / costAt(round, rate));
      printLine(`processor time a packet, rtpengine to ${name}, ${packets} packets/s`, spread(costs, 2));
    }
  }
}

function costAt(round: Round | undefined, rate: number): number {
  const probe = round?.fixed[rate];
  return probe === undefined ? Number.NaN : probe.cpuNs / probe.received;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      calls: { type: "string", default: "500" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      only: { type: "string" },
      wait: { type: "string", default: "60" },
      secure: { type: "boolean", default: false },
    },
  });
  console.log(`machine: ${describeMachine()}, load ${(loadavg()[0] ?? 0).toFixed(1)}`);
  const { calls, rounds, seconds, only = null, wait, secure } = values;
  const numbers = { calls: Number(calls), rounds: Number(rounds), seconds: Number(seconds), waitSeconds: Number(wait) };
  await benchRelay({ ...numbers, only, secure });
}
