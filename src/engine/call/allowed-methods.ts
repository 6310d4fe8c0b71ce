// The methods that we take (Allow, RFC 3261 section 20.5).

import type { Leg } from "./call.ts";

/** From anybody. */
export const ALLOWED_METHODS = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK";

/** From this peer: who reads REFER here uses it, and INFO for its tones. OPTIONS is among the first already. */
export function allowedTo({ trunk, onward }: Leg): string {
  const more = onward.filter((method) => method !== "OPTIONS");
  if (trunk.media.dtmf === "info" && !more.includes("INFO")) more.push("INFO");
  if (trunk.signaling.transfer !== "refuse") more.unshift("REFER");
  return more.length === 0 ? ALLOWED_METHODS : `${ALLOWED_METHODS}, ${more.join(", ")}`;
}
