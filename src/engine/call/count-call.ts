// What calls count for in the usage of trunks: that of who brings them, of who is asked to take them, and of who sent them on.

import type { Trunk } from "../../model/index.ts";
import { admitCall, type Rejection, releaseCall, type UsageDirection } from "../admission/index.ts";
import { type Attempt, type Call, type Leg, legsOf } from "./call.ts";
import { type Turn, usageOf } from "./turn.ts";

/** The attempt no longer counts as a call of its trunk. */
export function uncount(attempt: Attempt, turn: Turn): void {
  if (!attempt.counted) return;
  attempt.counted = false;
  releaseCall(usageOf(turn.world, attempt.trunk.name), "egress");
  const by = attempt.redirected?.by ?? null;
  if (by !== null) releaseCall(usageOf(turn.world, by.name), "ingress");
}

/** Which trunks a call counts in now, on which side. */
export function countsOf(call: Call): { readonly trunk: Trunk; readonly direction: UsageDirection }[] {
  const attempts = call.attempts.filter(({ counted }) => counted);
  const sentOn = attempts.flatMap(({ redirected }) => redirected?.by ?? []);
  return [
    ...(call.counted ? [call.ingress, ...sentOn] : sentOn).map((trunk) => ({ trunk, direction: "ingress" as const })),
    ...attempts.map(({ trunk }) => ({ trunk, direction: "egress" as const })),
    ...legsOf(call).flatMap(({ trunk, counted }) => (counted === null ? [] : [{ trunk, direction: counted }])),
  ];
}

/**
 * Counts an attempt as a call of its trunk and, where somebody sent it on, of theirs. What there is against it by their limits; else null. A call that
 * goes out where it came in is one call of that trunk, and counted already.
 */
export function countAttempt(call: Call, attempt: Attempt, turn: Turn): Rejection | null {
  const { trunk } = attempt;
  const { emergency } = call;
  const by = attempt.redirected?.by ?? null;
  const { now } = turn;
  if (by === null && call.counted && call.ingress.name === trunk.name) return null;
  if (by !== null) {
    const refusal = admitCall(usageOf(turn.world, by.name), by.limits, { direction: "ingress", emergency, now });
    if (refusal !== null) return refusal;
  }
  const refusal = admitCall(usageOf(turn.world, trunk.name), trunk.limits, { direction: "egress", emergency, now });
  if (refusal !== null && by !== null) releaseCall(usageOf(turn.world, by.name), "ingress");
  attempt.counted = refusal === null;
  return refusal;
}

/** As what the leg counts in its trunk's usage, taken from the call that it leaves. */
export function takeCount(from: Call, leg: Leg, turn: Turn): UsageDirection | null {
  if (leg.counted !== null) return leg.counted;
  if (from.aLeg === leg) {
    if (!from.counted || from.ingress.name !== leg.trunk.name) return null;
    from.counted = false;
    return "ingress";
  }
  const attempt = from.attempts.find((one) => one.leg === leg);
  if (attempt?.counted !== true) return null;
  attempt.counted = false;
  const by = attempt.redirected?.by ?? null;
  if (by !== null) releaseCall(usageOf(turn.world, by.name), "ingress");
  return "egress";
}

/** The legs that came from elsewhere no longer count. */
export function uncountLegs(legs: readonly Leg[], turn: Turn): void {
  for (const leg of legs) {
    if (leg.counted !== null) releaseCall(usageOf(turn.world, leg.trunk.name), leg.counted);
    leg.counted = null;
  }
}
