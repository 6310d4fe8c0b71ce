// Writes a message again with some of it changed: what no edit names stays byte for byte as it was received, folds, spelling and order.

import { invariant } from "../../base/index.ts";
import { isToken } from "./characters.ts";
import { type Body, type HeaderLine, inOneLine, inRequestLine } from "./format-message.ts";
import type { HeaderName } from "./header-codec.ts";
import { headerName } from "./header-names.ts";
import type { SipMessage } from "./message.ts";

/** One change. Names are identities: `via` is also the `v` of a peer. A change to lines that are not there changes nothing. */
export type MessageEdit =
  /** Of a request. */
  | { readonly edit: "request-uri"; readonly uri: string }
  /** Takes away all lines of that name, or the one at `at`, counted from 0 among them. */
  | { readonly edit: "remove"; readonly name: HeaderName; readonly at?: number }
  /** Gives the line of that name at `at`, the first unless said otherwise, another value; its name stays as spelled. */
  | { readonly edit: "replace"; readonly name: HeaderName; readonly at?: number; readonly value: string }
  /** Puts a line before the first of that name; before all where there is none, or no name is given. */
  | { readonly edit: "insert-before"; readonly name: HeaderName | null; readonly line: HeaderLine }
  /** Puts a line after the last of that name; after all where there is none, or no name is given. */
  | { readonly edit: "insert-after"; readonly name: HeaderName | null; readonly line: HeaderLine }
  /** Another body, or none, with its Content-Type and Content-Length. Other headers about the body are the caller's to edit. */
  | { readonly edit: "body"; readonly body: Body | null };

interface Line {
  readonly name: HeaderName;
  /** Without the line break behind it. */
  readonly text: string;
}

interface Draft {
  startLine: string;
  readonly lines: Line[];
  body: string;
}

function draftOf({ headers, body }: SipMessage): Draft {
  const lines: Line[] = [];
  for (let index = 0; index < headers.count; index += 1) {
    lines.push({ name: headers.nameAt(index), text: headers.lineAt(index) });
  }
  return { startLine: headers.opening.replace(/^[\r\n]+/, "").slice(0, -2), lines, body };
}

/** A line of our own. The name must be a token: it is never a peer's. */
function writeLine([written, value]: HeaderLine): Line {
  invariant(isToken(written), "the name of a header line is a token");
  return { name: headerName(written), text: `${written}: ${inOneLine(value)}` };
}

/** The places of the lines of that name, in order. */
function placesOf({ lines }: Draft, name: HeaderName | null): number[] {
  return lines.flatMap((line, index) => (line.name === name ? [index] : []));
}

function remove(draft: Draft, name: HeaderName, at: number | undefined): void {
  const places = placesOf(draft, name);
  const gone = at === undefined ? places : places.slice(at, at + 1);
  for (const place of gone.reverse()) draft.lines.splice(place, 1);
}

function replace(draft: Draft, line: { readonly name: HeaderName; readonly at?: number }, value: string): void {
  const { name, at = 0 } = line;
  const place = placesOf(draft, name)[at];
  if (place === undefined) return;
  const { text } = draft.lines[place] as Line;
  const spelled = text.slice(0, text.indexOf(":") + 1);
  draft.lines[place] = { name, text: `${spelled} ${inOneLine(value)}` };
}

/** One line of that name, where the first was or after all others; none when the value is null. */
function setSingle(draft: Draft, written: string, value: string | null): void {
  const [first, ...others] = placesOf(draft, headerName(written));
  for (const place of others.reverse()) draft.lines.splice(place, 1);
  if (value === null) {
    if (first !== undefined) draft.lines.splice(first, 1);
  } else if (first === undefined) draft.lines.push(writeLine([written, value]));
  else replace(draft, { name: headerName(written) }, value);
}

function replaceUri(draft: Draft, uri: string): void {
  const { startLine } = draft;
  const [afterMethod, beforeVersion] = [startLine.indexOf(" ") + 1, startLine.lastIndexOf(" ")];
  draft.startLine = startLine.slice(0, afterMethod) + inRequestLine(uri) + startLine.slice(beforeVersion);
}

function apply(draft: Draft, edit: MessageEdit): void {
  switch (edit.edit) {
    case "request-uri":
      replaceUri(draft, edit.uri);
      return;
    case "remove":
      remove(draft, edit.name, edit.at);
      return;
    case "replace":
      replace(draft, edit, edit.value);
      return;
    case "insert-before":
      draft.lines.splice(placesOf(draft, edit.name)[0] ?? 0, 0, writeLine(edit.line));
      return;
    case "insert-after":
      draft.lines.splice((placesOf(draft, edit.name).at(-1) ?? draft.lines.length - 1) + 1, 0, writeLine(edit.line));
      return;
    default:
      setSingle(draft, "Content-Type", edit.body?.contentType ?? null);
      setSingle(draft, "Content-Length", String(edit.body?.text.length ?? 0));
      draft.body = edit.body?.text ?? "";
  }
}

/**
 * The text of the message after the edits, each of which finds what those before it left. What stood before or behind the message (empty
 * lines, bytes beyond Content-Length) is no part of it. Throws InvariantError when a header name is no token, or a response shall get a
 * Request-URI.
 */
export function editMessage(message: SipMessage, edits: readonly MessageEdit[]): string {
  const draft = draftOf(message);
  for (const edit of edits) {
    invariant(message.kind === "request" || edit.edit !== "request-uri", "a response has no Request-URI");
    apply(draft, edit);
  }
  let text = `${draft.startLine}\r\n`;
  for (const line of draft.lines) text += `${line.text}\r\n`;
  return `${text}\r\n${draft.body}`;
}
