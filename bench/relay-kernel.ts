// The kernel's two ways beside user space: one relay in a network namespace of its own, two wires to another in which the load runs. What the kernel does
// for the relay's interfaces is done by threads of its own, on the relay's core, and counted with the relay's time in each of the three. As root, with
// the program for the kernel built: `node bench/relay-kernel.ts [--calls 500] [--rounds 3] [--seconds 2]`.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { MediaResult } from "../src/engine/index.ts";
import { LineProgram } from "./line-program.ts";
import { describeMachine, printLine } from "./measure.ts";
import { describeAudio } from "./relay-contenders.ts";

const LOAD_PROGRAM = join(import.meta.dirname, "../native/build/Release/rtp-load");
const FRAME_PROGRAM = join(import.meta.dirname, "../native/build/Release/frame-load");
const FRAME_SOURCE = join(import.meta.dirname, "../native/load/frame-load.bpf.c");
const PLANE_PROGRAM = join(import.meta.dirname, "relay-line-plane.ts");
const SPACES = { relay: `br${process.pid}`, phones: `bp${process.pid}` };
const RELAY = { a: "10.78.1.1", b: "10.78.2.1" };
const PHONES = { a: "10.78.1.2", b: "10.78.2.2" };
const RATES = [50_000, 100_000, 150_000, 200_000, 300_000];
/** Sent as fast as it goes, to see what the kernel's ways cost when there is no time left to sleep. */
const FRAMES = 1_000_000;
const WAYS = ["user space", "the kernel, by the queue (tc)", "the kernel, as frames (XDP)"] as const;
type Way = (typeof WAYS)[number];
/** What ethtool(8) is for: whether frames are taken from others (GRO), and whether who sends sums up by itself. */
const SET_FEATURES = `
import array, fcntl, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for command, value in ((0x2c, 1), (0x17, int(sys.argv[2]))):
    wanted = array.array("I", [command, value])
    fcntl.ioctl(s, 0x8946, struct.pack("16sP", sys.argv[1].encode(), wanted.buffer_info()[0]))
`;

interface Probe {
  readonly sent: number;
  readonly unsent: number;
  readonly received: number;
  readonly late: number;
  readonly cpuNs: number;
  /** Of the kernel's threads for the relay's interfaces. */
  readonly kernelNs: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

interface Full {
  /** Packets a second that came out at the far end. */
  readonly rate: number;
  /** Processor time a packet, the kernel's threads included: what was lost before them cost them nothing. */
  readonly costNs: number;
}

interface Round {
  readonly probes: readonly Probe[];
  /** Null in user space, which the other load fills, and without clang to build this one with. */
  readonly full: Full | null;
}

const ip = (...args: readonly string[]) => execFileSync("ip", args, { stdio: "pipe" });

/** Each interface's packets are a thread's of its own: the relay's on core 0, the load's on core 1. */
function openSpaces(): void {
  for (const space of Object.values(SPACES)) ip("netns", "add", space);
  ip("-n", SPACES.relay, "link", "set", "lo", "up");
  for (const side of ["a", "b"] as const) {
    const [line, wire] = [`line-${side}`, `wire-${side}`];
    ip("-n", SPACES.relay, "link", "add", line, "type", "veth", "peer", "name", wire, "netns", SPACES.phones);
    ip("-n", SPACES.relay, "addr", "add", `${RELAY[side]}/24`, "dev", line);
    ip("-n", SPACES.phones, "addr", "add", `${PHONES[side]}/24`, "dev", wire);
    ip("-n", SPACES.relay, "link", "set", line, "up");
    ip("-n", SPACES.phones, "link", "set", wire, "up");
    setFeatures(SPACES.relay, line, true);
    setFeatures(SPACES.phones, wire, true);
  }
}

function setFeatures(space: string, interface_: string, sumsLeft: boolean): void {
  ip("netns", "exec", space, "python3", "-c", SET_FEATURES, interface_, sumsLeft ? "1" : "0");
}

function threadsOf(interface_: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => commandOf(pid).startsWith(`napi/${interface_}-`))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8");
  } catch {
    return "";
  }
}

