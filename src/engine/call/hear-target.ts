// What a transfer's target plays while it rings (RFC 3960): the party that is kept hears it where nobody else speaks to it, since who asked has left it or
// has it on hold. It is shown the target's session as it will be once that answers, and comes over with it.

import { audioCodecOf, type SessionDescription, streamDirection } from "../../protocol/sdp/index.ts";
import type { Call, Leg } from "./call.ts";
import { otherLeg } from "./call.ts";
import { join, onTargetThere, saysSame } from "./join.ts";
import { canStand } from "./negotiate-media.ts";
import { partyOf } from "./parties.ts";
import type { Turn } from "./turn.ts";

/** A description heard in a provisional response of the target. */
export function hearTarget(
  call: Call,
  target: Leg,
  said: { readonly description: SessionDescription; readonly turn: Turn },
): void {
  const { description, turn } = said;
  const { joining } = call;
  if (joining?.state !== "hunting" || joining.early === "refused" || joining.awaited.b !== null) return;
  if (joining.early === "shown" && joining.offer !== null && saysSame(joining.offer, description)) return;
  if (!isFree(call, turn) || !settleTarget(call, target, description)) return;
  joining.early = "shown";
  join(call, turn);
}

/** Whether nobody speaks to the kept party. */
function isFree(call: Call, turn: Turn): boolean {
  const kept = partyOf(call, "a", turn);
  if (kept === null) return false;
  if (kept.home === call) return true;
  const said = otherLeg(kept.home, kept.leg)?.agreed?.remote ?? null;
  return said?.media.every((section) => section.port === 0 || streamDirection(said, section) !== "sendrecv") ?? false;
}

/** What the target says stands with it, as an answer that the media plane hears of when the kept party is shown it. False where it is none. */
function settleTarget(call: Call, target: Leg, description: SessionDescription): boolean {
  const { sent } = target;
  if (sent === null || !canStand(call, target, description)) return false;
  target.codec = audioCodecOf(description);
  target.agreed = { local: sent, remote: description };
  return true;
}

/** The answer of a target whose session the kept party has been shown while it rang, or was asked to be. False where it cannot be used. */
export function takeTarget(
  call: Call,
  target: Leg,
  said: { readonly description: SessionDescription; readonly turn: Turn },
): boolean {
  const { description, turn } = said;
  if (!settleTarget(call, target, description)) return false;
  onTargetThere(call, turn);
  return true;
}
