// The rules of tidiness of ARCHITECTURE.md's Style that no other tool checks, each a function from a file to complaints.
import ts from "typescript";
import { measureCode } from "./code-rules.ts";

export interface TextFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const MAX_LINES = 400;
const BANNED_IN_FILE_NAMES = new Set(["manager", "helper", "helpers", "util", "utils", "data", "common"]);
// Split so that this file does not complain about itself.
const UNFINISHED = new RegExp(`\\b(${["TO", "FIX"].join("DO|")}ME)\\b`);
const MACHINE_PATH = new RegExp(`(^|[^\\w.~-])/(${["work", "root", "home", "Users"].join("|")})/[\\w.-]+`);

/** Everything that is wrong with a source file. Empty when it is tidy. */
export function complaintsOfSource(file: TextFile): string[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true);
  return [
    ...complaintsOfText(file),
    ...complaintsOfName(file.path),
    ...complaintsOfOpening(file),
    ...measureCode(source, file.path),
  ];
}

/** What holds for every text in the repository, code or not. */
export function complaintsOfText({ path, text }: TextFile): string[] {
  const complaints: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (UNFINISHED.test(line)) complaints.push(`${path}:${index + 1}: says that it is unfinished`);
    if (MACHINE_PATH.test(line)) complaints.push(`${path}:${index + 1}: names a path of one machine`);
  }
  return complaints;
}

function complaintsOfName(path: string): string[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const complaints: string[] = [];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/.test(name)) complaints.push(`${path}: the name is not kebab-case`);
  const banned = path.split(/[/.-]/).filter((word) => BANNED_IN_FILE_NAMES.has(word));
  for (const word of banned) complaints.push(`${path}: "${word}" says nothing; name what it is`);
  if (/^src\/[^/]+$/.test(path) && path !== "src/main.ts") complaints.push(`${path}: only main.ts lies in src itself`);
  return complaints;
}

function complaintsOfOpening({ path, text }: TextFile): string[] {
  const complaints: string[] = [];
  const lines = text.split("\n").length - 1;
  if (lines > MAX_LINES) complaints.push(`${path}: ${lines} lines, at most ${MAX_LINES}`);
  const speaksForItself = /(^|\/)index\.ts$|\.test\.ts$/.test(path);
  const first = text.startsWith("#!") ? text.slice(text.indexOf("\n") + 1) : text;
  if (!speaksForItself && !/^\s*(\/\/|\/\*)/.test(first)) complaints.push(`${path}: does not open with what it is`);
  return complaints;
}

/** The paths of the repository that a Markdown text names, in backquotes or as the target of a link. */
export function namedPaths({ path, text }: TextFile): string[] {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  const quoted = [...text.matchAll(/`((?:src|test|tools|native|docs|bench|examples|\.ci)\/[\w./-]*)(?::\d+)?`/g)];
  const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)/g)];
  return [
    ...quoted.map(([, named]) => named as string),
    ...linked.map(([, named]) => new URL(named as string, `file:///${folder}`).pathname.slice(1)),
  ];
}
