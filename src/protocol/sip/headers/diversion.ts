// Where a call has been: Diversion (RFC 5806) and History-Info (RFC 7044 section 5).

import { listInPlace } from "../in-place.ts";
import { type NameAddress, nameAddress } from "./name-address.ts";
import { parameterText } from "./parameterised.ts";

/** The last diversion first; `reason`, `counter`, `limit`, `privacy` and `screen` are parameters. */
export const diversion = listInPlace("diversion", nameAddress);
/** In order of `index`. A reason and privacy stand in the URI's own headers, escaped. */
export const historyInfo = listInPlace("history-info", nameAddress);

/** The index of a History-Info entry as numbers, `1.2.1` as 1, 2, 1; null when it has none or a malformed one. */
export function historyIndexOf({ parameters }: NameAddress): number[] | null {
  const index = parameterText(parameters, "index") ?? "";
  return /^\d{1,9}(?:\.\d{1,9}){0,63}$/.test(index) ? index.split(".").map(Number) : null;
}
