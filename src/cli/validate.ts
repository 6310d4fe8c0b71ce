// `demarc validate FILE`: is this configuration right in itself?

import type { Command } from "commander";
import pc from "picocolors";
import { type Configuration, sizeOfBlock } from "../model/index.ts";
import { type Fault, formatFault, readConfiguration } from "../runtime/config/index.ts";
import type { Output } from "./output.ts";

function count(many: number, one: string): string {
  return `${many} ${one}${many === 1 ? "" : "s"}`;
}

function summarize({ networks, trunks, numbers, routes }: Configuration): string {
  const total = numbers.reduce((sum, block) => sum + (block.pool === null ? sizeOfBlock(block) : 0), 0);
  const parts = [count(Object.keys(networks).length, "network"), count(Object.keys(trunks).length, "trunk")];
  return [...parts, count(total, "number"), count(routes.length, "route")].join(", ");
}

function place({ line, column, message }: Fault) {
  return { line, column, message };
}

/** Faults and warnings as lines, `FILE:LINE:COLUMN: …`, a warning said to be one. */
export function remarkFaults(faults: readonly Fault[], warnings: readonly Fault[], output: Output): void {
  const { red, yellow } = pc.createColors(output.color);
  for (const fault of faults) output.remark(red(formatFault(fault)));
  for (const fault of warnings) output.remark(yellow(formatFault({ ...fault, message: `warning: ${fault.message}` })));
}

/** The exit code: 0 for a valid file, 1 for another. */
async function validate(file: string, json: boolean, output: Output): Promise<number> {
  const { configuration, faults, warnings } = await readConfiguration(file, { purpose: "validate" });
  const valid = configuration !== null;
  if (json) {
    const answer = { file, valid, errors: faults.map(place), warnings: warnings.map(place) };
    output.line(JSON.stringify(answer, null, 2));
  } else {
    remarkFaults(faults, warnings, output);
    if (configuration !== null) output.line(`${file}: valid: ${summarize(configuration)}`);
    else output.remark(`${file}: not valid: ${count(faults.length, "error")}`);
  }
  return valid ? 0 : 1;
}

export function addValidate(program: Command, output: Output, exit: (code: number) => void): void {
  program
    .command("validate")
    .description("check a configuration file, with the line and column of everything that is wrong")
    .argument("<file>", "the YAML file")
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExample:\n  demarc validate /etc/demarc/demarc.yaml")
    .action(async (file: string, { json = false }: { json?: boolean }) => exit(await validate(file, json, output)));
}
