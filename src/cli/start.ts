// `demarc start`: runs Demarc until it is told to stop.

import type { Command } from "commander";

export interface StartOptions {
  /** The configuration file; null when none was named. */
  readonly configFile: string | null;
  /** Where the store lies, before what the configuration says; null for what it says. */
  readonly dataDir: string | null;
}

/** Runs until the end and gives the exit code. */
export type Start = (options: StartOptions) => Promise<number>;

export function addStart(program: Command, start: Start, exit: (code: number) => void): void {
  program
    .command("start")
    .description(
      "run Demarc until it is told to stop: SIGINT or SIGTERM hang up and end it, SIGHUP reads the file again",
    )
    .option("--config <file>", "the YAML file; it is watched, and a valid change is applied without touching calls")
    .option("--data <dir>", "where the call records are kept, in place of node.dataDir")
    .addHelpText("after", "\nExample:\n  demarc start --config /etc/demarc/demarc.yaml")
    .action(async ({ config, data }: { config?: string; data?: string }) => {
      exit(await start({ configFile: config ?? null, dataDir: data ?? null }));
    });
}
