// Blocks of numbers as a table, the form in which they come from carriers and go to spreadsheets.

import type { Result } from "../../base/index.ts";
import { type NumberBlock, parseNumberBlock } from "../../model/index.ts";
import { formatCsvRow } from "./csv.ts";
import type { Fault } from "./fault.ts";
import { parseTable, type TableRow } from "./table-rows.ts";

/** `last` is empty for a single number; `tags` are parted by blanks. */
export const NUMBER_COLUMNS = [
  "number",
  "last",
  "trunk",
  "pool",
  "owner",
  "callerName",
  "emergencyLocation",
  "classOfService",
  "calls",
  "tags",
] as const;

type Column = (typeof NUMBER_COLUMNS)[number];

/** What a row says, as the configuration file would say it. */
export type WrittenBlock = Readonly<Record<string, string | number | readonly string[]>>;

export type NumberRow = TableRow<NumberBlock, WrittenBlock>;

function writtenBlock(cells: ReadonlyMap<string, string>): WrittenBlock {
  const {
    number = "",
    last = "",
    calls = "",
    tags = "",
    ...rest
  } = Object.fromEntries(cells) as Partial<Record<Column, string>>;
  const span = last === "" ? { number } : { range: [number, last] };
  const filled = Object.entries(rest).filter(([, cell]) => cell !== "");
  const words = tags.split(/\s+/).filter((tag) => tag !== "");
  // What is no number is told as the text that it is.
  const limit = calls === "" ? {} : { calls: /^[0-9]{1,9}$/.test(calls) ? Number(calls) : calls };
  return { ...span, ...Object.fromEntries(filled), ...limit, ...(words.length === 0 ? {} : { tags: words }) };
}

/** Every row, or every fault with its line, the first fifty. */
export function parseNumberTable(file: string, text: string): Result<readonly NumberRow[], readonly Fault[]> {
  return parseTable(file, text, {
    columns: NUMBER_COLUMNS,
    key: "number",
    write: writtenBlock,
    parse: parseNumberBlock,
  });
}

/** Lines with a header, in the order given. */
export function formatNumberTable(blocks: readonly NumberBlock[]): readonly string[] {
  const rows = blocks.map(
    ({ first, last, trunk, pool, owner, callerName, emergencyLocation, classOfService, calls, tags }) =>
      formatCsvRow([
        first,
        last === first ? "" : last,
        trunk ?? "",
        pool ?? "",
        owner ?? "",
        callerName ?? "",
        emergencyLocation ?? "",
        classOfService ?? "",
        calls === null ? "" : String(calls),
        tags.join(" "),
      ]),
  );
  return [formatCsvRow(NUMBER_COLUMNS), ...rows];
}
