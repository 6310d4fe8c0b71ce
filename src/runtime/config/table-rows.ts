// Rows of a table, each read as what the configuration file would say: every row, or every fault with its line.

import { failure, type Result, success } from "../../base/index.ts";
import { type ConfigurationProblem, formatPath, nearestName } from "../../model/index.ts";
import { type CsvRow, parseCsv } from "./csv.ts";
import type { Fault } from "./fault.ts";

export interface TableRow<Entry, Written> {
  /** From 1. */
  readonly line: number;
  readonly entry: Entry;
  readonly written: Written;
}

export interface TableKind<Entry, Written> {
  readonly columns: readonly string[];
  /** The one column that must be there. */
  readonly key: string;
  /** What a row says, as the configuration file would say it. Cells that the row has not are empty. */
  readonly write: (cells: ReadonlyMap<string, string>) => Written;
  readonly parse: (written: Written) => Result<Entry, readonly ConfigurationProblem[]>;
}

const FAULTS_SHOWN = 50;

function faultsOfHeader(
  file: string,
  header: readonly string[],
  { columns, key }: { readonly columns: readonly string[]; readonly key: string },
): readonly Fault[] {
  const at = (message: string): Fault => ({ file, line: 1, column: null, message });
  const faults = header.flatMap((name, index): readonly Fault[] => {
    if (header.indexOf(name) < index) return [at(`the column ${name} stands here twice`)];
    if (columns.includes(name)) return [];
    const nearest = nearestName(name, columns);
    const remedy = nearest === null ? `known: ${columns.join(", ")}` : `did you mean "${nearest}"?`;
    return [at(`unknown column "${name}"; ${remedy}`)];
  });
  return header.includes(key) ? faults : [...faults, at(`there is no column ${key}`)];
}

function readRow<Entry, Written>(
  { cells, line }: CsvRow,
  header: readonly string[],
  kind: TableKind<Entry, Written>,
): Result<TableRow<Entry, Written>, readonly string[]> {
  if (cells.length > header.length) return failure([`${cells.length} cells under ${header.length} columns`]);
  const written = kind.write(new Map(header.map((name, index) => [name, cells[index] ?? ""])));
  const entry = kind.parse(written);
  if (entry.ok) return success({ line, entry: entry.value, written });
  return failure(
    entry.failure.map(({ path, message }) => (path.length === 0 ? message : `${formatPath(path)}: ${message}`)),
  );
}

/** Every row, or every fault with its line, the first fifty. */
export function parseTable<Entry, Written>(
  file: string,
  text: string,
  kind: TableKind<Entry, Written>,
): Result<readonly TableRow<Entry, Written>[], readonly Fault[]> {
  const table = parseCsv(file, text);
  if (!table.ok) return failure([table.failure]);
  const { header, rows } = table.value;
  const faults = [...faultsOfHeader(file, header, kind)];
  if (faults.length > 0) return failure(faults);
  const read: TableRow<Entry, Written>[] = [];
  for (const row of rows) {
    const result = readRow(row, header, kind);
    if (result.ok) read.push(result.value);
    else faults.push(...result.failure.map((message) => ({ file, line: row.line, column: null, message })));
    if (faults.length >= FAULTS_SHOWN) break;
  }
  return faults.length > 0 ? failure(faults) : success(read);
}
