// `demarc emergency`: who is told of emergency calls and how that goes, and what came of the tests of their way. `demarc emergency-test` has it tried.

import type { Command } from "commander";
import { z } from "zod";
import { readListing, readOne } from "./answer.ts";
import { DEFAULT_API, getJson, postJson } from "./client.ts";
import { type Output, printable } from "./output.ts";
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

const testSchema = z.object({
  trunk: z.string(),
  at: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  call: z.string(),
});

const TEST_COLUMNS = [
  { title: "TRIED" },
  { title: "OUTCOME" },
  { title: "AT (UTC)" },
  { title: "DETAIL" },
  { title: "ID" },
] as const;

interface EmergencyOptions {
  readonly api: string;
  readonly json?: boolean;
}

async function showEmergency({ api, json }: EmergencyOptions, output: Output): Promise<void> {
  const recipients = await getJson(api, "/api/v1/emergency-recipients", {});
  const tests = await getJson(api, "/api/v1/emergency-tests", {});
  if (json === true) return output.line(JSON.stringify({ recipients, tests }, null, 2));
  showRecipients(readListing(recipientSchema, recipients).items, output);
  const { items } = readListing(testSchema, tests);
  if (items.length === 0) return output.line("Nothing was tried by itself yet: see emergency.test.");
  const rows = items.map(({ trunk, ok, at, detail, call }) => [
    trunk,
    ok ? "ok" : "FAILED",
    formatTime(at),
    detail,
    call,
  ]);
  for (const line of formatTable(TEST_COLUMNS, rows, output)) output.line(line);
}

function showRecipients(items: readonly z.output<typeof recipientSchema>[], output: Output): void {
  if (items.length === 0) {
    output.line("Nobody is told of emergency calls: see emergency.notify.");
    return;
  }
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

async function beginTest(trunks: readonly string[], api: string, output: Output): Promise<void> {
  const answer = await postJson(api, "/api/v1/emergency-tests", trunks.length === 0 ? {} : { trunks });
  const begun = readOne(z.object({ trunks: z.array(z.string()) }), answer);
  output.line(`Being tried, one after the other: ${printable(begun.trunks.join(", "))}. See demarc emergency.`);
}

export function addEmergencyTest(program: Command, output: Output): void {
  program
    .command("emergency-test [trunks...]")
    .description(
      "call the test number over these trunks, or over those of emergency.test; the emergency services are not called",
    )
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .addHelpText("after", "\nExample:\n  demarc emergency-test carrier-a")
    .action((trunks: readonly string[], { api }: { api: string }) => beginTest(trunks, api, output));
}

export function addEmergency(program: Command, output: Output): void {
  program
    .command("emergency")
    .description("list who is told of emergency calls and how that goes, and what came of the tests of their way")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc emergency --json")
    .action((options: EmergencyOptions) => showEmergency(options, output));
}
