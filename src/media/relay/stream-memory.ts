// The memory that outlasts a relay process: a file without a name in the machine's memory, handed to each relay in turn.

import { randomBytes } from "node:crypto";
import { existsSync, openSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** /dev/shm is memory on Linux; elsewhere a file does as well, only that the system may write it to disk now and then. */
export function openStreamMemory(): number {
  const folder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const path = join(folder, `demarc-${randomBytes(16).toString("hex")}`);
  const descriptor = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return descriptor;
}
