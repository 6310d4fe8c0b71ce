// Retry-After (RFC 3261 section 20.33).

import { formatParameters, type Parameters, parseParameters, skipBlanks } from "../parameters.ts";
import { comment } from "./comment.ts";
import { type Grammar, single } from "./grammar.ts";
import { seconds } from "./words.ts";

export interface RetryAfter {
  /** 0 to 2^32 - 1. */
  readonly seconds: number;
  /** As written between its parentheses; null when there is none. */
  readonly comment: string | null;
  /** `duration` says for how many seconds the sender will be there then. */
  readonly parameters: Parameters;
}

const grammar: Grammar<RetryAfter> = {
  read(text, from) {
    const delay = seconds.read(text, from);
    if (delay === null) return null;
    const remark = comment.read(text, skipBlanks(text, delay.end));
    const parsed = parseParameters(text, remark === null ? delay.end : remark.end);
    if (parsed === null) return null;
    const value = { seconds: delay.value, comment: remark === null ? null : remark.value };
    return { value: { ...value, parameters: parsed.parameters }, end: parsed.end };
  },
  format(value) {
    const remark = value.comment === null ? "" : ` ${comment.format(value.comment)}`;
    return `${value.seconds}${remark}${formatParameters(value.parameters)}`;
  },
};

export const retryAfter = single("retry-after", grammar);
