// The inputs kept for each target: a JSON array of texts, characters standing for bytes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

function fileOf(name: string): URL {
  return new URL(`corpus/${name}/inputs.json`, import.meta.url);
}

export function readCorpus(name: string): string[] {
  const file = fileOf(name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
}

export function writeCorpus(name: string, inputs: readonly string[]): void {
  mkdirSync(new URL(".", fileOf(name)), { recursive: true });
  const lines = inputs.map((input) => `  ${escapeBytes(input)}`);
  writeFileSync(fileOf(name), lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`);
}

/** JSON in plain ASCII: no editor or tool changes a byte of it. */
function escapeBytes(input: string): string {
  return JSON.stringify(input).replace(
    /[\x7f-\xff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
