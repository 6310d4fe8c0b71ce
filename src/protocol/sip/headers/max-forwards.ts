// Max-Forwards (RFC 3261 section 20.22).

import { single } from "./grammar.ts";
import { numberUpTo } from "./words.ts";

/** Hops, 0 to 255. */
export const maxForwards = single("max-forwards", numberUpTo(255));
