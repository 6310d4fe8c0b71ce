// Expires, Min-Expires (RFC 3261 sections 20.19 and 20.23), Flow-Timer (RFC 5626 section 10): durations in seconds.

import { single } from "./grammar.ts";
import { seconds } from "./words.ts";

export const expires = single("expires", seconds);
export const minExpires = single("min-expires", seconds);
/** How long a flow without keep-alives is held to be alive. */
export const flowTimer = single("flow-timer", seconds);
