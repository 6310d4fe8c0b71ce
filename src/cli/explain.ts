// `demarc explain`: what would happen to a call, asked of the running server or of a draft of a configuration.

import type { Command } from "commander";
import { z } from "zod";
import { DemarcError, seededRandom } from "../base/index.ts";
import { createEngine } from "../engine/index.ts";
import { readConfiguration } from "../runtime/config/index.ts";
import { createDigestHash } from "../runtime/index.ts";
import { DEFAULT_API, postJson } from "./client.ts";
import { type Output, printable } from "./output.ts";
import { formatTable } from "./table.ts";
import { remarkFaults } from "./validate.ts";

interface ExplainOptions {
  readonly from: string;
  readonly to: string;
  readonly caller?: string;
  readonly at?: string;
  readonly header: readonly string[];
  readonly config?: string;
  readonly live?: boolean;
  readonly api: string;
  readonly json?: boolean;
}

const explanationSchema = z.object({
  at: z.string(),
  ingressTrunk: z.string(),
  caller: z.string(),
  callerName: z.string().nullable(),
  withheld: z.boolean(),
  called: z.string(),
  emergency: z.boolean(),
  emergencyTest: z.boolean(),
  classOfService: z.object({ name: z.string(), allowed: z.boolean() }).nullable(),
  tables: z.array(
    z.object({
      table: z.string().nullable(),
      tried: z.array(z.object({ route: z.string(), why: z.string().nullable() })),
      untold: z.number(),
      matched: z.string().nullable(),
    }),
  ),
  asks: z.array(
    z.object({
      question: z.union([
        z.object({ kind: z.literal("hook"), hook: z.string(), called: z.string(), caller: z.string() }),
        z.object({ kind: z.literal("enum"), suffix: z.string(), called: z.string() }),
        z.object({ kind: z.literal("policy"), hook: z.string() }),
      ]),
      answer: z
        .union([
          z.object({ kind: z.enum(["hook", "policy", "judgement"]), decision: z.record(z.string(), z.unknown()) }),
          z.object({ kind: z.literal("enum"), uris: z.array(z.string()) }),
          z.object({ kind: z.literal("none"), detail: z.string() }),
        ])
        .nullable(),
    }),
  ),
  route: z.string().nullable(),
  selection: z
    .object({ by: z.string(), trunks: z.array(z.object({ trunk: z.string(), why: z.string().nullable() })) })
    .nullable(),
  targets: z.array(
    z.object({ trunk: z.string(), target: z.string(), called: z.string(), caller: z.string(), state: z.string() }),
  ),
  invite: z.array(z.string()).nullable(),
  response: z.array(z.string()).nullable(),
  status: z.number().nullable(),
});

type Explained = z.output<typeof explanationSchema>;

const TARGET_COLUMNS = [
  { title: "TRUNK" },
  { title: "TARGET" },
  { title: "CALLER → CALLED" },
  { title: "STATE" },
] as const;

function invalid(message: string, remedy: string): DemarcError {
  return new DemarcError("query-invalid", message, { remedy });
}