/** A thread may be made anew when a program is put at its interface. */
function pinKernel(): number[] {
  const pinned: number[] = [];
  for (const [space, names, core] of [
    [SPACES.relay, ["line-a", "line-b"], "0"],
    [SPACES.phones, ["wire-a", "wire-b"], "1"],
  ] as const) {
    for (const name of names) {
      ip("netns", "exec", space, "sh", "-c", `echo 1 > /sys/class/net/${name}/threaded`);
      const threads = threadsOf(name);
      for (const pid of threads) execFileSync("taskset", ["-p", "-c", core, String(pid)], { stdio: "pipe" });
      if (core === "0") pinned.push(...threads);
    }
  }
  return pinned;
}

/** Of all threads of these processes. */
function timeOf(pids: readonly number[]): number {
  const ns = (path: string) => Number(readFileSync(path, "utf8").split(" ")[0]);
  return pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => ns(`/proc/${pid}/task/${thread}/schedstat`)))
    .reduce((sum, one) => sum + one, 0);
}

/** In `folder`; null where there is no clang. */
function buildFrames(folder: string): string | null {
  const made = join(folder, "frame-load.bpf.o");
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const args = ["-O2", "-target", "bpf", "-ffreestanding", `-I/usr/include/${machine}-linux-gnu`, "-c", FRAME_SOURCE];
  return spawnSync("clang", [...args, "-o", made]).status === 0 ? made : null;
}

/** What frames of one direction cost that come as fast as they may. */
async function fill(
  calls: readonly (readonly [number, number])[],
  { way, threads }: { way: Way; threads: readonly number[] },
): Promise<Full | null> {
  const folder = mkdtempSync(join(tmpdir(), "demarc-frames-"));
  const program = buildFrames(folder);
  if (program === null) return null;
  const link = String(ip("netns", "exec", SPACES.relay, "cat", "/sys/class/net/line-a/address")).trim();
  const command = [FRAME_PROGRAM, program, "wire-a", "wire-b", link, PHONES.a, RELAY.a];
  const load = startIn(SPACES.phones, 1, command);
  load.tell(`${calls.map((ports) => ports.join(" ")).join("\n")}\n\n`);
  await load.next();
  const before = timeOf(threads);
  load.tell(`${FRAMES} ${way.includes("queue") ? 1 : 0}\n`);
  const { sendingNs, received } = JSON.parse(await load.next()) as Record<"sendingNs" | "received", number>;
  const costNs = (timeOf(threads) - before) / received;
  await load.end();
  rmSync(folder, { recursive: true, force: true });
  return { rate: (1e9 * received) / sendingNs, costNs };
}

/** In a namespace and on a core. */
function startIn(space: string, core: number, command: readonly string[]): LineProgram {
  return new LineProgram(["ip", "netns", "exec", space, "taskset", "-c", String(core), ...command]);
}

async function openCall(plane: LineProgram, id: string, ports: { a: number; b: number }): Promise<string> {
  const portOf = (result: MediaResult) => (result.ok ? (result.description?.media[0]?.port ?? 0) : 0);
  const networks = { a: "a", b: "b" };
  const offer = { kind: "offer", session: id, from: "a", description: describeAudio(PHONES.a, ports.a), networks };
  const toB = portOf(await plane.ask<MediaResult>(offer));
  const answer = { kind: "answer", session: id, from: "b", description: describeAudio(PHONES.b, ports.b) };
  const toA = portOf(await plane.ask<MediaResult>(answer));
  return `${RELAY.a} ${toA}\n${RELAY.b} ${toB}\n`;
}

