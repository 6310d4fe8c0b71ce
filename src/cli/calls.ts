// `demarc calls`: the calls that are live now.

import type { Command } from "commander";
import { formatTrunks, liveCallSchema, readListing } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import type { Output } from "./output.ts";
import { formatDuration, formatTable, formatTime } from "./table.ts";

const COLUMNS = [
  { title: "STARTED (UTC)" },
  { title: "STATE" },
  { title: "CALLER → CALLED" },
  { title: "TRUNKS" },
  { title: "DURATION", align: "right" },
  { title: "ID" },
] as const;

interface CallsOptions {
  readonly api: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

async function showCalls({ api, limit, cursor, json }: CallsOptions, output: Output, nowMs: number): Promise<void> {
  const answer = await getJson(api, "/api/v1/calls", { limit, cursor });
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const { items, next } = readListing(liveCallSchema, answer);
  if (items.length === 0) return output.line("No live calls.");
  const rows = items.map((call) => [
    formatTime(call.startedAt),
    call.emergency ? `${call.state} !` : call.state,
    `${call.caller} → ${call.called}`,
    formatTrunks(call),
    call.answeredAt === null ? "-" : formatDuration(Math.max(0, nowMs - Date.parse(call.answeredAt))),
    call.id,
  ]);
  for (const line of formatTable(COLUMNS, rows, output)) output.line(line);
  if (next !== null) output.remark(`There are more: demarc calls --limit ${limit} --cursor ${next}`);
}

export function addCalls(program: Command, output: Output): void {
  program
    .command("calls")
    .description("list the calls that are live now, newest first; ! marks emergency calls")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--limit <count>", "the most calls to show, 1 to 1000", "100")
    .option("--cursor <cursor>", "go on where a list before ended")
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc calls --api http://127.0.0.1:8081")
    .action((options: CallsOptions) => showCalls(options, output, Date.now()));
}
