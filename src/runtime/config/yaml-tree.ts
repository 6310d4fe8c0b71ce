// YAML text as plain data that still knows where each of its values stands.

import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { failure, type Result, success } from "../../base/index.ts";
import type { ConfigurationProblem } from "../../model/index.ts";
import type { Fault } from "./fault.ts";

export interface YamlTree {
  readonly value: unknown;
  /** The place of a problem: of the key or of the value; of the nearest thing around it when it is not there. */
  locate(problem: Pick<ConfigurationProblem, "path" | "at">): { readonly line: number; readonly column: number };
}

/** Uses of one anchor that go beyond this are an attack on memory, not a way to write less. */
const ALIAS_LIMIT = 100;
/** One mistake in YAML often breaks what follows: more lines than this say nothing more. */
const SYNTAX_FAULTS_SHOWN = 5;

const REMEDIES: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  TAB_AS_INDENT: "a tab stands in the indentation; use spaces",
  MULTIPLE_DOCS: "the file holds more than one document; remove the --- and what follows",
  RESOURCE_EXHAUSTION: "this is nested too deeply to be a configuration",
  NON_STRING_KEY: "a key is a plain word here, not a list or a group",
};

function messageOf(error: YAMLError): string {
  if (REMEDIES[error.code] !== undefined) return REMEDIES[error.code] ?? "";
  if (error.message.toLowerCase().includes("tab")) return "a tab stands in the indentation; use spaces";
  return `this is not YAML: ${error.message}; check the indentation, the quotes and the brackets around here`;
}

interface Place {
  /** Where the key stands; of a list's entry, where the entry does. */
  readonly key: Node;
  readonly value: Node | null;
}

/** One step along a path, or null when nothing is there. */
function stepInto(node: Node | null, part: string | number): Place | null {
  if (isSeq<Node>(node) && typeof part === "number") {
    const entry = node.items[part];
    return entry === undefined ? null : { key: entry, value: entry };
  }
  if (!isMap<Node, Node | null>(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  return pair === undefined ? null : { key: pair.key, value: pair.value };
}

type Position = { line: number; column: number };

/** The library compares each key with every other one: ten thousand trunks would take half a minute. */
function repeatedKey(items: readonly { readonly key: Node }[]): Node | null {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) return key;
    seen.add(name);
  }
  return null;
}

/** Why the tree must not be made into objects, and where; null when it may. */
function dangerIn(document: ReturnType<typeof parseDocument>): { node: Node | null; message: string } | null {
  let danger: { node: Node | null; message: string } | null = null;
  let aliases = 0;
  visit(document, (_, node) => {
    const again = isMap<Node>(node) ? repeatedKey(node.items) : null;
    if (again !== null) {
      danger = { node: again, message: "this key stands here already; keep one of the two" };
      return visit.BREAK;
    }
    if (isPair(node) && isScalar(node.key) && node.key.value === "__proto__") {
      danger = { node: node.key, message: "this word cannot be a key; choose another" };
      return visit.BREAK;
    }
    if (isAlias(node)) {
      aliases += 1;
      if (node.resolve(document) === undefined) {
        danger = { node, message: "this alias leads to no anchor that stands before it; write the value itself" };
        return visit.BREAK;
      }
      if (aliases > ALIAS_LIMIT) {
        danger = { node, message: `more than ${ALIAS_LIMIT} aliases; write the values themselves` };
        return visit.BREAK;
      }
    }
    return undefined;
  });
  return danger;
}

/** Reads the text of one YAML 1.2 document. Duplicate keys, tabs, unknown tags, alias bombs and emptiness are faults. */
export function parseYaml(file: string, text: string): Result<YamlTree, readonly Fault[]> {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    version: "1.2",
  });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    const shown = errors.slice(0, SYNTAX_FAULTS_SHOWN);
    return failure(shown.map((error) => ({ file, ...position(error.pos[0]), message: messageOf(error) })));
  }
  const root = document.contents as Node | null;
  if (root === null || (isScalar(root) && root.value === null)) {
    const message = "the file is empty; begin with networks and trunks";
    return failure([{ file, line: 1, column: 1, message }]);
  }
  const danger = dangerIn(document);
  if (danger !== null) {
    return failure([{ file, ...position(danger.node?.range?.[0] ?? 0), message: danger.message }]);
  }
  const locate: YamlTree["locate"] = ({ path, at }) => {
    let place: Place = { key: root, value: root };
    let reached = 0;
    for (const part of path) {
      const next = stepInto(isAlias(place.value) ? (place.value.resolve(document) ?? null) : place.value, part);
      if (next === null) break;
      place = next;
      reached += 1;
    }
    // One value may stand where a list may: the path then goes on into its first entry.
    const whole = reached === path.length || isScalar(place.value);
    const node = at === "value" && whole ? (place.value ?? place.key) : place.key;
    return position((node.range ?? place.key.range)?.[0] ?? 0);
  };
  try {
    return success({ value: document.toJS({ maxAliasCount: ALIAS_LIMIT }), locate });
  } catch {
    const message = "aliases within aliases make this file far larger than it looks; write the values themselves";
    return failure([{ file, line: 1, column: 1, message }]);
  }
}
