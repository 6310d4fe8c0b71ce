// One line of the log as a person reads it: time, level, message, then the fields.

import picocolors from "picocolors";
import { escapeControls } from "./escape-controls.ts";

/** Of a JSON line of the log; what is not one is shown as it is, made harmless. Ends in a newline. */
export function formatLine(json: string, color: boolean): string {
  const fields = readFields(json);
  if (fields === null) return `${escapeControls(json.trimEnd())}\n`;
  const { level, time, message, error, ...rest } = fields;
  const paint = picocolors.createColors(color);
  const tint = { warn: paint.yellow, error: paint.red, debug: paint.dim }[String(level)] ?? paint.green;
  const clock = paint.dim(String(time).slice(11, 23));
  const pairs = Object.entries(rest).map(([name, value]) => ` ${paint.dim(`${name}=`)}${formatValue(value)}`);
  const text = escapeControls(String(message));
  return `${clock} ${tint(String(level).padEnd(5))} ${text}${pairs.join("")}${formatError(error)}\n`;
}

function readFields(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function formatValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return escapeControls(/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));
}

function formatError(error: unknown): string {
  if (error === undefined) return "";
  const stack = typeof error === "object" && error !== null && "stack" in error ? String(error.stack) : String(error);
  return stack
    .split("\n")
    .map((line) => `\n  ${escapeControls(line)}`)
    .join("");
}
