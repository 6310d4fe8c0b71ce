// `demarc emergency`: who is told of emergency calls, and how that goes.

import type { Command } from "commander";
import { z } from "zod";
import { readListing } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import type { Output } from "./output.ts";
import { formatTable, formatTime } from "./table.ts";

const recipientSchema = z.object({
  name: z.string(),
  by: z.string(),
  waiting: z.number(),
  told: z.number(),
  untold: z.number(),
  failures: z.number(),
  trouble: z.object({ at: z.string(), detail: z.string() }).nullable(),
});

const COLUMNS = [
  { title: "RECIPIENT" },
  { title: "BY" },
  { title: "TOLD", align: "right" },
  { title: "WAITING", align: "right" },
  { title: "GIVEN UP", align: "right" },
  { title: "LAST FAILURE (UTC)" },
  { title: "REASON" },
] as const;

interface EmergencyOptions {
  readonly api: string;
  readonly json?: boolean;
}

async function showEmergency({ api, json }: EmergencyOptions, output: Output): Promise<void> {
  const answer = await getJson(api, "/api/v1/emergency-recipients", {});
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const { items } = readListing(recipientSchema, answer);
  if (items.length === 0) return output.line("Nobody is told of emergency calls: see emergency.notify.");
  const rows = items.map(({ name, by, told, waiting, untold, trouble }) => [
    name,
    by,
    String(told),
    String(waiting),
    String(untold),
    trouble === null ? "-" : formatTime(trouble.at),
    trouble?.detail ?? "",
  ]);
  for (const line of formatTable(COLUMNS, rows, output)) output.line(line);
}

export function addEmergency(program: Command, output: Output): void {
  program
    .command("emergency")
    .description("list who is told of emergency calls, and how that goes")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc emergency --json")
    .action((options: EmergencyOptions) => showEmergency(options, output));
}
