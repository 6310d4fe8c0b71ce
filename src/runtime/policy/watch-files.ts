// Watches the files of a policy: its own and those that it imports.

import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";

/** An editor writes a file in several steps within this time, in milliseconds. */
const SETTLE_MS = 100;

export interface FilesWatch {
  close(): void;
}

/** What the files hold, as one word; files that are not there are that. */
export async function fingerprintOfFiles(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...files].sort()) {
    hash.update(`${file}\n`);
    hash.update(await readFile(file).catch(() => "is not there"));
  }
  return hash.digest("hex");
}

/**
 * Calls `onChange` when the files hold something else than when `known` was made of them, once for each change. Watches their folders: editors
 * replace a file rather than write into it. `onBlind`: a folder is no longer watched.
 */
export function watchFiles(
  files: readonly string[],
  known: string,
  told: { readonly onChange: () => void; readonly onBlind: (folder: string, error: unknown) => void },
): FilesWatch {
  let last = known;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    const now = await fingerprintOfFiles(files);
    if (closed || now === last) return;
    last = now;
    told.onChange();
  };
  const schedule = (): void => {
    if (closed) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLE_MS).unref();
  };
  const watchers: FSWatcher[] = [];
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    try {
      const watcher = watch(folder, { persistent: false }, schedule);
      watcher.on("error", (error) => told.onBlind(folder, error));
      watchers.push(watcher);
    } catch (error) {
      told.onBlind(folder, error);
    }
  }
  // What changed since they were read.
  schedule();
  return {
    close: () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
