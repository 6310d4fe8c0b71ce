// Where in a policy something went wrong: the topmost place of a stack that is in one of its files.

import { fileURLToPath } from "node:url";
import type { PolicyFault } from "./policy-message.ts";

const MOST_MESSAGE = 500;
/** `at f (file:///policy.ts:8:11)`, and the line above a syntax error's source, `/policy.ts:3`. */
const PLACE = /(file:\/\/[^\s()]+?|\/[^\s():]+):([0-9]+)(?::([0-9]+))?\)?$/;

function pathOf(written: string): string {
  return written.startsWith("file:") ? fileURLToPath(written) : written;
}

/** What was thrown, as a fault. `isIts`: whether a path is of the policy. */
export function faultOf(thrown: unknown, isIts: (path: string) => boolean): PolicyFault {
  const message = messageOf(thrown)
    .slice(0, MOST_MESSAGE)
    .replaceAll(/\s*[\r\n]\s*/g, " ");
  const stack = thrown instanceof Error && typeof thrown.stack === "string" ? thrown.stack : "";
  for (const line of stack.split("\n", 100)) {
    const [, written, at, column] = PLACE.exec(line.trimEnd()) ?? [];
    if (written === undefined) continue;
    const file = pathOf(written);
    if (isIts(file)) return { file, line: Number(at), column: column === undefined ? null : Number(column), message };
  }
  return { file: null, line: null, column: null, message };
}

/** A policy may throw anything, and what it throws may be made to throw when it is read. */
function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `it threw ${String(thrown)}`;
  } catch {
    return "it threw what cannot be read";
  }
}
