// What a test with real programs stands on: a temporary folder and child processes, all gone when the test is over,
// also when it failed. Each process is ended by its own pid.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { PROGRAM_PATH } from "./programs.ts";
import { waitUntil } from "./wait-until.ts";

const STOP_TIMEOUT_MS = 5000;
/** How much of a program's output is kept, from its end. */
const OUTPUT_CHARACTERS = 200_000;

/** Everything still running in this worker: should the worker end without its tests, so do they. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface Program {
  readonly name: string;
  readonly pid: number;
  /** What it wrote to stdout and stderr so far. */
  output(): string;
  /** Null while it runs; -1 when a signal ended it. */
  exitCode(): number | null;
  /** Resolves to its exit code once it has ended; throws with its output when it has not after `timeoutMs`. */
  ended(timeoutMs: number): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it with `signal`, with SIGKILL when that does not help. Resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

export interface Ground {
  readonly folder: string;
  /** Starts a program. Throws when it cannot be started. */
  start(command: string, args: readonly string[], options?: StartOptions): Promise<Program>;
  /** Registers what must be done at the end; done in reverse order. */
  atEnd(cleanup: () => void | Promise<void>): void;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Call inside a test: its end clears the ground. Where several tests stand on it, `onEnd` is given what clears it. */
export function openGround(onEnd: (clear: () => Promise<void>) => void = onTestFinished): Ground {
  const folder = mkdtempSync(join(tmpdir(), "demarc-interop-"));
  const cleanups: (() => void | Promise<void>)[] = [];
  onEnd(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
    rmSync(folder, { recursive: true, force: true });
  });
  const ground: Ground = {
    folder,
    atEnd: (cleanup) => cleanups.push(cleanup),
    start: async (command, args, options = {}) => {
      const env = { ...process.env, PATH: PROGRAM_PATH };
      const program = await startProgram(command, args, { cwd: folder, env, ...options });
      cleanups.push(async () => {
        await program.stop();
      });
      return program;
    },
  };
  return ground;
}

async function startProgram(command: string, args: readonly string[], options: StartOptions): Promise<Program> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  running.add(child);
  let output = "";
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString("latin1")).slice(-OUTPUT_CHARACTERS);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  let exitCode: number | null = null;
  child.once("close", (code) => {
    exitCode = code ?? -1;
    running.delete(child);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no pid`);
  const ended = async (timeoutMs: number) => {
    const describe = () => `the end of ${command} ${args.join(" ")}; it said:\n${output.slice(-4000)}`;
    await waitUntil(() => exitCode !== null, { timeoutMs, describe });
    return exitCode ?? -1;
  };
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (exitCode !== null) return exitCode;
    child.kill(signal);
    try {
      return await ended(STOP_TIMEOUT_MS);
    } catch {
      child.kill("SIGKILL");
      return await ended(STOP_TIMEOUT_MS);
    }
  };
  return {
    name: command,
    pid,
    output: () => output,
    exitCode: () => exitCode,
    ended,
    signal: (signal) => {
      child.kill(signal);
    },
    stop,
  };
}
