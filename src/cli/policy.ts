// `demarc policy`: how the policy of the running server does, and what went wrong in it last.

import type { Command } from "commander";
import { z } from "zod";
import { readOne } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import { type Output, printable } from "./output.ts";
import { formatTable, formatTime } from "./table.ts";

const faultSchema = z.object({
  file: z.string().nullable(),
  line: z.number().nullable(),
  column: z.number().nullable(),
  message: z.string(),
});

const statusSchema = z.object({
  file: z.string(),
  state: z.string(),
  since: z.string(),
  hooks: z.array(z.string()),
  refused: faultSchema.nullable(),
  lastFault: faultSchema.extend({ at: z.string() }).nullable(),
  restarts: z.number(),
  outcomes: z.record(
    z.string(),
    z.object({ decided: z.number(), failed: z.number(), late: z.number(), unavailable: z.number() }),
  ),
});

const COLUMNS = [
  { title: "HOOK" },
  { title: "DECIDED", align: "right" },
  { title: "FAILED", align: "right" },
  { title: "LATE", align: "right" },
  { title: "UNAVAILABLE", align: "right" },
] as const;

interface PolicyOptions {
  readonly api: string;
  readonly json?: boolean;
}

/** `policy.ts:8:11: Error: …` */
function faultText({ file, line, column, message }: z.output<typeof faultSchema>): string {
  const place = [file, line, column].filter((part) => part !== null).join(":");
  return printable(place === "" ? message : `${place}: ${message}`);
}

async function showPolicy({ api, json }: PolicyOptions, output: Output): Promise<void> {
  const answer = await getJson(api, "/api/v1/policy", {});
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const { file, state, since, hooks, refused, lastFault, restarts, outcomes } = readOne(statusSchema, answer);
  output.line(
    `${printable(file)}: ${state} since ${formatTime(since)}, ${restarts} ${restarts === 1 ? "restart" : "restarts"}`,
  );
  if (refused !== null) output.line(`as it is now it does not load: ${faultText(refused)}`);
  if (lastFault !== null) output.line(`last fault, at ${formatTime(lastFault.at)}: ${faultText(lastFault)}`);
  const rows = Object.entries(outcomes)
    .filter(([hook]) => hooks.includes(hook))
    .map(([hook, { decided, failed, late, unavailable }]) => {
      return [hook, ...[decided, failed, late, unavailable].map(String)];
    });
  for (const line of formatTable(COLUMNS, rows, output)) output.line(line);
}

export function addPolicy(program: Command, output: Output): void {
  program
    .command("policy")
    .description("the policy in use: its state, what came of each hook, and the last fault with its place")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc policy --json")
    .action((options: PolicyOptions) => showPolicy(options, output));
}
