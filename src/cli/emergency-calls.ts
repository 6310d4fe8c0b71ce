// `demarc emergency-calls`: the audit records of emergency calls, in a list or one step by step.

import type { Command } from "commander";
import { z } from "zod";
import { readListing, readOne } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import { type Output, printable } from "./output.ts";
import { formatDuration, formatTable, formatTime } from "./table.ts";

const stepSchema = z.looseObject({ kind: z.string(), at: z.string() });

const emergencyCallSchema = z.object({
  id: z.string(),
  startedAt: z.string(),
  state: z.string(),
  test: z.object({ by: z.string() }).nullable(),
  caller: z.string(),
  called: z.string(),
  ingressTrunk: z.string(),
  egressTrunk: z.string().nullable(),
  location: z.object({ name: z.string() }).nullable(),
  callback: z.object({ number: z.string(), until: z.string().nullable() }).nullable(),
  answeredAt: z.string().nullable(),
  durationMs: z.number(),
  status: z.number().nullable(),
  cause: z.string().nullable(),
  steps: z.array(stepSchema),
});

type Shown = z.output<typeof emergencyCallSchema>;

const COLUMNS = [
  { title: "STARTED (UTC)" },
  { title: "STATE" },
  { title: "CALLER → CALLED" },
  { title: "TRUNKS" },
  { title: "PLACE" },
  { title: "SHOWN" },
  { title: "DURATION", align: "right" },
  { title: "ID" },
] as const;

interface EmergencyCallsOptions {
  readonly api: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

function stateOf({ state, test, cause, status }: Shown): string {
  const outcome = state === "ended" && cause !== "normal-clearing" ? `ended: ${cause} (${status})` : state;
  return test === null ? outcome : `test ${outcome}`;
}

function rowOf(call: Shown): readonly string[] {
  return [
    formatTime(call.startedAt),
    stateOf(call),
    `${call.caller} → ${call.called}`,
    `${call.ingressTrunk} → ${call.egressTrunk ?? "-"}`,
    call.location?.name ?? "-",
    call.callback?.number ?? "-",
    call.answeredAt === null ? "-" : formatDuration(call.durationMs),
    call.id,
  ];
}

/** A value of a step on one line; documents and lists of headers on lines of their own. */
function showStep({ kind, at, ...rest }: z.output<typeof stepSchema>, output: Output): void {
  const lines: string[] = [];
  const said: string[] = [];
  for (const [name, value] of Object.entries(rest)) {
    if (name === "call" || value === null) continue;
    if (name === "headers" && Array.isArray(value)) lines.push(...value.map(String));
    else if (typeof value === "string" && value.includes("\n"))
      lines.push(`${name}:`, ...value.trimEnd().split(/\r?\n/));
    else said.push(`${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  }
  output.line(printable(`${at.replace("T", " ").replace("Z", "")}  ${kind}  ${said.join(", ")}`.trimEnd()));
  for (const line of lines) output.line(printable(`    ${line}`));
}

async function showCalls({ api, limit, cursor, json }: EmergencyCallsOptions, output: Output): Promise<void> {
  const answer = await getJson(api, "/api/v1/emergency-calls", { limit, cursor });
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const { items, next } = readListing(emergencyCallSchema, answer);
  if (items.length === 0) return output.line("No emergency calls.");
  for (const line of formatTable(COLUMNS, items.map(rowOf), output)) output.line(line);
  if (next !== null) output.remark(`There are more: demarc emergency-calls --limit ${limit} --cursor ${next}`);
}

async function showCall(id: string, { api, json }: EmergencyCallsOptions, output: Output): Promise<void> {
  const answer = await getJson(api, `/api/v1/emergency-calls/${encodeURIComponent(id)}`, {});
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const call = readOne(emergencyCallSchema, answer);
  for (const line of formatTable(COLUMNS, [rowOf(call)], output)) output.line(line);
  for (const step of call.steps) showStep(step, output);
}

export function addEmergencyCalls(program: Command, output: Output): void {
  program
    .command("emergency-calls [id]")
    .description("list the emergency calls, newest first; with an id, what was done for that one, step by step")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--limit <count>", "the most calls to show, 1 to 1000", "20")
    .option("--cursor <cursor>", "go on where a list before ended")
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc emergency-calls --limit 5")
    .action((id: string | undefined, options: EmergencyCallsOptions) =>
      id === undefined ? showCalls(options, output) : showCall(id, options, output),
    );
}
