// `demarc numbers`: the numbers of the running server; and of a configuration file, out to a table and in from one.

import type { Command } from "commander";
import { z } from "zod";
import { formatBlock, type NumberBlock } from "../model/index.ts";
import {
  type Fault,
  formatNumberTable,
  importNumbers,
  readConfiguration,
  readFileText,
  replaceFile,
} from "../runtime/config/index.ts";
import { readListing } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import type { Output } from "./output.ts";
import { formatTable } from "./table.ts";
import { remarkFaults } from "./validate.ts";

const blockSchema = z.object({
  first: z.string(),
  last: z.string(),
  trunk: z.string().nullable(),
  pool: z.string().nullable(),
  owner: z.string().nullable(),
  tags: z.array(z.string()),
});
const usageSchema = z.object({ pool: z.string(), size: z.number(), used: z.number(), free: z.number() });

interface ListOptions {
  readonly api: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly trunk?: string;
  readonly pool?: string;
  readonly number?: string;
  readonly json?: boolean;
}

const COLUMNS = [
  { title: "NUMBER" },
  { title: "TRUNK" },
  { title: "POOL" },
  { title: "OWNER" },
  { title: "TAGS" },
] as const;
const POOL_COLUMNS = [
  { title: "POOL" },
  { title: "NUMBERS", align: "right" },
  { title: "USED", align: "right" },
  { title: "FREE", align: "right" },
] as const;

async function showNumbers({ api, json, ...query }: ListOptions, output: Output): Promise<void> {
  const answer = await getJson(api, "/api/v1/numbers", query);
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const { items, next } = readListing(blockSchema, answer);
  if (items.length === 0) return output.line("No numbers.");
  const rows = items.map((block) => [
    formatBlock(block),
    block.trunk ?? "-",
    block.pool ?? "-",
    block.owner ?? "-",
    block.tags.join(" "),
  ]);
  for (const line of formatTable(COLUMNS, rows, output)) output.line(line);
  if (next !== null) output.remark(`There are more: the same command with --cursor ${next}`);
}

async function showPools(api: string, json: boolean, output: Output): Promise<void> {
  const answer = await getJson(api, "/api/v1/number-pools", {});
  if (json) return output.line(JSON.stringify(answer, null, 2));
  const { items } = readListing(usageSchema, answer);
  if (items.length === 0) return output.line("No pools.");
  const rows = items.map(({ pool, size, used, free }) => [pool, String(size), String(used), String(free)]);
  for (const line of formatTable(POOL_COLUMNS, rows, output)) output.line(line);
}

async function exportTable(config: string, output: Output): Promise<number> {
  const { configuration, faults } = await readConfiguration(config, { purpose: "validate" });
  remarkFaults(faults, [], output);
  if (configuration === null) return 1;
  for (const line of formatNumberTable(configuration.numbers)) output.line(line);
  return 0;
}

interface ImportOptions {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Named one by one as long as somebody will read them. */
const BLOCKS_NAMED = 20;

function name(blocks: readonly NumberBlock[]): string {
  const named = blocks.slice(0, BLOCKS_NAMED).map(formatBlock);
  const rest = blocks.length - named.length;
  return `${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** The exit code: 0 when all is in the file, or would be; 1 when nothing is. */
async function importTable(
  table: string,
  { config, dryRun = false, json = false }: ImportOptions,
  output: Output,
): Promise<number> {
  const refuse = (faults: readonly Fault[]): number => {
    if (json) output.line(JSON.stringify({ applied: false, errors: faults }, null, 2));
    else remarkFaults(faults, [], output);
    output.remark(`${table}: nothing was imported`);
    return 1;
  };
  const texts = [await readFileText(config), await readFileText(table)] as const;
  const [file, rows] = texts;
  if (!file.ok) return refuse([file.failure]);
  if (!rows.ok) return refuse([rows.failure]);
  const result = await importNumbers({ file: config, text: file.value }, { file: table, text: rows.value });
  if (!result.ok) return refuse(result.failure);
  const { text, added, changed, unchanged } = result.value;
  if (!dryRun && text !== file.value) {
    const written = await replaceFile(config, text);
    if (!written.ok) return refuse([written.failure]);
  }
  if (json) {
    output.line(JSON.stringify({ applied: !dryRun, added, changed, unchanged }, null, 2));
    return 0;
  }
  const [add, change] = dryRun ? ["would add", "would change"] : ["added", "changed"];
  if (added.length > 0) output.line(`${add} ${added.length}: ${name(added)}`);
  if (changed.length > 0) output.line(`${change} ${changed.length}: ${name(changed)}`);
  output.line(`${unchanged} as they were`);
  if (dryRun) output.remark("Nothing was written: this was a dry run.");
  return 0;
}

export function addNumbers(program: Command, output: Output, exit: (code: number) => void): void {
  const numbers = program
    .command("numbers")
    .description("list the numbers of the running server, and what each belongs to")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--limit <count>", "the most entries to show, 1 to 1000", "100")
    .option("--cursor <cursor>", "go on where a list before ended")
    .option("--trunk <name>", "numbers behind this trunk")
    .option("--pool <name>", "numbers of this pool")
    .option("--number <number>", "the entry that has this number")
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc numbers --trunk office-pbx")
    .action((options: ListOptions) => showNumbers(options, output));
  numbers
    .command("pools")
    .description("how much of each pool is given out")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc numbers pools")
    .action((_own: unknown, command: Command) => {
      const { api, json = false } = command.optsWithGlobals<{ api: string; json?: boolean }>();
      return showPools(api, json, output);
    });
  numbers
    .command("export")
    .description("print the numbers of a configuration file as comma-separated values")
    .requiredOption("--config <file>", "the YAML file")
    .addHelpText("after", "\nExample:\n  demarc numbers export --config demarc.yaml > numbers.csv")
    .action(async ({ config }: { config: string }) => exit(await exportTable(config, output)));
  numbers
    .command("import")
    .description("bring numbers from comma-separated values into a configuration file: all of them, or none")
    .argument("<csv>", "the table; its first line names the columns, as `numbers export` writes them")
    .requiredOption("--config <file>", "the YAML file; a running server that watches it applies it at once")
    .option("--dry-run", "say what would change and write nothing")
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExample:\n  demarc numbers import numbers.csv --config demarc.yaml --dry-run")
    .action(async (csv: string, _own: unknown, command: Command) =>
      exit(await importTable(csv, command.optsWithGlobals<ImportOptions>(), output)),
    );
}
