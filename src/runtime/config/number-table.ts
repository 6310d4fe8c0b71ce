// Blocks of numbers as a table, the form in which they come from carriers and go to spreadsheets.

import { failure, type Result, success } from "../../base/index.ts";
import {
  type ConfigurationProblem,
  formatPath,
  type NumberBlock,
  nearestName,
  parseNumberBlock,
} from "../../model/index.ts";
import { type CsvRow, formatCsvRow, parseCsv } from "./csv.ts";
import type { Fault } from "./fault.ts";

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
  "tags",
] as const;

type Column = (typeof NUMBER_COLUMNS)[number];

/** What a row says, as the configuration file would say it. */
export type WrittenBlock = Readonly<Record<string, string | readonly string[]>>;

export interface NumberRow {
  readonly line: number;
  readonly block: NumberBlock;
  readonly written: WrittenBlock;
}

const FAULTS_SHOWN = 50;

function faultsOfHeader(file: string, header: readonly string[]): readonly Fault[] {
  const at = (message: string): Fault => ({ file, line: 1, column: null, message });
  const known: readonly string[] = NUMBER_COLUMNS;
  const faults = header.flatMap((name, index): readonly Fault[] => {
    if (header.indexOf(name) < index) return [at(`the column ${name} stands here twice`)];
    if (known.includes(name)) return [];
    const nearest = nearestName(name, known);
    return [
      at(`unknown column "${name}"; ${nearest === null ? `known: ${known.join(", ")}` : `did you mean "${nearest}"?`}`),
    ];
  });
  return header.includes("number") ? faults : [...faults, at("there is no column number")];
}

function writtenBlock(cells: ReadonlyMap<string, string>): WrittenBlock {
  const { number = "", last = "", tags = "", ...rest } = Object.fromEntries(cells) as Partial<Record<Column, string>>;
  const span = last === "" ? { number } : { range: [number, last] };
  const filled = Object.entries(rest).filter(([, cell]) => cell !== "");
  const words = tags.split(/\s+/).filter((tag) => tag !== "");
  return { ...span, ...Object.fromEntries(filled), ...(words.length === 0 ? {} : { tags: words }) };
}

function readRow(
  header: readonly string[],
  { line, cells }: CsvRow,
): Result<NumberRow, readonly ConfigurationProblem[] | string> {
  if (cells.length > header.length) return failure(`${cells.length} cells under ${header.length} columns`);
  const written = writtenBlock(new Map(header.map((name, index) => [name, cells[index] ?? ""])));
  const block = parseNumberBlock(written);
  return block.ok ? success({ line, block: block.value, written }) : block;
}

/** Every row, or every fault with its line, the first fifty. */
export function parseNumberTable(file: string, text: string): Result<readonly NumberRow[], readonly Fault[]> {
  const table = parseCsv(file, text);
  if (!table.ok) return failure([table.failure]);
  const { header, rows } = table.value;
  const faults = [...faultsOfHeader(file, header)];
  if (faults.length > 0) return failure(faults);
  const read: NumberRow[] = [];
  for (const row of rows) {
    const result = readRow(header, row);
    if (result.ok) read.push(result.value);
    else if (typeof result.failure === "string")
      faults.push({ file, line: row.line, column: null, message: result.failure });
    else {
      for (const { path, message } of result.failure) {
        faults.push({
          file,
          line: row.line,
          column: null,
          message: path.length === 0 ? message : `${formatPath(path)}: ${message}`,
        });
      }
    }
    if (faults.length >= FAULTS_SHOWN) break;
  }
  return faults.length > 0 ? failure(faults) : success(read);
}

/** Lines with a header, in the order given. */
export function formatNumberTable(blocks: readonly NumberBlock[]): readonly string[] {
  const rows = blocks.map(({ first, last, trunk, pool, owner, callerName, emergencyLocation, classOfService, tags }) =>
    formatCsvRow([
      first,
      last === first ? "" : last,
      trunk ?? "",
      pool ?? "",
      owner ?? "",
      callerName ?? "",
      emergencyLocation ?? "",
      classOfService ?? "",
      tags.join(" "),
    ]),
  );
  return [formatCsvRow(NUMBER_COLUMNS), ...rows];
}
