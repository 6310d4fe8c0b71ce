// Which headers of one side the other may see: what a trunk's settings name, and nothing else.

import { flatCopy } from "../../base/index.ts";
import type { Configuration, HeaderRule, Template, Trunk } from "../../model/index.ts";
import { type HeaderFields, type HeaderLine, headerName, headerSpelling } from "../../protocol/sip/index.ts";

/** What the trunks of a configuration want to see of other sides. */
export interface Crossable {
  /** Header names that some trunk passes, or reads in a rule. */
  readonly names: ReadonlySet<string>;
  /** Whether some trunk wants Session-ID. */
  readonly sessions: boolean;
}

const KNOWN = new WeakMap<Configuration, Crossable>();

function namesInTemplate(template: Template): string[] {
  return template.flatMap((part) => (part.kind === "header" ? [part.name] : []));
}

function namesInRule({ when, do: edits }: HeaderRule): string[] {
  const read = edits.flatMap((edit) => {
    if (edit.edit === "copy") return [edit.from];
    return "value" in edit ? namesInTemplate(edit.value) : [];
  });
  return [...when.map(({ header }) => header), ...read];
}

function namesOf({ headers }: Trunk): string[] {
  const set = Object.values(headers.set).flatMap(namesInTemplate);
  const uui = headers.userToUser ? ["user-to-user"] : [];
  return [...headers.pass, ...headers.out.flatMap(namesInRule), ...set, ...uui];
}

/** Found once for each configuration. */
export function crossableIn(configuration: Configuration): Crossable {
  const known = KNOWN.get(configuration);
  if (known !== undefined) return known;
  const trunks = Object.values(configuration.trunks);
  const names = new Set(trunks.flatMap(namesOf).map(headerName));
  const crossable = { names, sessions: trunks.some(({ headers }) => headers.sessionId !== "none") };
  KNOWN.set(configuration, crossable);
  return crossable;
}

const LINE_LIMIT = 32;
const CHARACTER_LIMIT = 8192;

/** The lines of a message that some trunk may be shown, kept for when it is known which. */
export function crossingLines(headers: HeaderFields, { names }: Crossable): readonly HeaderLine[] {
  if (names.size === 0) return [];
  const lines: HeaderLine[] = [];
  let characters = 0;
  for (let index = 0; index < headers.count && lines.length < LINE_LIMIT; index += 1) {
    const name = headers.nameAt(index);
    if (!names.has(name)) continue;
    const value = headers.valueAt(index);
    characters += value.length;
    if (characters > CHARACTER_LIMIT) break;
    lines.push([headerSpelling(name), flatCopy(value)]);
  }
  return lines;
}

/** Of the lines of the other side those that this trunk is passed. `from` is the other side's trunk; null where it is not known. */
export function passedLines(lines: readonly HeaderLine[], to: Trunk, from: Trunk): readonly HeaderLine[] {
  if (lines.length === 0) return [];
  const { pass, userToUser } = to.headers;
  const passes = new Set(pass.map(headerName));
  if (userToUser && from.headers.userToUser) passes.add("user-to-user");
  return lines.filter(([name]) => passes.has(headerName(name)));
}
