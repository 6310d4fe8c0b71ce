// An attended transfer (RFC 5589 section 7): who asks has two calls, and its two parties are joined, now or when the one that rings is answered. Nobody
// is called.

import type { Parameterised } from "../../protocol/sip/index.ts";
import { type Call, type Leg, otherLeg } from "./call.ts";
import { countCall } from "./count-call.ts";
import { join } from "./join.ts";
import { isToBeTold, tellReferrer } from "./refer-subscription.ts";
import { type ReplacedDialog, replacedDialog } from "./replaced-dialog.ts";
import { canBeHandedOver, handOver } from "./semi-attended.ts";
import { numberOf, openTransfer, type Referral } from "./transfer.ts";
import type { Turn } from "./turn.ts";

/** Begins it: `by` has asked, and was told that it is being done. `replaces` names its dialog in the other call. */
export function joinCalls(
  call: Call,
  by: Leg,
  asked: { readonly referral: Referral; readonly replaces: Parameterised; readonly turn: Turn },
): void {
  const { referral, replaces, turn } = asked;
  const { subscription } = referral;
  const found = consultationOf(call, by, { replaces, turn });
  if (typeof found === "number") {
    call.transfer = { kind: "transferred", to: "", by: by.side, state: "failed", subscription, along: null };
    tellReferrer(call, 100, turn);
    tellReferrer(call, found, turn);
    if (!isToBeTold(call)) call.transfer = null;
    return;
  }
  const { call: other, leg, kept, target } = found;
  const called = numberOf(other, target);
  const emergency = call.emergency || other.emergency;
  const next = openTransfer(call, { by, kept, referral: { ...referral, called, emergency } }, turn);
  next.route = other.route;
  if (next.joining !== null) {
    next.joining.awaited.b = { call: other.id, side: target.side };
    next.joining.toAsk = ["a", "b"];
  }
  // Two calls become one of the same trunk.
  countCall(next, { free: true }, turn);
  const under = { kind: "transferred", to: next.id, state: "under-way" } as const;
  call.transfer = { ...under, by: by.side, subscription, along: other.id };
  other.transfer = { ...under, by: leg.side, subscription: null, along: null };
  tellReferrer(call, 100, turn);
  if (other.answeredAt !== null) join(next, turn);
  else {
    if (other.ringingAt !== null) tellReferrer(call, 180, turn);
    if (other.answerDue) handOver(other, turn);
  }
}

/** The other call of who asks, with the target of the transfer; the status of what speaks against it. */
function consultationOf(
  call: Call,
  by: Leg,
  named: { readonly replaces: Parameterised; readonly turn: Turn },
): (ReplacedDialog & { readonly kept: Leg; readonly target: Leg }) | number {
  const { replaces, turn } = named;
  const found = replacedDialog(replaces, by.trunk, turn);
  const kept = otherLeg(call, by);
  const target = found === null ? null : otherLeg(found.call, found.leg);
  if (found === null || kept === null || target === null || found.call === call) return 481;
  const { call: other, leg } = found;
  if (other.end !== null || leg.state === "ended" || target.state === "ended") return 481;
  const rings = other.answeredAt === null;
  if (rings && (leg.side === "b" || !canBeHandedOver(other))) return 481;
  if (other.transfer !== null || other.joining !== null || (target.agreed === null && !rings)) return 491;
  return { ...found, kept, target };
}
