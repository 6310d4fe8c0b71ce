// CSeq (RFC 3261 section 20.16).

import { TOKEN } from "../characters.ts";
import { singleInPlace } from "../in-place.ts";
import { digitsIn, LOADED, runIn, skipBlanksIn } from "../loaded-text.ts";
import { methodIn } from "../methods.ts";
import { READING } from "../parameters.ts";

const BYTES = LOADED;
const reading = READING;

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
  reading.end = to;
  const isMethod = start < to && endOfTokenIn(start, to) === to;
  return isMethod && sequence >= 0 && sequence <= 0x7fffffff ? { sequence, method: methodIn(text, start, to) } : null;
}

/** CSeq: the number, 0 to 2^31 - 1, and the method (RFC 3261 section 8.1.1.5). */
export const cseq = singleInPlace<CSeq>("cseq", {
  readIn: readCSeqIn,
  format: ({ sequence, method }) => `${sequence} ${method}`,
});
