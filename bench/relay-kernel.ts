// The kernel path beside user space: one relay in a network namespace of its own, two wires to another in which the load runs. As root, with the
// program for the kernel built: `node bench/relay-kernel.ts [--calls 500] [--rounds 3] [--seconds 2]`.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { MediaResult } from "../src/engine/index.ts";
import { describeMachine, printLine } from "./measure.ts";
import { describeAudio } from "./relay-contenders.ts";

const LOAD_PROGRAM = join(import.meta.dirname, "../native/build/Release/rtp-load");
const PLANE_PROGRAM = join(import.meta.dirname, "relay-line-plane.ts");
const SPACES = { relay: `br${process.pid}`, phones: `bp${process.pid}` };
const RELAY = { a: "10.78.1.1", b: "10.78.2.1" };
const PHONES = { a: "10.78.1.2", b: "10.78.2.2" };
const RATES = [50_000, 75_000, 100_000, 150_000, 200_000, 300_000];
type Path = "auto" | "user-space";

interface Probe {
  readonly sent: number;
  readonly unsent: number;
  readonly received: number;
  readonly late: number;
  readonly cpuNs: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

const ip = (...args: readonly string[]) => execFileSync("ip", args, { stdio: "pipe" });

function openSpaces(): void {
  for (const space of Object.values(SPACES)) ip("netns", "add", space);
  ip("-n", SPACES.relay, "link", "set", "lo", "up");
  for (const side of ["a", "b"] as const) {
    const wire = `wire-${side}`;
    ip("-n", SPACES.relay, "link", "add", wire, "type", "veth", "peer", "name", wire, "netns", SPACES.phones);
    ip("-n", SPACES.relay, "addr", "add", `${RELAY[side]}/24`, "dev", wire);
    ip("-n", SPACES.phones, "addr", "add", `${PHONES[side]}/24`, "dev", wire);
    for (const space of Object.values(SPACES)) ip("-n", space, "link", "set", wire, "up");
  }
}

/** A program in a namespace and on a core, that answers a line with a line. */
class Program {
  readonly #child;
  readonly #lines;

  constructor(space: string, core: number, command: readonly string[]) {
    const args = ["netns", "exec", space, "taskset", "-c", String(core), ...command];
    this.#child = spawn("ip", args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  tell(text: string): void {
    this.#child.stdin.write(text);
  }

  async next(): Promise<string> {
    return String((await this.#lines.next()).value);
  }

  async ask<T>(line: unknown): Promise<T> {
    this.tell(`${JSON.stringify(line)}\n`);
    return JSON.parse(await this.next()) as T;
  }

  async end(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.stdin.end();
    await gone;
  }
}

async function openCall(plane: Program, id: string, ports: { a: number; b: number }): Promise<string> {
  const portOf = (result: MediaResult) => (result.ok ? (result.description?.media[0]?.port ?? 0) : 0);
  const networks = { a: "a", b: "b" };
  const offer = { kind: "offer", session: id, from: "a", description: describeAudio(PHONES.a, ports.a), networks };
  const toB = portOf(await plane.ask<MediaResult>(offer));
  const answer = { kind: "answer", session: id, from: "b", description: describeAudio(PHONES.b, ports.b) };
  const toA = portOf(await plane.ask<MediaResult>(answer));
  return `${RELAY.a} ${toA}\n${RELAY.b} ${toB}\n`;
}

async function runPath(path: Path, { calls, seconds }: { calls: number; seconds: number }): Promise<Probe[]> {
  const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
  const network = (address: string) => ({
    address,
    portFrom: 20_000,
    portTo: 20_199 + 2 * calls,
    advertise: null,
    path,
  });
  const networks = { a: network(RELAY.a), b: network(RELAY.b) };
  const options = { networks, socketDir: join(folder, "run"), mediaTimeoutMs: 30_000, threads: 1 };
  const plane = new Program(SPACES.relay, 0, [process.execPath, PLANE_PROGRAM, JSON.stringify(options)]);
  const { pid } = await plane.ask<{ pid: number }>({ kind: "status" });
  const load = new Program(SPACES.phones, 1, [LOAD_PROGRAM, String(calls), PHONES.a, PHONES.b, String(pid)]);
  for (let call = 0, targets = ""; call < calls; call += 1) {
    const [a = 0, b = 0] = (await load.next()).split(" ").map(Number);
    targets += await openCall(plane, `call-${call}`, { a, b });
    if (call === calls - 1) load.tell(targets);
  }
  load.tell("20000 1000\n");
  await load.next();
  const { kernelFlows } = await plane.ask<{ kernelFlows: number }>({ kind: "status" });
  if (path === "auto" && kernelFlows !== 2 * calls) throw new Error(`only ${kernelFlows} flows are in the kernel`);
  const probes: Probe[] = [];
  for (const rate of RATES) {
    load.tell(`${rate} ${seconds * 1000}\n`);
    probes.push(JSON.parse(await load.next()) as Probe);
  }
  await load.end();
  await plane.end();
  rmSync(folder, { recursive: true, force: true });
  return probes;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(path: Path, rounds: readonly (readonly Probe[])[]): void {
  console.log(`  ${path === "auto" ? "in the kernel" : "in user space"}`);
  for (const [index, rate] of RATES.entries()) {
    const probes = rounds.flatMap((round) => round[index] ?? []);
    const of = (pick: (probe: Probe) => number) => median(probes.map(pick));
    const delays = `p50 ${of(({ p50Us }) => p50Us)}, p99 ${of(({ p99Us }) => p99Us)} µs`;
    const lost = of(({ sent, unsent, received }) => (100 * (sent + unsent - received)) / sent).toFixed(2);
    const late = of(({ sent, late: behind }) => (100 * behind) / sent).toFixed(0);
    const cpu = of(({ cpuNs, received }) => cpuNs / received).toFixed(0);
    printLine(`  ${rate} packets/s`, `${delays}, lost ${lost} %, late ${late} %, relay's own ${cpu} ns a packet`);
  }
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
  const results: Record<Path, Probe[][]> = { auto: [], "user-space": [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const order: Path[] = round % 2 === 0 ? ["user-space", "auto"] : ["auto", "user-space"];
    for (const path of order) {
      results[path].push(await runPath(path, { calls: Number(values.calls), seconds: Number(values.seconds) }));
    }
  }
  for (const path of ["user-space", "auto"] as const) print(path, results[path]);
} finally {
  for (const space of Object.values(SPACES)) spawnSync("ip", ["netns", "del", space]);
}
