// `demarc lab`: what the simulated carriers answer, and calls by the simulated PBX.

import type { Command } from "commander";
import { z } from "zod";
import { DemarcError } from "../base/index.ts";
import { DEFAULT_API, postJson } from "./client.ts";
import type { Output } from "./output.ts";
import { formatTable } from "./table.ts";

const NUMBERS: readonly (readonly [string, string])[] = [
  ["+13035550100", "answers and echoes"],
  ["+13035550101", "is busy"],
  ["+13035550102", "rings until cancelled"],
  ["+13035550103", "fails with 503 on the first carrier, answers on the second"],
  ["+13035550104", "sends early media, then answers"],
  ["+13035550105", "answers with a tone"],
  ["+13035550106", "answers and hangs up after 5 seconds"],
  ["+13035550107", "no such number"],
  ["911", "an emergency call"],
  ["+19005550100", "is blocked by a route"],
];

const callAnswerSchema = z.object({ id: z.string(), called: z.string(), user: z.number() });

interface LabCallOptions {
  readonly api: string;
  readonly user: string;
  readonly hangUpAfter?: string;
  readonly json?: boolean;
}

/** Seconds as written, in milliseconds; null for none. @throws DemarcError query-invalid */
function millisecondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const match = /^([0-9]{1,4})s?$/.exec(text);
  if (match !== null) return Number(match[1]) * 1000;
  throw new DemarcError("query-invalid", `--hang-up-after ${text} is no number of seconds`, { remedy: "Write 10s." });
}

async function placeCall(called: string, options: LabCallOptions, output: Output): Promise<void> {
  const hangUpAfterMs = millisecondsOf(options.hangUpAfter);
  const body = { called, user: Number(options.user), hangUpAfterMs };
  const answer = await postJson(options.api, "/api/v1/lab/calls", body);
  if (options.json === true) return output.line(JSON.stringify(answer, null, 2));
  const call = callAnswerSchema.parse(answer);
  output.line(`User ${call.user} of the simulated PBX calls ${call.called} (${call.id}).`);
  output.remark("Look at it with: demarc calls; when it has ended: demarc cdrs");
}

function showNumbers(output: Output): void {
  const rows = NUMBERS.map(([number, behaviour]) => [number, behaviour]);
  for (const line of formatTable([{ title: "NUMBER" }, { title: "WHAT IT DOES" }], rows, output)) output.line(line);
  output.remark("Place a call: demarc lab call +13035550100");
}

export function addLab(program: Command, output: Output): void {
  const lab = program
    .command("lab")
    .description("the simulated PBX and carriers of a Demarc that was started with its lab: the numbers to try")
    .addHelpText("after", "\nExample:\n  demarc lab call +13035550100 --hang-up-after 10s")
    .action(() => showNumbers(output));
  lab
    .command("call")
    .argument("<number>", "the number to call")
    .description("let a user of the simulated PBX call a number")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--user <number>", "which user of the PBX calls, 1000 to 1099", "1000")
    .option("--hang-up-after <seconds>", "the caller hangs up this long after the answer")
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc lab call +13035550104")
    .action((number: string, options: LabCallOptions) => placeCall(number, options, output));
}
