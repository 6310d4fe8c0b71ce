// Timestamp (RFC 3261 section 20.38).

import type { HeaderCodec } from "../header-codec.ts";

export interface Timestamp {
  /** Seconds, as the client wrote them: a response repeats them (section 8.2.6.1). */
  readonly sent: string;
  /** Seconds that the server took, as written; null when it says none. */
  readonly delay: string | null;
}

const PATTERN = /^(\d{1,20}(?:\.\d{0,20})?)(?:[ \t]+(\d{1,20}(?:\.\d{0,20})?))?$/;

export const timestamp: HeaderCodec<Timestamp> = {
  name: "timestamp",
  parse(value) {
    const match = PATTERN.exec(value);
    return match === null ? null : { sent: match[1] as string, delay: match[2] ?? null };
  },
  format: ({ sent, delay }) => (delay === null ? sent : `${sent} ${delay}`),
};
