// Carries out the header rules of a trunk on lines, be they a message's as it came or those that are about to be sent.

import { runPattern } from "../../base/index.ts";
import {
  expressionOf,
  type HeaderEdit,
  type HeaderRule,
  type StatusRange,
  type Template,
  type TemplateVariable,
  testText,
} from "../../model/index.ts";
import { type HeaderLine, headerName, headerSpelling } from "../../protocol/sip/index.ts";

/** What a rule may ask of the call. */
export type CallFacts = Readonly<Record<TemplateVariable, string>>;

export interface RuledMessage {
  readonly kind: "request" | "response";
  readonly method: string;
  /** Of a response. */
  readonly status: number;
}

export interface RuleContext {
  readonly message: RuledMessage;
  readonly facts: CallFacts;
  /** Lines that rules may read besides the ones that they edit: of the other side, where it let them across. */
  readonly beside: readonly HeaderLine[];
}

/** More lines are not made, whatever the rules say. */
const LINE_LIMIT = 200;
/** Nor longer values. */
const VALUE_LIMIT = 4096;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROLS = /[\0-\x1f\x7f]/g;

function firstValue(lines: readonly HeaderLine[], name: string): string | null {
  return lines.find(([written]) => headerName(written) === name)?.[1] ?? null;
}

function fill(
  template: Template,
  lines: readonly HeaderLine[],
  more: { context: RuleContext; groups?: readonly string[] },
): string {
  const { context, groups = [] } = more;
  let text = "";
  for (const part of template) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "variable") text += context.facts[part.name];
    else if (part.kind === "group") text += groups[part.index] ?? "";
    else text += firstValue(lines, headerName(part.name)) ?? firstValue(context.beside, headerName(part.name)) ?? "";
  }
  // What a call says of itself may have been unescaped on its way here: it must not become a line of its own.
  return text.replace(CONTROLS, " ").slice(0, VALUE_LIMIT).trim();
}

function replaced(
  value: string,
  edit: HeaderEdit & { readonly edit: "replace" },
  by: (groups: readonly string[]) => string,
): string {
  const { pattern } = edit;
  if (pattern.kind === "exact") return value === pattern.text ? by([value]) : value;
  if (pattern.kind === "prefix") {
    return value.startsWith(pattern.prefix) ? by([pattern.prefix]) + value.slice(pattern.prefix.length) : value;
  }
  const program = expressionOf(pattern);
  const match = program === null ? null : runPattern(program, value).match;
  return match === null ? value : value.slice(0, match.from) + by(match.groups) + value.slice(match.to);
}

/** All lines of a name go, and these come where the first was, or behind all. */
function putInstead(lines: HeaderLine[], written: string, values: readonly string[]): void {
  const name = headerName(written);
  const first = lines.findIndex(([other]) => headerName(other) === name);
  const kept = lines.filter(([other]) => headerName(other) !== name);
  // Before the place of the first there is no line of that name.
  kept.splice(first < 0 ? kept.length : first, 0, ...values.map((value): HeaderLine => [written, value]));
  lines.splice(0, lines.length, ...kept);
}

function apply(edit: HeaderEdit, lines: HeaderLine[], context: RuleContext): void {
  switch (edit.edit) {
    case "set":
    case "add": {
      const value = fill(edit.value, lines, { context });
      // A header without a value says nothing: a variable that is empty writes none.
      if (edit.edit === "set") putInstead(lines, edit.header, value === "" ? [] : [value]);
      else if (value !== "") lines.push([edit.header, value]);
      return;
    }
    case "remove":
      putInstead(lines, edit.header, []);
      return;
    case "copy": {
      const name = headerName(edit.from);
      const own = lines.filter(([other]) => headerName(other) === name);
      const source = own.length > 0 ? own : context.beside.filter(([other]) => headerName(other) === name);
      if (source.length > 0)
        putInstead(
          lines,
          edit.header,
          source.map(([, value]) => value),
        );
      return;
    }
    default: {
      const name = headerName(edit.header);
      for (const [index, [written, value]] of lines.entries()) {
        if (headerName(written) !== name) continue;
        const by = (groups: readonly string[]): string => fill(edit.value, lines, { context, groups });
        lines[index] = [written, replaced(value, edit, by).slice(0, VALUE_LIMIT)];
      }
    }
  }
}

export function inRanges(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some(({ from, to }) => status >= from && status <= to);
}

function isAbout(rule: HeaderRule, { kind, method, status }: RuledMessage): boolean {
  if (rule.on !== "both" && rule.on !== kind) return false;
  if (rule.methods !== null && !rule.methods.includes(method)) return false;
  if (rule.statuses === null) return true;
  return kind === "response" && inRanges(rule.statuses, status);
}

function holds(rule: HeaderRule, lines: readonly HeaderLine[], { beside }: RuleContext): boolean {
  return rule.when.every(({ header, matches, not }) => {
    const name = headerName(header);
    const value = firstValue(lines, name) ?? firstValue(beside, name);
    return (value !== null && testText(matches, value)) !== not;
  });
}

/** The lines after the rules, each of which finds what those before it left. The same list where none applied. */
export function editHeaders(
  lines: readonly HeaderLine[],
  rules: readonly HeaderRule[],
  context: RuleContext,
): readonly HeaderLine[] {
  let edited: HeaderLine[] | null = null;
  for (const rule of rules) {
    const now = edited ?? lines;
    if (!isAbout(rule, context.message) || !holds(rule, now, context)) continue;
    edited ??= [...lines];
    for (const edit of rule.do) if (edited.length < LINE_LIMIT) apply(edit, edited, context);
  }
  return edited ?? lines;
}

/** The lines after edits that hang on nothing. */
export function carryOut(
  lines: readonly HeaderLine[],
  edits: readonly HeaderEdit[],
  context: RuleContext,
): readonly HeaderLine[] {
  if (edits.length === 0) return lines;
  const edited = [...lines];
  for (const edit of edits) if (edited.length < LINE_LIMIT) apply(edit, edited, context);
  return edited;
}

/** Values of a trunk's `headers.set`, in place of what is there. */
export function setHeaders(
  lines: readonly HeaderLine[],
  values: Readonly<Record<string, Template>>,
  context: RuleContext,
): readonly HeaderLine[] {
  const edited = [...lines];
  for (const [name, value] of Object.entries(values))
    apply({ edit: "set", header: headerSpelling(headerName(name)), value }, edited, context);
  return edited;
}
