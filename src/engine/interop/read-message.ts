// A peer's message after the trunk's own rules (`headers.in`): everything else reads it as if the peer had written it so.

import type { HeaderRule } from "../../model/index.ts";
import {
  composeHeaders,
  type HeaderFields,
  type HeaderLine,
  headerSpelling,
  type SipMessage,
} from "../../protocol/sip/index.ts";
import { editHeaders, type RuleContext } from "./edit-headers.ts";

function linesOf(headers: HeaderFields): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let index = 0; index < headers.count; index += 1)
    lines.push([headerSpelling(headers.nameAt(index)), headers.valueAt(index)]);
  return lines;
}

/**
 * The message as the rules leave it; itself where none applies. What is left is not read anew: what a peer fills its message with must not
 * make a rule fail that takes something away. Values are of one line each: they were unfolded, or written by a rule.
 */
export function readMessage<M extends SipMessage>(message: M, rules: readonly HeaderRule[], context: RuleContext): M {
  if (rules.length === 0) return message;
  const { headers } = message;
  const lines = linesOf(headers);
  const edited = editHeaders(lines, rules, context);
  return edited === lines ? message : { ...message, headers: composeHeaders(headers.opening, edited) };
}
