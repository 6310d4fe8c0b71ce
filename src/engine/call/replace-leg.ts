// An INVITE with Replaces (RFC 3891 section 3): it takes the place of one party of a call that stands. The other party is shown the new one, and comes
// over into the new call when it takes it; what cannot be done leaves the old call as it was.

import { header, type SipRequest } from "../../protocol/sip/index.ts";
import { type Rejection, reject } from "../admission/index.ts";
import { type Call, otherLeg } from "./call.ts";
import { countCall } from "./count-call.ts";
import { join } from "./join.ts";
import { offerPlace } from "./late-place.ts";
import { canPickUp, pickUp } from "./pick-up.ts";
import { type ReplacedDialog, replacedDialog } from "./replaced-dialog.ts";
import type { Turn } from "./turn.ts";

/** Which dialog an INVITE is to replace; null where it replaces none. What speaks against it as a rejection. */
export function readReplaces(call: Call, { headers }: SipRequest, turn: Turn): ReplacedDialog | Rejection | null {
  if (!headers.has("replaces")) return null;
  const replaces = headers.all("replaces").length === 1 ? headers.read(header.replaces) : null;
  if (replaces === null || headers.has("join"))
    return reject(400, "bad-request", { reason: "Replaces Cannot Be Followed" });
  const found = replacedDialog(replaces, call.aLeg.trunk, turn);
  if (found === null) return reject(481, "bad-request");
  const { call: old, leg } = found;
  if (leg.state === "ended" || old.end !== null) return reject(603, "bad-request");
  if (old.answeredAt === null) {
    const rings = leg.side === "b" && canPickUp(old, old.attempts[leg.place.attempt]);
    return rings ? found : reject(481, "bad-request");
  }
  if (header.isEarlyOnly(replaces)) return reject(486, "bad-request");
  const other = otherLeg(old, leg);
  if (old.transfer !== null || other === null || other.agreed === null) return reject(491, "bad-request");
  return found;
}

/** Takes the place of the leg: what the new party offers is shown to the one that stays. Where it offers nothing, it is offered that one's session. */
export function takePlace(call: Call, { call: old, leg }: ReplacedDialog, turn: Turn): void {
  // One comes and one goes.
  countCall(call, { free: true }, turn);
  if (old.answeredAt === null) {
    pickUp(call, old, { attempt: leg.place.attempt, turn });
    return;
  }
  const other = otherLeg(old, leg);
  if (other === null) return;
  const awaited = { a: null, b: { call: old.id, side: other.side } };
  call.joining = {
    awaited,
    brought: { a: null, b: null },
    state: "waiting",
    toAsk: ["b"],
    offer: null,
    polls: 0,
    early: "nothing",
    heard: null,
  };
  call.comesFrom = old.id;
  call.route = old.route;
  old.transfer = { kind: "replaced", to: call.id, by: leg.side, state: "under-way", subscription: null, along: null };
  if (call.offer === null) offerPlace(call, other, turn);
  else join(call, turn);
}
