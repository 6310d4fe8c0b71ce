// `demarc cdrs`: the records of ended calls.

import type { Command } from "commander";
import { cdrSchema, formatTrunks, readListing } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import type { Output } from "./output.ts";
import { formatDuration, formatTable, formatTime } from "./table.ts";

const COLUMNS = [
  { title: "STARTED (UTC)" },
  { title: "CALLER → CALLED" },
  { title: "TRUNKS" },
  { title: "DURATION", align: "right" },
  { title: "STATUS" },
  { title: "CAUSE" },
  { title: "ID" },
] as const;

interface CdrsOptions {
  readonly api: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly trunk?: string;
  readonly cause?: string;
  readonly caller?: string;
  readonly called?: string;
  readonly json?: boolean;
}

async function showCdrs({ api, json, ...query }: CdrsOptions, output: Output): Promise<void> {
  const answer = await getJson(api, "/api/v1/cdrs", query);
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const { items, next } = readListing(cdrSchema, answer);
  if (items.length === 0) return output.line("No call records.");
  const rows = items.map((record) => [
    formatTime(record.startedAt),
    `${record.caller} → ${record.called}${record.emergency ? " !" : ""}`,
    formatTrunks(record),
    record.answeredAt === null ? "-" : formatDuration(record.durationMs),
    String(record.status),
    record.cause,
    record.id,
  ]);
  for (const line of formatTable(COLUMNS, rows, output)) output.line(line);
  if (next !== null) output.remark(`There are more: the same command with --cursor ${next}`);
}

export function addCdrs(program: Command, output: Output): void {
  program
    .command("cdrs")
    .description("list the records of ended calls, newest first; ! marks emergency calls")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--limit <count>", "the most records to show, 1 to 1000", "20")
    .option("--cursor <cursor>", "go on where a list before ended")
    .option("--from <time>", "calls that started then or later: 2026-01-31 or 2026-01-31T12:00:00Z")
    .option("--to <time>", "calls that started before then")
    .option("--trunk <name>", "calls that came in from or went out to this trunk")
    .option("--cause <word>", "calls that ended for this cause, such as busy")
    .option("--caller <number>", "calls from this number; +1202* for all that begin so")
    .option("--called <number>", "calls to this number; +1202* for all that begin so")
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc cdrs --trunk carrier-a --cause target-failure --from 2026-01-31")
    .action((options: CdrsOptions) => showCdrs(options, output));
}
