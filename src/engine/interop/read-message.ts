// A peer's message after the trunk's own rules (`headers.in`): everything else reads it as if the peer had written it so.

import type { HeaderRule } from "../../model/index.ts";
import {
  type HeaderFields,
  type HeaderLine,
  headerSpelling,
  parseMessage,
  type SipMessage,
} from "../../protocol/sip/index.ts";
import { editHeaders, type RuleContext } from "./edit-headers.ts";

function linesOf(headers: HeaderFields): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let index = 0; index < headers.count; index += 1)
    lines.push([headerSpelling(headers.nameAt(index)), headers.valueAt(index)]);
  return lines;
}

/** The message as the rules leave it; itself where none applies. */
export function readMessage<M extends SipMessage>(message: M, rules: readonly HeaderRule[], context: RuleContext): M {
  if (rules.length === 0) return message;
  const { headers, body } = message;
  const lines = linesOf(headers);
  const edited = editHeaders(lines, rules, context);
  if (edited === lines) return message;
  const opening = headers.opening.replace(/^[\r\n]+/, "");
  const text = `${opening}${edited.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
  const parsed = parseMessage(text);
  return parsed.ok && parsed.value.kind === message.kind ? (parsed.value as M) : message;
}
