// What the relay's calls cost besides their packets: how long a thousand streams take to be set up, what one takes in memory, what a second thread brings,
// and how many packets are lost when the signalling process is killed. `node bench/relay-life.ts [--rounds 5] [--seconds 2]`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { MediaCommand, MediaResult } from "../src/engine/index.ts";
import { type RelayPlane, startRelayPlane } from "../src/media/index.ts";
import { LineProgram } from "./line-program.ts";
import { describeMachine, printLine } from "./measure.ts";
import { describeAudio, PHONES, RELAY } from "./relay-contenders.ts";

const LOAD_PROGRAM = join(import.meta.dirname, "../native/build/Release/rtp-load");
const PLANE_PROGRAM = join(import.meta.dirname, "relay-line-plane.ts");
const SET_UP = 1000;
/** Twice as many, of four sockets each, fit into the 20,000 descriptors that many systems grant. */
const KEPT = 2000;
const AT_ONCE = 250;
const CALLS = 500;
const RATE = 100_000;
const KILLED_RATE = 50_000;
const KILLED_SECONDS = 4;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

interface Probe {
  readonly sent: number;
  readonly unsent: number;
  readonly received: number;
  readonly cpuNs: number;
}

const network = (address: string) => ({ address, portFrom: 20_000, portTo: 49_999, advertise: null });
const networks = { a: network(RELAY.a), b: network(RELAY.b) };

async function withPlane<T>(threads: number, use: (plane: RelayPlane) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
  const socketDir = join(folder, "run");
  const plane = await startRelayPlane({ networks, socketDir, mediaTimeoutMs: 0, threads, log });
  try {
    return await use(plane);
  } finally {
    await plane.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Execute = (command: MediaCommand) => Promise<MediaResult>;

const executeOn = (plane: RelayPlane): Execute => {
  return (command) => new Promise((resolve) => plane.execute(command, resolve));
};

function portIn(result: MediaResult): number {
  if (!result.ok) throw new Error(`the relay refused: ${result.cause}, ${result.detail}`);
  return result.description?.media[0]?.port ?? 0;
}

/** Where the call's phones send to. */
async function openCall(execute: Execute, session: string, ports = { a: 4000, b: 4000 }): Promise<[number, number]> {
  const offer = describeAudio(PHONES.a, ports.a);
  const sides = { a: "a", b: "b" };
  const toB = portIn(await execute({ kind: "offer", session, from: "a", description: offer, networks: sides }));
  const answer = describeAudio(PHONES.b, ports.b);
  const toA = portIn(await execute({ kind: "answer", session, from: "b", description: answer }));
  return [toA, toB];
}

/** Those from `first` on. */
async function openMany(plane: RelayPlane, calls: number, first = 0): Promise<number> {
  const begin = performance.now();
  const execute = executeOn(plane);
  await Promise.all(Array.from({ length: calls }, (_, call) => openCall(execute, `call-${first + call}`)));
  return performance.now() - begin;
}

async function releaseMany(plane: RelayPlane, calls: number): Promise<void> {
  const execute = executeOn(plane);
  await Promise.all(Array.from({ length: calls }, (_, call) => execute({ kind: "release", session: `call-${call}` })));
}

/** Offers and answers of all of them at once, until the last is answered. */
function setUpMs(): Promise<number> {
  return withPlane(1, async (plane) => {
    await openMany(plane, 100);
    await releaseMany(plane, 100);
    return openMany(plane, SET_UP);
  });
}

function residentBytes(pid: number): number {
  const [, kilobytes = "0"] = /VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

/** Of as many again in the relay's process, shared memory included; what the system keeps for sockets is not. */
function bytesAStream(): Promise<number> {
  return withPlane(1, async (plane) => {
    const open = async (first: number) => {
      for (let call = 0; call < KEPT; call += AT_ONCE) await openMany(plane, AT_ONCE, first + call);
    };
    await open(0);
    const before = residentBytes(plane.pid ?? 0);
    await open(KEPT);
    return (residentBytes(plane.pid ?? 0) - before) / KEPT;
  });
}

async function startLoad(execute: Execute, pid: number, core: string): Promise<LineProgram> {
  const load = new LineProgram(["taskset", "-c", core, LOAD_PROGRAM, String(CALLS), PHONES.a, PHONES.b, String(pid)]);
  let targets = "";
  for (let call = 0; call < CALLS; call += 1) {
    const [a = 0, b = 0] = (await load.next()).split(" ").map(Number);
    const [toA, toB] = await openCall(execute, `call-${call}`, { a, b });
    targets += `${RELAY.a} ${toA}\n${RELAY.b} ${toB}\n`;
  }
  load.tell(targets);
  return load;
}

async function probe(load: LineProgram, rate: number, seconds: number): Promise<Probe> {
  load.tell(`${rate} ${seconds * 1000}\n`);
  return JSON.parse(await load.next()) as Probe;
}

/** Processor time a packet: one thread on core 0 beside the load on core 1, or two threads and the load on both. */
function costNs(threads: 1 | 2, seconds: number): Promise<number> {
  return withPlane(threads, async (plane) => {
    const pid = plane.pid ?? 0;
    execFileSync("taskset", ["-a", "-p", "-c", threads === 1 ? "0" : "0,1", String(pid)], { stdio: "pipe" });
    const load = await startLoad(executeOn(plane), pid, threads === 1 ? "1" : "0,1");
    await probe(load, 20_000, 1);
    const { cpuNs, received } = await probe(load, RATE, seconds);
    await load.end();
    return cpuNs / received;
  });
}

/** How many packets of 500 calls are lost when the process that set them up is killed among them. */
async function lostWithSignalling(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
  const options = { networks, socketDir: join(folder, "run"), mediaTimeoutMs: 0, threads: 1, orphanGraceMs: 60_000 };
  const start = () => new LineProgram([process.execPath, PLANE_PROGRAM, JSON.stringify(options)]);
  const plane = start();
  const { pid } = await plane.ask<{ pid: number }>({ kind: "status" });
  const load = await startLoad((command) => plane.ask(command), pid, "1");
  await probe(load, 20_000, 1);
  const during = probe(load, KILLED_RATE, KILLED_SECONDS);
  await pause(1000);
  await plane.kill();
  const { sent, unsent, received } = await during;
  await load.end();
  // The next one takes the relay over, and ends it.
  const next = start();
  await next.ask({ kind: "status" });
  await next.end();
  rmSync(folder, { recursive: true, force: true });
  return sent + unsent - received;
}

function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((left, right) => left - right);
  const show = (value = Number.NaN) => value.toFixed(digits);
  return `${show(sorted[Math.floor(sorted.length / 2)])} (${show(sorted[0])} to ${show(sorted.at(-1))})`;
}

async function repeat<T>(rounds: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await run());
  return results;
}

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "2" } },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
console.log(`machine: ${describeMachine()}, load ${(loadavg()[0] ?? 0).toFixed(1)}`);
printLine(`${SET_UP} streams set up, ms`, spread(await repeat(rounds, setUpMs), 0));
printLine("bytes a stream in the relay's process", spread(await repeat(rounds, bytesAStream), 0));
const gains = await repeat(rounds, async () => (2 * (await costNs(1, seconds))) / (await costNs(2, seconds)));
printLine("two threads to one, by the processor time of a packet", spread(gains, 2));
printLine("packets lost when the signalling process is killed", spread(await repeat(rounds, lostWithSignalling), 0));
