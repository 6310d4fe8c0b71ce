// A table of text, its columns as wide as they need to be.

import pc from "picocolors";
import { printable } from "./output.ts";

export interface Column {
  readonly title: string;
  /** Default left. */
  readonly align?: "left" | "right";
}

/** The lines of the table. Cells are made printable here, once and for all. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { color }: { readonly color: boolean },
): readonly string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, index) => {
    return Math.max(title.length, ...cells.map((row) => (row[index] ?? "").length));
  });
  const format = (row: readonly string[]): string =>
    columns
      .map(({ align = "left" }, index) => {
        const width = widths[index] ?? 0;
        const cell = row[index] ?? "";
        return align === "right" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const head = format(columns.map(({ title }) => title));
  return [pc.createColors(color).bold(head), ...cells.map(format)];
}

/** `3:07`, `1:02:03`; whole seconds, cut. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = clock[0] === 0 ? clock.slice(1) : clock;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** `2026-01-02 03:04:05` of an ISO time in UTC. */
export function formatTime(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}
