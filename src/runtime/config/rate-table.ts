// Rates as a table, the form in which carriers send them.

import { failure, type Result, success } from "../../base/index.ts";
import { parseRate, type Rate, repeatedRates } from "../../model/index.ts";
import type { Fault } from "./fault.ts";
import { parseTable } from "./table-rows.ts";

/** Empty cells are as if the column was not there. */
export const RATE_COLUMNS = ["prefix", "perMinute", "connect", "increments", "from", "until"] as const;

function writtenRate(cells: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const filled = Object.fromEntries([...cells].filter(([, cell]) => cell !== ""));
  // Carriers leave the plus out.
  const { prefix } = filled;
  return prefix === undefined || prefix.startsWith("+") ? filled : { ...filled, prefix: `+${prefix}` };
}

/** Every rate, or every fault with its line, the first fifty. */
export function parseRateTable(file: string, text: string): Result<readonly Rate[], readonly Fault[]> {
  const table = parseTable(file, text, {
    columns: RATE_COLUMNS,
    key: "prefix",
    write: writtenRate,
    parse: parseRate,
  });
  if (!table.ok) return table;
  const rows = table.value;
  const repeated = repeatedRates(rows.map(({ entry }) => entry)).map(({ place, earlier }): Fault => {
    const message = `line ${rows[earlier]?.line} has a rate for this prefix from the same moment already`;
    return { file, line: rows[place]?.line ?? 1, column: null, message };
  });
  return repeated.length > 0 ? failure(repeated.slice(0, 50)) : success(rows.map(({ entry }) => entry));
}
