// Max-Forwards (RFC 3261 section 20.22), Max-Breadth (RFC 5393 section 5.3.1): how far and how wide a request may go.

import { single } from "./grammar.ts";
import { numberUpTo } from "./words.ts";

/** Hops, 0 to 255. */
export const maxForwards = single("max-forwards", numberUpTo(255));
/** Branches at the same time. 0 is against the RFC and read all the same: the answer to it is 440. */
export const maxBreadth = single("max-breadth", numberUpTo(0xffffffff));
