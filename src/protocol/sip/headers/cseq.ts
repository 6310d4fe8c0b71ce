// CSeq (RFC 3261 section 20.16).

import { TOKEN } from "../characters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { BYTES, digitsIn, runIn, skipBlanksIn } from "../loaded-text.ts";
import { METHODS } from "../methods.ts";
import { parseLoaded, quickOf } from "./grammar.ts";

const endOfTokenIn = runIn(TOKEN);

export interface CSeq {
  /** 0 to 2^31 - 1. */
  readonly sequence: number;
  readonly method: string;
}

function readCSeqIn(text: string, from: number, to: number): CSeq | null {
  let zeros = from;
  while (zeros < to && BYTES[zeros] === 0x30) zeros += 1;
  let end = zeros;
  while (end < to && (BYTES[end] as number) >= 0x30 && (BYTES[end] as number) <= 0x39) end += 1;
  const start = skipBlanksIn(end, to);
  if (end === from || end - from > 20 || start === end) return null;
  const sequence = end === zeros ? 0 : digitsIn(zeros, end);
  const isMethod = start < to && endOfTokenIn(start, to) === to;
  return isMethod && sequence >= 0 && sequence <= 0x7fffffff
    ? { sequence, method: METHODS.cutIn(text, start, to) }
    : null;
}

/** CSeq: the number, 0 to 2^31 - 1, and the method (RFC 3261 section 8.1.1.5). */
export const cseq: HeaderCodec<CSeq> = {
  name: "cseq",
  parse: parseLoaded(readCSeqIn),
  format: ({ sequence, method }) => `${sequence} ${method}`,
  parseIn: readCSeqIn,
  ...quickOf("cseq"),
};
