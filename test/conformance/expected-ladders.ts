// Ladders of flows that Demarc does not play yet: what is expected of it, held to the rules of the messages. Each topic moves to ladders.ts
// as soon as Demarc plays it.
import { FAX } from "./fax.ts";
import type { Ladder } from "./ladder-pieces.ts";
import { OTHER_REQUESTS } from "./other-requests.ts";
import { TIMERS_OF_CALLEE, TIMERS_OF_CALLER } from "./session-timers.ts";
import { ATTENDED_TRANSFERS, BLIND_TRANSFERS, REPLACES } from "./transfers.ts";

export const EXPECTED: Readonly<Record<string, readonly Ladder[]>> = {
  fax: FAX,
  "session timers towards the callee": TIMERS_OF_CALLEE,
  "session timers towards the caller": TIMERS_OF_CALLER,
  "blind transfers": BLIND_TRANSFERS,
  "attended transfers": ATTENDED_TRANSFERS,
  replaces: REPLACES,
  "other requests": OTHER_REQUESTS,
};
