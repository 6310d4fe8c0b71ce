// `demarc start`: runs Demarc until it is told to stop.

import type { Command } from "commander";

export interface StartOptions {
  /** The configuration file; null when none was named: then the lab runs with its own. */
  readonly configFile: string | null;
  /** Where the store lies, before what the configuration says; null for what it says. */
  readonly dataDir: string | null;
  /** Whether the lab plays the peers of the configuration that are on this machine. */
  readonly lab: boolean;
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
    .option("--lab", "play the peers of trunks whose targets are loopback addresses; without --config this is on")
    .addHelpText("after", "\nExample:\n  demarc start --config /etc/demarc/demarc.yaml")
    .action(async ({ config, data, lab }: { config?: string; data?: string; lab?: boolean }) => {
      exit(await start({ configFile: config ?? null, dataDir: data ?? null, lab: lab === true }));
    });
}
