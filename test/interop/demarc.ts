// Demarc itself as its users start it: a process of its own on a configuration file, asked over its REST API.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { CallRecord } from "../../src/engine/index.ts";
import type { Ground, Program } from "./ground.ts";
import { waitUntil } from "./wait-until.ts";

const ROOT = join(import.meta.dirname, "../..");
const COMMAND = join(ROOT, "tools/demarc.mjs");
const START_TIMEOUT_MS = 30_000;
const RECORD_TIMEOUT_MS = 10_000;

export interface Demarc {
  readonly program: Program;
  /** GET of a path of the API, as JSON. Throws for any other status than 200. */
  get(path: string): Promise<unknown>;
  /** POST or DELETE with a body as JSON. Throws for a status from 300. */
  send(method: "POST" | "DELETE", path: string, body?: unknown): Promise<unknown>;
  /** The call records, or those that are `among`, oldest first, once there are `count`; throws when more or fewer come. */
  records(count: number, among?: (record: CallRecord) => boolean): Promise<CallRecord[]>;
  /** Calls in progress. */
  calls(): Promise<readonly LiveCall[]>;
  /** The pid of the relay process; waits for one that is not `except`. */
  relayPid(except?: number): Promise<number>;
  /** Ends it as Ctrl-C does. Resolves to its exit code. */
  interrupt(): Promise<number>;
}

export interface LiveCall {
  readonly id: string;
  readonly state: "routing" | "ringing" | "answered" | "ending";
}

export interface DemarcOptions {
  /** Null: none is named, so that it runs the lab of `npm start`. */
  readonly configFile: string | null;
  /** Where the file says its API listens. */
  readonly api: string;
}

/** Resolves once it is ready for calls. */
export async function startDemarc(ground: Ground, { configFile, api }: DemarcOptions): Promise<Demarc> {
  const dataDir = join(ground.folder, "demarc");
  const named = configFile === null ? [] : ["--config", configFile];
  const args = [COMMAND, "start", ...named, "--data", dataDir];
  const program = await ground.start(process.execPath, args, { cwd: ROOT });
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${api}${path}`);
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const items = async <T>(path: string) => ((await get(path)) as { items: T[] }).items;
  await waitUntil(() => isReady(program, api), {
    timeoutMs: START_TIMEOUT_MS,
    describe: () => `Demarc to be ready: ${program.output().slice(-4000)}`,
  });
  return {
    program,
    get,
    send: async (method, path, body) => {
      const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      const response = await fetch(`http://${api}${path}`, { method, ...(body === undefined ? {} : json) });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    calls: () => items<LiveCall>("/api/v1/calls"),
    records: async (count, among = () => true) => {
      let records: CallRecord[] = [];
      await waitUntil(
        async () => {
          records = (await items<CallRecord>("/api/v1/cdrs")).filter(among);
          return records.length >= count;
        },
        {
          timeoutMs: RECORD_TIMEOUT_MS,
          describe: () =>
            `${count} call records; there are ${JSON.stringify(records)}\n${program.output().slice(-4000)}`,
        },
      );
      expect(records).toHaveLength(count);
      return records.sort((one, other) => one.startedAt.localeCompare(other.startedAt));
    },
    relayPid: (except) =>
      waitUntil(() => findRelay(program.pid, except), {
        timeoutMs: START_TIMEOUT_MS,
        describe: () => `a relay process of Demarc: ${program.output().slice(-4000)}`,
      }),
    interrupt: async () => {
      program.signal("SIGINT");
      return program.ended(START_TIMEOUT_MS);
    },
  };
}

async function isReady(program: Program, api: string): Promise<boolean> {
  if (program.exitCode() !== null) throw new Error(`Demarc ended at once: ${program.output().slice(-4000)}`);
  try {
    return (await fetch(`http://${api}/readyz`)).status === 200;
  } catch {
    return false;
  }
}

/** The child of `parent`, or of a child of it, that runs the relay. */
function findRelay(parent: number, except: number | undefined): number | null {
  for (const pid of childrenOf(parent)) {
    if (pid !== except && commandOf(pid).includes("relay-process")) return pid;
    const below = findRelay(pid, except);
    if (below !== null) return below;
  }
  return null;
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

/** 0 when the process has gone meanwhile. */
function parentOf(pid: number): number {
  const stat = readProc(pid, "stat");
  // The name in parentheses may hold blanks; the state and the parent follow it.
  return Number(
    stat
      .slice(stat.lastIndexOf(")") + 1)
      .trim()
      .split(" ")[1] ?? 0,
  );
}

function commandOf(pid: number): string {
  return readProc(pid, "cmdline").replaceAll("\0", " ");
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