function headersOf(lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.map((line) => {
    const [, name, value] = /^([A-Za-z0-9.!%*_+`'~-]{1,64}):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw invalid(`--header ${line} is no header line`, "Write 'Name: value'.");
    }
    return [name, value];
  });
}

/** ISO 8601 with a zone, or a day. @throws DemarcError query-invalid */
function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const isTime =
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/.test(
      text,
    );
  const at = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw invalid(`--at ${text} is no time`, "Write 2026-12-25T09:00:00Z, or 2026-12-25.");
  return at;
}

/** By a draft: nothing runs, so nothing is known of targets. Null, with the faults said, where the file is wrong. */
async function askDraft(file: string, options: ExplainOptions, output: Output): Promise<unknown> {
  const { configuration, faults } = await readConfiguration(file, { purpose: "validate" });
  remarkFaults(faults, [], output);
  if (configuration === null) return null;
  const engine = createEngine({ configuration, random: seededRandom(1), hash: createDigestHash() });
  const { from, to, caller = null } = options;
  const explained = engine.explain(
    { from, to, caller, headers: headersOf(options.header) },
    timeOf(options.at) ?? Date.now(),
  );
  if (explained === "unknown-trunk") {
    throw invalid(`there is no trunk ${from}`, `The file has: ${Object.keys(configuration.trunks).join(", ")}.`);
  }
  if (explained === "unidentified-trunk") {
    throw invalid(`no call can come from ${from}`, "Say by identify what tells its requests from a stranger's.");
  }
  return explained;
}

async function askServer(options: ExplainOptions): Promise<unknown> {
  const { api, from, to, caller = null } = options;
  const time = timeOf(options.at);
  const at = time === null ? null : new Date(time).toISOString();
  return postJson(api, "/api/v1/explain", {
    from,
    to,
    caller,
    at,
    live: options.live === true,
    headers: Object.fromEntries(headersOf(options.header)),
  });
}

function showParties(
  { at, ingressTrunk, caller, callerName, withheld, called, emergency, emergencyTest }: Explained,
  output: Output,
): void {
  const name = callerName === null ? "" : ` "${printable(callerName)}"`;
  output.line(`${at}, from ${ingressTrunk}:`);
  output.line(`  caller ${printable(caller) || "unknown"}${name}${withheld ? ", withheld" : ""}`);
  output.line(
    `  called ${printable(called)}${emergencyTest ? ", a test of emergency calls" : emergency ? ", an emergency call" : ""}`,
  );
}

function showRoutes({ classOfService, tables }: Explained, output: Output): void {
  if (classOfService !== null) {
    output.line(`class of service ${classOfService.name}: ${classOfService.allowed ? "allowed" : "not allowed"}`);
  }
  for (const { table, tried, untold, matched } of tables) {
    output.line(`routes${table === null ? "" : ` of table ${table}`}:`);
    for (const { route, why } of tried)
      output.line(why === null ? `  takes it  ${route}` : `  no        ${route}: ${printable(why)}`);
    if (untold > 0) output.line(`  and ${untold} more that do not match`);
    if (matched === null) output.line("  none takes it");
  }
}

/** In which order the trunks stand, where there is something to say of it. */
function showSelection({ selection }: Explained, output: Output): void {
  if (selection === null || (selection.by === "in-order" && selection.trunks.every(({ why }) => why === null))) return;
  output.line(`trunks, ${selection.by}:`);
  for (const { trunk, why } of selection.trunks) output.line(`  ${trunk}${why === null ? "" : `: ${printable(why)}`}`);
}

type AskedOutside = Explained["asks"][number];

function answerText({ question, answer }: AskedOutside): string {
  if (answer === null) return "not asked (--live asks): as if there were no answer";
  if (answer.kind === "none") return `no answer: ${answer.detail}`;
  if (answer.kind === "enum") return answer.uris.length === 0 ? "no SIP URI" : answer.uris.join(", ");
  const said = Object.entries(answer.decision).filter(([, value]) => value !== null);
  if (said.length === 0) return question.kind === "hook" ? "nothing: by the routes behind" : "nothing";
  return said.map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}

function askedName({ question }: AskedOutside): string {
  if (question.kind === "policy") return `policy, ${question.hook}`;
  const { called } = question;
  return question.kind === "hook"
    ? `hook ${question.hook} for ${called}`
    : `ENUM under ${question.suffix} for ${called}`;
}

/** Whom the call asks, and what they say. */
function showAsks({ asks }: Explained, output: Output): void {
  if (asks.length === 0) return;
  output.line("asked outside:");
  for (const asked of asks) output.line(`  ${printable(askedName(asked))}: ${printable(answerText(asked))}`);
}

function showMessage(title: string, lines: readonly string[] | null, output: Output): void {
  if (lines === null) return;
  output.line(title);
  for (const line of lines) output.line(`  ${printable(line)}`);
}

function show(explained: Explained, output: Output): void {
  const { targets, status, invite, response } = explained;
  showParties(explained, output);
  showRoutes(explained, output);
  showAsks(explained, output);
  showSelection(explained, output);
  const rows = targets.map((one) => [one.trunk, one.target, `${one.caller} → ${one.called}`, one.state]);
  if (rows.length > 0) for (const line of formatTable(TARGET_COLUMNS, rows, output)) output.line(line);
  showMessage("to the first target:", invite, output);
  showMessage((status ?? 0) < 300 ? "to the caller, if the target answers:" : "to the caller:", response, output);
}

/** The exit code: 0 when the call would go somewhere, 1 when not. */
async function explain(options: ExplainOptions, output: Output): Promise<number> {
  const { config, json = false, live = false } = options;
  if (config !== undefined && live)
    throw invalid("--live goes with the running server", "Leave out --config, or --live.");
  const answer = config === undefined ? await askServer(options) : await askDraft(config, options, output);
  if (answer === null) return 1;
  const parsed = explanationSchema.safeParse(answer);
  if (!parsed.success) {
    throw new DemarcError("server-unreachable", "the server's answer is not one that this command can read", {
      remedy: "Use the `demarc` of the server's own version.",
    });
  }
  if (json) output.line(JSON.stringify(answer, null, 2));
  else show(parsed.data, output);
  return parsed.data.targets.length > 0 ? 0 : 1;
}

export function addExplain(program: Command, output: Output, exit: (code: number) => void): void {
  const collect = (line: string, lines: readonly string[]): readonly string[] => [...lines, line];
  program
    .command("explain")
    .description(
      "what would happen to a call: how it is read, each route asked, the targets, both messages; exit code 1 where it goes nowhere",
    )
    .requiredOption("--from <trunk>", "the trunk that it would come from")
    .requiredOption("--to <number>", "the number, as its caller dials it, or a SIP URI")
    .option("--caller <number>", "who calls; without it the first number behind the trunk")
    .option("--at <time>", "when, such as 2026-12-25T09:00:00Z; without it now")
    .option("--header <line>", "a header of its INVITE, such as 'X-Line: blue'; can be given again", collect, [])
    .option("--config <file>", "ask a configuration file instead of the running server")
    .option("--live", "really ask the hooks and name servers that the call would ask; without it as if none answered")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--json", "print the answer as JSON")
    .addHelpText("after", "\nExample:\n  demarc explain --from office-pbx --to 02079460000 --at 2026-12-25T09:00:00Z")
    .action(async (options: ExplainOptions) => exit(await explain(options, output)));
}
