// CSeq (RFC 3261 section 20.16).

import { isToken, parseDigits } from "../characters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { skipBlanks } from "../parameters.ts";
import { endOfRun } from "./words.ts";

export interface CSeq {
  /** 0 to 2^31 - 1. */
  readonly sequence: number;
  readonly method: string;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** CSeq: the number, 0 to 2^31 - 1, and the method (RFC 3261 section 8.1.1.5). */
export const cseq: HeaderCodec<CSeq> = {
  name: "cseq",
  parse(value) {
    const digits = endOfRun(value, 0, isDigit);
    const start = skipBlanks(value, digits);
    if (digits > 20 || start === digits || !isToken(value, start)) return null;
    let zeros = 0;
    while (zeros < digits - 1 && value.charCodeAt(zeros) === 0x30) zeros += 1;
    const sequence = parseDigits(value.slice(zeros, digits));
    return sequence === null || sequence > 0x7fffffff ? null : { sequence, method: value.slice(start) };
  },
  format: ({ sequence, method }) => `${sequence} ${method}`,
};
