// Calls that come round: what we sent out comes in again, by proxies that leave its Call-ID and From tag as they were. Once that is a call through us
// from one place to another, as it should be; by the same trunk to the same number it would go on for ever (RFC 5393 section 4).

import type { Call } from "./call.ts";
import { legAt } from "./find-leg.ts";
import type { Turn } from "./turn.ts";

/** RFC 3261 section 8.1.1.6: where a peer gives a call more hops, a loop would take them all. */
export const MOST_HOPS = 70;
/** RFC 5393 section 5.3.3: what is recommended where nobody says. */
export const MOST_BRANCHES = 60;
/** How often a call may pass through us on its way. */
const MOST_ROUNDS = 10;

/** The call whose INVITE came in as that of this one; null where it is nobody's here. */
function callBefore({ aLeg }: Call, { world }: Turn): Call | null {
  const place = world.legs.get(aLeg.dialog?.remoteTag ?? "");
  const call = place === undefined ? undefined : world.calls.get(place.call);
  const leg = place === undefined || call === undefined ? undefined : legAt(call, place);
  return call !== undefined && leg?.side === "b" && leg.callId === aLeg.callId ? call : null;
}

export function goesInCircles(call: Call, turn: Turn): boolean {
  let before = callBefore(call, turn);
  for (let round = 1; before !== null; round += 1) {
    const again = before.ingress.name === call.ingress.name && before.called === call.called;
    if (again || round >= MOST_ROUNDS) return true;
    before = callBefore(before, turn);
  }
  return false;
}
