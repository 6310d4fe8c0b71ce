// The root: reads the command line and starts what it asks for. What is put together is in src/main/.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { type Output, remarkFaults, runCli, type StartOptions } from "./cli/index.ts";
import { runUntilStopped } from "./main/run-demarc.ts";
import { readConfiguration } from "./runtime/config/index.ts";
import { createLog } from "./runtime/telemetry/index.ts";

/** What runs when no configuration is named: an office, whose PBX and carriers the lab plays. */
const LAB_FILE = fileURLToPath(new URL("../examples/office.yaml", import.meta.url));

async function start({ configFile, dataDir, lab }: StartOptions, output: Output): Promise<number> {
  const file = configFile ?? LAB_FILE;
  const reading = await readConfiguration(file, { purpose: "start" });
  remarkFaults(reading.faults, reading.warnings, output);
  if (reading.configuration === null) return 1;
  const terminal = process.stdout.isTTY === true;
  const log = createLog({ level: "info", form: terminal ? "text" : "json", color: terminal && pc.isColorSupported });
  await runUntilStopped(reading, { file, dataDir, lab: lab || configFile === null, log });
  return 0;
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}

const output: Output = {
  line: (text) => void process.stdout.write(`${text}\n`),
  remark: (text) => void process.stderr.write(`${text}\n`),
  color: process.stdout.isTTY === true && pc.isColorSupported,
};

// `demarc cdrs | head` closes our output early: that is an end, not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  output,
  start: (options) => start(options, output),
  version: versionOf(),
});
