// Brings numbers from a table into a configuration file: all of them or, where one is wrong, none.

import { failure, type Result, success } from "../../base/index.ts";
import { compareBlocks, formatBlock, type NumberBlock, numberConflicts } from "../../model/index.ts";
import { type Fault, formatFault } from "./fault.ts";
import { type NumberRow, parseNumberTable } from "./number-table.ts";
import { readConfigurationText } from "./read-configuration.ts";
import { writeEntries } from "./write-entries.ts";
import { parseYaml } from "./yaml-tree.ts";

export interface NumberImport {
  /** The whole file as it will be. */
  readonly text: string;
  readonly added: readonly NumberBlock[];
  /** Blocks of the same numbers that now say something else. */
  readonly changed: readonly NumberBlock[];
  readonly unchanged: number;
}

interface NamedText {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
}

function same(one: NumberBlock, other: NumberBlock): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Where each block comes from: the configuration's entry or the table's row. */
type Origin = { readonly entry: number } | { readonly row: NumberRow };

function faultsOfConflicts(
  all: readonly { readonly block: NumberBlock; readonly origin: Origin }[],
  table: NamedText,
  placeOf: (entry: number) => string,
): readonly Fault[] {
  return numberConflicts(all.map(({ block }) => block)).flatMap(({ earlier, later }): readonly Fault[] => {
    const [one, other] = [all[earlier], all[later]];
    if (one === undefined || other === undefined || !("row" in other.origin)) return [];
    const place = "row" in one.origin ? `${table.file}:${one.origin.row.line}` : placeOf(one.origin.entry);
    const message = `${formatBlock(other.block)} overlaps ${formatBlock(one.block)} at ${place}; take one of them out`;
    return [{ file: table.file, line: other.origin.row.line, column: null, message }];
  });
}

/**
 * What the configuration file becomes. A row whose numbers are those of an entry changes that entry; one that overlaps anything else is refused,
 * with both places. Entries that no row names stay.
 */
export async function importNumbers(
  configuration: NamedText,
  table: NamedText,
): Promise<Result<NumberImport, readonly Fault[]>> {
  const { file, text } = configuration;
  const reading = await readConfigurationText(file, text, { purpose: "validate" });
  const tree = parseYaml(file, text);
  if (reading.configuration === null || !tree.ok) return failure(reading.faults);
  const rows = parseNumberTable(table.file, table.text);
  if (!rows.ok) return rows;
  const { numbers } = reading.configuration;
  const keyOf = ({ first, last, pool }: NumberBlock): string => `${first} ${last} ${pool === null ? "" : "pool"}`;
  const known = new Map(numbers.map((block, entry) => [keyOf(block), entry]));
  const entries = new Map<NumberRow, number>();
  const taken = new Set<number>();
  for (const row of rows.value) {
    const entry = known.get(keyOf(row.entry));
    if (entry === undefined || taken.has(entry)) continue;
    entries.set(row, entry);
    taken.add(entry);
  }
  const kept = numbers.flatMap((block, entry) => (taken.has(entry) ? [] : [{ block, origin: { entry } }]));
  const all = [...kept, ...rows.value.map((row) => ({ block: row.entry, origin: { row } }))];
  const placeOf = (entry: number): string => {
    const { line } = tree.value.locate({ path: ["numbers", entry], at: "value" });
    return `${file}:${line}`;
  };
  const conflicts = faultsOfConflicts(all, table, placeOf);
  if (conflicts.length > 0) return failure(conflicts);
  const isNews = (row: NumberRow): boolean => {
    const entry = entries.get(row);
    return entry === undefined || !same(row.entry, numbers[entry] as NumberBlock);
  };
  const news = rows.value.filter(isNews);
  const written =
    news.length === 0
      ? text
      : writeEntries(
          text,
          "numbers",
          news.map((row) => ({ place: entries.get(row) ?? null, value: row.written })),
        );
  const refusals = await refusalsOf(file, written, { table, news });
  if (refusals.length > 0) return failure(refusals);
  const blocksOf = (isChange: boolean): NumberBlock[] =>
    news
      .filter((row) => entries.has(row) === isChange)
      .map(({ entry }) => entry)
      .sort(compareBlocks);
  return success({
    text: written,
    added: blocksOf(false),
    changed: blocksOf(true),
    unchanged: rows.value.length - news.length,
  });
}

/** What the file as a whole has against its new rows: a trunk that is not there, mostly. Told with the row's line. */
async function refusalsOf(
  file: string,
  text: string,
  { table, news }: { readonly table: NamedText; readonly news: readonly NumberRow[] },
): Promise<readonly Fault[]> {
  const { faults } = await readConfigurationText(file, text, { purpose: "validate" });
  const lines = faults.length === 0 ? [] : text.split("\n");
  return faults.map((fault) => {
    const row = news.find(({ entry }) => lines[(fault.line ?? 0) - 1]?.includes(entry.first) === true);
    if (row === undefined)
      return { ...fault, line: null, column: null, message: `with these numbers: ${formatFault(fault)}` };
    return { file: table.file, line: row.line, column: null, message: fault.message };
  });
}
