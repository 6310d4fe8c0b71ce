// Session-Expires and Min-SE (RFC 4028 sections 4 and 5).

import { single } from "./grammar.ts";
import { type Parameterised, parameterText, withParameters } from "./parameterised.ts";
import { seconds } from "./words.ts";

/** The value is in seconds. Less than 90 is against section 4 and read all the same: the answer to it is 422. */
export const sessionExpires = single("session-expires", withParameters(seconds));
export const minSe = single("min-se", withParameters(seconds));

/** Who refreshes the session; null when it is left open, or said in a word that is none. */
export function refresherOf({ parameters }: Parameterised<number>): "uac" | "uas" | null {
  const refresher = parameterText(parameters, "refresher")?.toLowerCase();
  return refresher === "uac" || refresher === "uas" ? refresher : null;
}
