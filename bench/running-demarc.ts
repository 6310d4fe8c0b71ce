// The real Demarc as a process of its own, on a configuration written for the measurement.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../src/main.ts");

export interface RunningDemarc {
  readonly child: ChildProcess;
  /** Its own, gone when it is stopped. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts it, and gives it when it takes calls. `api` is the address that the configuration names; `core` pins it to one; `flags` are Node's. */
export async function startDemarc(
  configuration: string,
  {
    api,
    core = null,
    flags = [],
  }: { readonly api: string; readonly core?: number | null; readonly flags?: readonly string[] },
): Promise<RunningDemarc> {
  const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
  const file = join(folder, "demarc.yaml");
  writeFileSync(file, configuration);
  const pinned = core === null ? [] : ["taskset", "-c", String(core)];
  const [command = "", ...args] = [
    ...pinned,
    process.execPath,
    ...flags,
    MAIN,
    "start",
    "--config",
    file,
    "--data",
    folder,
  ];
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const stop = async (): Promise<void> => {
    await endProcess(child);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let round = 0; round < 300 && child.exitCode === null; round += 1) {
    const answer = await fetch(`http://${api}/readyz`).catch(() => null);
    if (answer?.status === 200) return { child, folder, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error("Demarc did not become ready");
}

/** By asking, then by force. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGINT");
  await Promise.race([once(child, "exit"), new Promise((resolve) => setTimeout(resolve, 8000))]);
  child.kill("SIGKILL");
}
