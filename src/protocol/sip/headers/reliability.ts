// RSeq and RAck (RFC 3262 sections 7.1 and 7.2): numbers of reliable provisional responses, and their acknowledgement.

import type { HeaderCodec } from "../header-codec.ts";
import { type CSeq, cseq } from "./cseq.ts";
import { single } from "./grammar.ts";
import { numberUpTo } from "./words.ts";

const responseNumber = numberUpTo(0xffffffff);

/** 1 to 2^32 - 1; a first one is at most 2^31 - 1. */
export const rseq = single("rseq", responseNumber);

export interface RAck extends CSeq {
  /** RSeq of the response; `sequence` and `method` are its CSeq. */
  readonly response: number;
}

export const rack: HeaderCodec<RAck> = {
  name: "rack",
  parse(value) {
    const response = responseNumber.read(value, 0);
    const gap = /^[ \t]+/.exec(response === null ? "" : value.slice(response.end));
    const acknowledged =
      response === null || gap === null ? null : cseq.parse(value.slice(response.end + gap[0].length));
    return response === null || acknowledged === null ? null : { response: response.value, ...acknowledged };
  },
  format: ({ response, ...acknowledged }) => `${response} ${cseq.format(acknowledged)}`,
};
