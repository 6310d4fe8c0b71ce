// The methods that we take (Allow, RFC 3261 section 20.5).

import type { Trunk } from "../../model/index.ts";

/** From anybody. */
export const ALLOWED_METHODS = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK";

/** From this peer: who reads REFER here uses it. */
export function allowedTo({ signaling }: Trunk): string {
  return signaling.transfer === "execute" ? `${ALLOWED_METHODS}, REFER` : ALLOWED_METHODS;
}
