// The files of the repository as the gates see them: on disk, whether committed yet or not.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TextFile } from "./tidy-rules.ts";

export const ROOT = dirname(dirname(import.meta.dirname));

const NOT_OURS = /(^|\/)(node_modules|build|\.git|\.bootstrap|test-results|coverage|fixtures)(\/|$)/;

/** Every file under `folder` ("." is the root) whose name ends with one of `endings`. */
export function readFiles(folder: string, endings: readonly string[]): TextFile[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.test(path)) return [];
    if (entry.isDirectory()) return readFiles(path, endings);
    if (!entry.isFile() || !endings.some((ending) => entry.name.endsWith(ending))) return [];
    return [{ path, text: readFileSync(join(ROOT, path), "utf8") }];
  });
}
