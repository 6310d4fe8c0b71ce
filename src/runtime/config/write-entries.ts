// Puts entries into a list of a YAML file. What is not touched stays byte for byte: comments, quotes and layout are the operator's.

import { Document, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLSeq } from "yaml";

export interface EntryEdit {
  /** The place in the list of the entry that is replaced; null to add one. */
  readonly place: number | null;
  readonly value: unknown;
}

interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** On one line. */
function flowText(value: unknown): string {
  const document = new Document(null, { version: "1.2" });
  document.contents = document.createNode(value, { flow: true }) as typeof document.contents;
  return document.toString({ lineWidth: 0 }).trimEnd();
}

/** Where a node's own text stands, without what is only blank behind it. */
function spanOf(node: Node | null, text: string): { readonly from: number; readonly to: number } {
  const [from = 0, end = from] = node?.range ?? [];
  return { from, to: from + text.slice(from, end).trimEnd().length };
}

function lineEnd(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  if (newline < 0) return text.length;
  return text[newline - 1] === "\r" ? newline - 1 : newline;
}

/** The lines of new entries, each behind the same dash as those that are there. */
function linesOf(entries: readonly EntryEdit[], indent: string, newline: string): string {
  return entries.map(({ value }) => `${newline}${indent}- ${flowText(value)}`).join("");
}

function additionTo(sequence: YAMLSeq, added: readonly EntryEdit[], text: string): TextEdit {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const last = sequence.items.at(-1) as Node | undefined;
  const list = spanOf(sequence, text);
  if (last === undefined) return { ...list, text: linesOf(added, "  ", newline) };
  const { from, to } = spanOf(last, text);
  if (sequence.flow === true) return { from: to, to, text: added.map(({ value }) => `, ${flowText(value)}`).join("") };
  const indent = /^\s*/.exec(text.slice(text.lastIndexOf("\n", from) + 1))?.[0] ?? "";
  const end = lineEnd(text, to);
  return { from: end, to: end, text: linesOf(added, indent, newline) };
}

/** The text with the edits in the list that stands under `key` at the root; the list is begun where that key is not there. */
export function writeEntries(text: string, key: string, edits: readonly EntryEdit[]): string {
  const document = parseDocument(text, { stringKeys: true, version: "1.2" });
  const { contents } = document;
  const pair = isMap(contents)
    ? contents.items.find((item) => isScalar(item.key) && item.key.value === key)
    : undefined;
  const added = edits.filter(({ place }) => place === null);
  const list = pair?.value;
  if (!isSeq(list)) {
    const newline = text.includes("\r\n") ? "\r\n" : "\n";
    return `${text.trimEnd()}${newline}${key}:${linesOf(added, "  ", newline)}${newline}`;
  }
  const changes = edits.flatMap(({ place, value }): TextEdit[] => {
    if (place === null) return [];
    return [{ ...spanOf(list.items[place] as Node, text), text: flowText(value) }];
  });
  if (added.length > 0) changes.push(additionTo(list, added, text));
  changes.sort((one, other) => one.from - other.from);
  let at = 0;
  let written = "";
  for (const { from, to, text: instead } of changes) {
    written += text.slice(at, from) + instead;
    at = to;
  }
  return written + text.slice(at);
}
