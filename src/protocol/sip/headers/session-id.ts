// Session-ID (RFC 7989 section 5, before it RFC 7329): one name for a session on all its legs.

import { single, where } from "./grammar.ts";
import { type Parameterised, parameterText, tokenWithParameters } from "./parameterised.ts";

const UUID = /^[0-9a-f]{32}$/;

/** Of one who does not know the other side's yet, or has none. */
export const NIL_SESSION = "0".repeat(32);

/** The value is the sender's own half, the parameter `remote` the other's. Peers of RFC 7329 write no `remote`. */
export const sessionId = single(
  "session-id",
  where(
    tokenWithParameters,
    ({ value, parameters }) => UUID.test(value) && UUID.test(parameterText(parameters, "remote") ?? NIL_SESSION),
  ),
);

/** The other side's half; null when none is said. */
export function remoteSessionOf({ parameters }: Parameterised): string | null {
  return parameterText(parameters, "remote");
}
