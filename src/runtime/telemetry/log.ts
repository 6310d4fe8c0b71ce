// The log: JSON lines for machines, one readable line for people. Nothing a peer wrote can move a cursor or forge a line.

import { destination as fileDestination, pino, stdSerializers, stdTimeFunctions } from "pino";
import { escapeControls } from "./escape-controls.ts";
import { formatLine } from "./format-line.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
/** Values are written as they are; an Error under `error` with its stack; a call's id under `call`. */
export type LogFields = Readonly<Record<string, unknown>>;
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

export interface LogOptions {
  /** Lines below it are not written. */
  readonly level: LogLevel;
  /** `json` for machines, `text` for a terminal. */
  readonly form: "json" | "text";
  /** Colours in the form `text`. */
  readonly color: boolean;
  /** Takes a line with its end. Default: standard output, written before the call returns. */
  readonly write?: (line: string) => void;
}

const SECRET_NAMES: ReadonlySet<string> = new Set([
  "password",
  "secret",
  "token",
  "authorization",
  "proxy-authorization",
  "credentials",
  "apiKey",
]);
const CENSORED = "***";
/** How deep secrets are looked for: fields, and fields of fields. What lies deeper is no log line of ours. */
const CENSOR_DEPTH = 2;

/** The fields without what must never be written down. The same object where there is nothing of the kind, which is always. */
function censor(fields: LogFields, depth = CENSOR_DEPTH): LogFields {
  let censored: Record<string, unknown> | null = null;
  for (const name in fields) {
    const value = fields[name];
    const kept = SECRET_NAMES.has(name) ? CENSORED : censorInner(value, depth - 1);
    if (kept === value) continue;
    censored ??= { ...fields };
    censored[name] = kept;
  }
  return censored ?? fields;
}

function censorInner(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== "object" || value === null || value instanceof Error) return value;
  return censor(value as LogFields, depth);
}

export function createLog({ level, form, color, write = writeToStandardOutput() }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
    },
    { write: (line) => write(form === "json" ? `${escapeControls(line.trimEnd())}\n` : formatLine(line, color)) },
  );
  const writer = (of: LogLevel) => (message: string, fields?: LogFields) =>
    logger[of](fields === undefined ? {} : censor(fields), message);
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}

function writeToStandardOutput(): (line: string) => void {
  const standardOutput = fileDestination({ dest: 1, sync: true });
  return (line) => standardOutput.write(line);
}
