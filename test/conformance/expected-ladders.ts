// Ladders of flows that Demarc does not play yet: what is expected of it, held to the rules of the messages. Each topic moves to ladders.ts
// as soon as Demarc plays it.
import type { Ladder } from "./ladder-pieces.ts";
import { PASSED_TRANSFERS } from "./transfers.ts";

export const EXPECTED: Readonly<Record<string, readonly Ladder[]>> = {
  "transfers passed on": PASSED_TRANSFERS,
};
