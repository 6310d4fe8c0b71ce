// CSeq (RFC 3261 section 20.16).

import { isToken, parseDigits } from "../characters.ts";
import type { HeaderCodec } from "../header-codec.ts";

export interface CSeq {
  /** 0 to 2^31 - 1. */
  readonly sequence: number;
  readonly method: string;
}

export const cseq: HeaderCodec<CSeq> = {
  name: "cseq",
  parse(value) {
    const match = /^(\d{1,20})[ \t]+(\S+)$/.exec(value);
    if (match === null) return null;
    const digits = (match[1] as string).replace(/^0+(?=\d)/, "");
    const sequence = parseDigits(digits);
    const method = match[2] as string;
    return sequence === null || sequence > 0x7fffffff || !isToken(method) ? null : { sequence, method };
  },
  format: ({ sequence, method }) => `${sequence} ${method}`,
};
