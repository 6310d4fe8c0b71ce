// All ladders that Demarc must play, by topic.
import { CANCEL_RACES, EARLY_MEDIA, FAILOVER, REPETITIONS } from "./border-flows.ts";
import type { Ladder } from "./ladder-pieces.ts";
import { RFC_3665 } from "./rfc-3665.ts";
import { RFC_3666 } from "./rfc-3666.ts";

export const LADDERS: Readonly<Record<string, readonly Ladder[]>> = {
  "RFC 3665": RFC_3665,
  "RFC 3666": RFC_3666,
  "early media": EARLY_MEDIA,
  failover: FAILOVER,
  "races of CANCEL": CANCEL_RACES,
  "what is repeated or crosses": REPETITIONS,
};