async function runWay(way: Way, { calls, seconds }: { calls: number; seconds: number }): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
  const network = (address: string) => ({
    address,
    portFrom: 20_000,
    portTo: 20_199 + 2 * calls,
    advertise: null,
    path: way === "user space" ? "user-space" : "auto",
  });
  // Whose sum is left to a card that there is not goes by the queue.
  for (const side of ["a", "b"]) setFeatures(SPACES.phones, `wire-${side}`, !way.includes("frames"));
  const networks = { a: network(RELAY.a), b: network(RELAY.b) };
  const options = { networks, socketDir: join(folder, "run"), mediaTimeoutMs: 30_000, threads: 1 };
  const plane = startIn(SPACES.relay, 0, [process.execPath, PLANE_PROGRAM, JSON.stringify(options)]);
  const { pid } = await plane.ask<{ pid: number }>({ kind: "status" });
  const load = startIn(SPACES.phones, 1, [LOAD_PROGRAM, String(calls), PHONES.a, PHONES.b, String(pid)]);
  const ways: (readonly [number, number])[] = [];
  for (let call = 0, targets = ""; call < calls; call += 1) {
    const [a = 0, b = 0] = (await load.next()).split(" ").map(Number);
    const opened = await openCall(plane, `call-${call}`, { a, b });
    ways.push([a, Number(/ ([0-9]+)/.exec(opened)?.[1])]);
    targets += opened;
    if (call === calls - 1) load.tell(targets);
  }
  load.tell("20000 1000\n");
  await load.next();
  // What was put there before the next hop was known is looked at again every five seconds.
  const wanted = way === "user space" ? 0 : 2 * calls;
  let flows = { kernelFlows: -1, frameFlows: 0 };
  for (let tries = 0; tries < 10 && !(flows.kernelFlows === wanted && flows.frameFlows === wanted); tries += 1) {
    load.tell("20000 1000\n");
    await load.next();
    flows = await plane.ask({ kind: "status" });
  }
  if (flows.kernelFlows !== wanted) throw new Error(`only ${flows.kernelFlows} flows are in the kernel`);
  const threads = pinKernel();
  const probes: Probe[] = [];
  for (const rate of RATES) {
    const before = timeOf(threads);
    load.tell(`${rate} ${seconds * 1000}\n`);
    const probe = JSON.parse(await load.next()) as Omit<Probe, "kernelNs">;
    probes.push({ ...probe, kernelNs: timeOf(threads) - before });
  }
  const full = way === "user space" ? null : await fill(ways, { way, threads });
  await load.end();
  await plane.end();
  rmSync(folder, { recursive: true, force: true });
  return { probes, full };
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function costOf({ cpuNs, kernelNs, received }: Probe): number {
  return (cpuNs + kernelNs) / received;
}

function print(way: Way, results: Readonly<Record<Way, readonly Round[]>>): void {
  console.log(`  in ${way}`);
  const user = results["user space"];
  for (const [index, rate] of RATES.entries()) {
    const probes = results[way].flatMap(({ probes: all }) => all[index] ?? []);
    const of = (pick: (probe: Probe) => number) => median(probes.map(pick));
    const delays = `p50 ${of(({ p50Us }) => p50Us)}, p99 ${of(({ p99Us }) => p99Us)} µs`;
    const lost = of(({ sent, unsent, received }) => (100 * (sent + unsent - received)) / sent).toFixed(2);
    const late = of(({ sent, late: behind }) => (100 * behind) / sent).toFixed(0);
    const cost = `${of(costOf).toFixed(0)} ns a packet`;
    printLine(`  ${rate} packets/s`, `${delays}, lost ${lost} %, late ${late} %, ${cost}`);
  }
  const least = ({ probes, full }: Round) => Math.min(...probes.map(costOf), full?.costNs ?? Number.POSITIVE_INFINITY);
  const costs = results[way].map(least);
  const ratios = costs.map((cost, round) => (user[round] === undefined ? Number.NaN : least(user[round]) / cost));
  const spread = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  printLine("  least ns a packet, and how many times less than user space", `${median(costs).toFixed(0)}; ${spread}`);
  const rates = results[way].flatMap(({ full }) => full?.rate ?? []);
  if (rates.length > 0) printLine("  packets/s when there is no time left to sleep", median(rates).toFixed(0));
}

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
  },
});
console.log(`machine: ${describeMachine()}, load ${(loadavg()[0] ?? 0).toFixed(1)}`);
openSpaces();
try {
  const results: Record<Way, Round[]> = { [WAYS[0]]: [], [WAYS[1]]: [], [WAYS[2]]: [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (let turn = 0; turn < WAYS.length; turn += 1) {
      const way = WAYS[(round + turn) % WAYS.length] as Way;
      results[way].push(await runWay(way, { calls: Number(values.calls), seconds: Number(values.seconds) }));
    }
  }
  for (const way of WAYS) print(way, results);
} finally {
  for (const space of Object.values(SPACES)) spawnSync("ip", ["netns", "del", space]);
}
