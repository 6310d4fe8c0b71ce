// Writes a file as a whole: whoever reads it sees the old text or the new one, and a crash leaves one of the two.

import { open, rename, stat, unlink } from "node:fs/promises";
import { failure, type Result, success } from "../../base/index.ts";
import type { Fault } from "./fault.ts";
import { explainFileError } from "./file-text.ts";

/** The file keeps its permissions. */
export async function replaceFile(file: string, text: string): Promise<Result<null, Fault>> {
  const beside = `${file}.new-${process.pid}`;
  try {
    const { mode } = await stat(file);
    const handle = await open(beside, "wx", mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(text, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
    return success(null);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    return failure({ file, line: null, column: null, message: `cannot be written: ${explainFileError(error)}` });
  }
}
