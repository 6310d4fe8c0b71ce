// The relay under a thousand calls: what it loses, what a packet costs, how long it takes through it. Alone:
// `node bench/relay.ts [--calls 1000] [--seconds 10]`. The relay is pinned to core 0, its load to core 1.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs, promisify } from "node:util";
import type { MediaCommand, MediaResult } from "../src/engine/index.ts";
import { type RelayPlane, startRelayPlane } from "../src/media/index.ts";
import type { SessionDescription } from "../src/protocol/sdp/index.ts";
import { describeMachine, printLine } from "./measure.ts";

const LOAD_PROGRAM = join(import.meta.dirname, "../native/build/Release/rtp-load");
const PHONES = { a: "127.9.0.11", b: "127.9.0.12" };
const RELAY = { a: "127.9.0.1", b: "127.9.0.2" };
const PORT_FROM = 20_000;

export interface RelayBenchOptions {
  /** Each 2 x 50 packets a second. Default 1000. */
  readonly calls?: number;
  /** Default 10. */
  readonly seconds?: number;
}

export interface RelayFigures {
  readonly calls: number;
  readonly seconds: number;
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  /** Sent more than a millisecond later than they should: then it is the load that was too slow. */
  readonly late: number;
  /** CPU of the whole relay process, for each packet that arrived. */
  readonly cpuNsPerPacket: number;
  /** CPU of the relay, of one core. */
  readonly cpuShare: number;
  /** From the phone's send call to the arrival in the other phone's socket. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

type LoadFigures = Pick<RelayFigures, "sent" | "received" | "late" | "p50Us" | "p99Us" | "p999Us"> & {
  readonly unsent: number;
};

/** Prints its figures too. Throws when the load program is not built. */
export async function benchRelay({ calls = 1000, seconds = 10 }: RelayBenchOptions = {}): Promise<RelayFigures> {
  if (!existsSync(LOAD_PROGRAM))
    throw new Error("native/build/Release/rtp-load is not built; `npm run bench` builds it");
  const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
  const quiet = () => undefined;
  const network = (address: string) => ({
    address,
    portFrom: PORT_FROM,
    portTo: PORT_FROM + 2 * calls + 199,
    advertise: null,
  });
  const plane = await startRelayPlane({
    networks: { a: network(RELAY.a), b: network(RELAY.b) },
    socketDir: join(folder, "run"),
    mediaTimeoutMs: 30_000,
    log: { debug: quiet, info: quiet, warn: quiet, error: (message) => printLine("relay", message) },
  });
  try {
    await promisify(execFile)("taskset", ["-a", "-p", "-c", "0", String(plane.pid)]);
    const figures = await measure(plane, { calls, seconds });
    print(figures);
    return figures;
  } finally {
    await plane.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(plane: RelayPlane, { calls, seconds }: Required<RelayBenchOptions>): Promise<RelayFigures> {
  const args = ["-c", "1", LOAD_PROGRAM, String(calls), String(seconds), PHONES.a, PHONES.b];
  const load = spawn("taskset", args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]();
  const targets: string[] = [];
  for (let call = 0; call < calls; call += 1) {
    const { value } = await lines.next();
    const [a = 0, b = 0] = String(value).split(" ").map(Number);
    targets.push(await openCall(plane, `call-${call}`, { a, b }));
  }
  const before = cpuNs(plane);
  load.stdin.end(targets.join(""));
  const { value } = await lines.next();
  const usedNs = cpuNs(plane) - before;
  const { sent, unsent, received, late, p50Us, p99Us, p999Us } = JSON.parse(String(value)) as LoadFigures;
  return {
    calls,
    seconds,
    sent,
    received,
    lost: sent + unsent - received,
    late,
    cpuNsPerPacket: usedNs / received,
    cpuShare: usedNs / (seconds * 1e9),
    p50Us,
    p99Us,
    p999Us,
  };
}

/** Where the call's two phones send to, as the load program reads it. */
async function openCall(plane: RelayPlane, session: string, ports: { a: number; b: number }): Promise<string> {
  const networks = { a: "a", b: "b" };
  const offer = { kind: "offer", session, from: "a", description: describe(PHONES.a, ports.a), networks } as const;
  const toB = portOf(await execute(plane, offer));
  const toA = portOf(
    await execute(plane, { kind: "answer", session, from: "b", description: describe(PHONES.b, ports.b) }),
  );
  return `${RELAY.a} ${toA}\n${RELAY.b} ${toB}\n`;
}

function execute(plane: RelayPlane, command: MediaCommand): Promise<MediaResult> {
  return new Promise((resolve) => plane.execute(command, resolve));
}

function portOf(result: MediaResult): number {
  if (!result.ok) throw new Error(`the relay refused: ${result.cause}, ${result.detail}`);
  return result.description?.media[0]?.port ?? 0;
}

function describe(address: string, port: number): SessionDescription {
  const connection = { addressType: "IP4", address };
  return {
    origin: { username: "-", sessionId: "1", sessionVersion: "1", ...connection },
    sessionName: "-",
    connection,
    bandwidths: [],
    timing: "0 0",
    attributes: [],
    media: [
      {
        type: "audio",
        port,
        portCount: null,
        protocol: "RTP/AVP",
        formats: ["0"],
        title: null,
        connection: null,
        bandwidths: [],
        attributes: [],
      },
    ],
  };
}

/** Of all threads of the relay so far, from the scheduler's own accounting. */
function cpuNs({ pid }: RelayPlane): number {
  const folder = `/proc/${pid}/task`;
  const threads = readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/schedstat`, "utf8"));
  return threads.reduce((sum, text) => sum + Number(text.split(" ")[0]), 0);
}

function print(figures: RelayFigures): void {
  const { calls, seconds, sent, received, lost, late, cpuNsPerPacket, cpuShare, p50Us, p99Us, p999Us } = figures;
  printLine(`${calls} calls, ${seconds} s: packets sent, received, lost`, `${sent}, ${received}, ${lost}`);
  printLine("packets that the load sent late", String(late));
  printLine(
    "relay CPU a packet",
    `${(cpuNsPerPacket / 1000).toFixed(2)} µs (${(100 * cpuShare).toFixed(0)} % of a core)`,
  );
  printLine("delay p50, p99, p99.9", `${p50Us}, ${p99Us}, ${p999Us} µs`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { calls: { type: "string", default: "1000" }, seconds: { type: "string", default: "10" } },
  });
  console.log(`machine: ${describeMachine()}`);
  await benchRelay({ calls: Number(values.calls), seconds: Number(values.seconds) });
}
