// The command line: arguments in, an exit code out. 0: done; 1: it failed, and why was said; 2: it was not understood.

import { Command, CommanderError } from "commander";
import pc from "picocolors";
import { DemarcError } from "../base/index.ts";
import { addCalls } from "./calls.ts";
import { addCdrs } from "./cdrs.ts";
import { addEmergency, addEmergencyTest } from "./emergency.ts";
import { addEmergencyCalls } from "./emergency-calls.ts";
import { addExplain } from "./explain.ts";
import { addImport } from "./import.ts";
import { addLab } from "./lab.ts";
import { addNumbers } from "./numbers.ts";
import type { Output } from "./output.ts";
import { addPolicy } from "./policy.ts";
import { addProfiles } from "./profiles.ts";
import { addStart, type Start } from "./start.ts";
import { addTrunks } from "./trunks.ts";
import { addValidate } from "./validate.ts";

export interface CliOptions {
  readonly output: Output;
  readonly start: Start;
  readonly version: string;
}

/** Exit codes that mean something to scripts. */
const FAILED = 1;
const NOT_UNDERSTOOD = 2;

function createProgram({ output, start, version }: CliOptions, exit: (code: number) => void): Command {
  const program = new Command("demarc");
  program
    .description("A SIP trunking platform: session border controller, trunks and numbers, media relay, and a lab.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.line(text.trimEnd()),
      writeErr: (text) => output.remark(text.trimEnd()),
    })
    .showHelpAfterError("Try --help.")
    .addHelpText("after", "\nExample:\n  demarc start --config demarc.yaml");
  addStart(program, start, exit);
  addValidate(program, output, exit);
  addProfiles(program, output);
  addExplain(program, output, exit);
  addImport(program, output, exit);
  addNumbers(program, output, exit);
  addCalls(program, output);
  addCdrs(program, output);
  addEmergency(program, output);
  addEmergencyTest(program, output);
  addEmergencyCalls(program, output);
  addTrunks(program, output);
  addPolicy(program, output);
  addLab(program, output);
  return program;
}

/** Says what went wrong and what to do: one line each. */
export function remarkError(error: DemarcError, output: Output): void {
  output.remark(`${pc.createColors(output.color).red("demarc:")} ${error.code}: ${error.message}`);
  output.remark(error.remedy);
}

/** @param args without the program's own name */
export async function runCli(args: readonly string[], options: CliOptions): Promise<number> {
  let code = 0;
  const program = createProgram(options, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : NOT_UNDERSTOOD;
    if (!(error instanceof DemarcError)) throw error;
    remarkError(error, options.output);
    return FAILED;
  }
}
