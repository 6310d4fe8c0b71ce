// Comma-separated values as spreadsheets write them (RFC 4180): with a header line, commas or semicolons, either kind of line end, quotes where needed.

import { failure, type Result, success } from "../../base/index.ts";
import type { Fault } from "./fault.ts";

export interface CsvRow {
  /** From 1, where the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}

const ROWS_MOST = 1_000_000;
/** Longer than any number, name or list of tags: a quote that is never closed must not swallow the file in silence. */
const CELL_CHARACTERS_MOST = 4096;

interface Reader {
  readonly text: string;
  readonly separator: string;
  at: number;
  line: number;
}

/** One cell, and what stands behind it; a text says what is wrong with it. */
function readCell(reader: Reader): Result<string, string> {
  const { text } = reader;
  if (text[reader.at] !== '"') {
    const start = reader.at;
    while (reader.at < text.length && text[reader.at] !== reader.separator && text[reader.at] !== "\n") reader.at += 1;
    const cell = text.slice(start, reader.at).replace(/\r$/, "");
    if (cell.includes('"'))
      return failure("a quote stands inside a cell: put the whole cell in quotes and double those inside");
    return success(cell.trim());
  }
  let cell = "";
  for (;;) {
    const close = text.indexOf('"', reader.at + 1);
    if (close < 0 || close - reader.at > CELL_CHARACTERS_MOST) return failure("a quote is opened here and not closed");
    cell += text.slice(reader.at + 1, close);
    reader.at = close + 1;
    if (text[reader.at] !== '"') break;
    cell += '"';
  }
  if (text[reader.at] === "\r") reader.at += 1;
  const next = text[reader.at];
  if (next !== undefined && next !== reader.separator && next !== "\n")
    return failure("something stands behind the closing quote");
  return success(cell);
}

function readRow(reader: Reader): Result<CsvRow, string> {
  const { line } = reader;
  const cells: string[] = [];
  for (;;) {
    const cell = readCell(reader);
    if (!cell.ok) return cell;
    if (cell.value.length > CELL_CHARACTERS_MOST)
      return failure(`a cell has more than ${CELL_CHARACTERS_MOST} characters`);
    reader.line += cell.value.split("\n").length - 1;
    cells.push(cell.value);
    const behind = reader.text[reader.at];
    reader.at += 1;
    if (behind === reader.separator) continue;
    reader.line += 1;
    return success({ line, cells });
  }
}

/** Reads the whole text, or says which line keeps it from being read. Empty lines are passed over. */
export function parseCsv(file: string, text: string): Result<CsvTable, Fault> {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const [first = ""] = body.split("\n", 1);
  const separator = first.includes(";") && !first.includes(",") ? ";" : ",";
  const reader: Reader = { text: body, separator, at: 0, line: 1 };
  const rows: CsvRow[] = [];
  while (reader.at < body.length) {
    const { line } = reader;
    const row = readRow(reader);
    if (!row.ok) return failure({ file, line, column: null, message: row.failure });
    if (row.value.cells.every((cell) => cell === "")) continue;
    if (rows.length > ROWS_MOST) return failure({ file, line, column: null, message: `more than ${ROWS_MOST} rows` });
    rows.push(row.value);
  }
  const [header, ...rest] = rows;
  if (header === undefined)
    return failure({
      file,
      line: 1,
      column: null,
      message: "the file is empty; it begins with a line of column names",
    });
  return success({ header: header.cells, rows: rest });
}

/** One line, quoted where it must be. */
export function formatCsvRow(cells: readonly string[]): string {
  return cells.map((cell) => (/[",;\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");
}
