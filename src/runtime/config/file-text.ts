// A configuration file's bytes as text, or why they are none.

import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { failure, type Result, success } from "../../base/index.ts";
import type { Fault } from "./fault.ts";

const FILE_LIMIT_BYTES = 10 * 1024 * 1024;
const NEWLINE = 10;

/** What an operating system's error code says to a person. */
export function explainFileError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "there is no such file; check the path";
  if (code === "EACCES" || code === "EPERM") return "it may not be read; give the user that runs Demarc the right to";
  return error instanceof Error ? error.message : String(error);
}

/** The line, from 1, of the first byte sequence that is no UTF-8. */
function lineOfBadBytes(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(start, end)) || newline < 0) return line;
    line += 1;
    start = newline + 1;
  }
}

export async function readFileText(file: string): Promise<Result<string, Fault>> {
  const whole = (message: string) => failure({ file, line: null, column: null, message });
  try {
    const stats = await stat(file);
    // A fifo or a device would never end.
    if (!stats.isFile()) return whole("it is no file; name a file that can be read and watched");
    if (stats.size > FILE_LIMIT_BYTES)
      return whole(`${stats.size} bytes are too many; the limit is ${FILE_LIMIT_BYTES}`);
    const bytes = await readFile(file);
    if (!isUtf8(bytes)) {
      const message = "this line is not UTF-8 text; save the file as UTF-8";
      return failure({ file, line: lineOfBadBytes(bytes), column: null, message });
    }
    return success(new TextDecoder("utf-8").decode(bytes));
  } catch (error) {
    return whole(`cannot be read: ${explainFileError(error)}`);
  }
}
