// What calls count for in the usage of trunks and numbers: that of who brings them, of who is asked to take them, and of who sent them on.

import type { Trunk } from "../../model/index.ts";
import {
  admitCall,
  admitNumbers,
  type CallBooks,
  type CallSide,
  type Rejection,
  releaseCall,
  releaseNumbers,
  type UsageDirection,
} from "../admission/index.ts";
import { findNumber } from "../routing/index.ts";
import { type Attempt, type Call, type Leg, legsOf } from "./call.ts";
import type { Turn } from "./turn.ts";

function booksOf({ world: { usage, border } }: Turn): CallBooks {
  return { usages: usage, limits: border.limits };
}

/** Whoever dials the test number is held to the limits: what calls help must not be kept out by it. Our own tests come one by one. */
function isPastLimits({ emergency, test }: Call): boolean {
  return emergency && test?.by !== "dialled";
}

/**
 * Counts a call for who brings it, and for the numbers of ours that it is from and to. What there is against it by their limits; else null.
 * `free`: it takes the place of one that was counted, so that no limit speaks against it.
 */
export function countCall(call: Call, { free }: { readonly free: boolean }, turn: Turn): Rejection | null {
  const side = { trunk: call.ingress, direction: "ingress" } as const;
  const emergency = isPastLimits(call) || free;
  const numbers = limitedNumbers(call, turn);
  const refusal =
    admitNumbers(turn.world.usage, numbers, emergency) ?? admitCall(booksOf(turn), side, { emergency, now: turn.now });
  call.counted = refusal === null;
  if (refusal === null) call.countedNumbers = numbers.map(({ number }) => number);
  return refusal;
}

/** Numbers of ours in it that have a limit; a caller's is its own only where it lives behind the trunk that brings the call. */
function limitedNumbers({ ingress, caller, called }: Call, { world: { border } }: Turn) {
  const { numbers } = border.routing;
  if (!numbers.limited) return [];
  const [from, to] = [findNumber(numbers, caller), findNumber(numbers, called)];
  const own = from !== null && from.trunk === ingress.name && from.calls !== null;
  return [
    ...(own ? [{ number: caller, calls: from.calls ?? 0 }] : []),
    ...(to === null || to.calls === null || (own && called === caller) ? [] : [{ number: called, calls: to.calls }]),
  ];
}

/** The call is over, or another one goes on for it. */
export function uncountCall(call: Call, { world: { usage } }: Turn): void {
  releaseNumbers(usage, call.countedNumbers);
  call.countedNumbers = [];
  if (call.counted) releaseCall(usage, { trunk: call.ingress, direction: "ingress" });
  call.counted = false;
}

/** The attempt no longer counts as a call of its trunk. */
export function uncount(attempt: Attempt, { world: { usage } }: Turn): void {
  if (!attempt.counted) return;
  attempt.counted = false;
  releaseCall(usage, { trunk: attempt.trunk, direction: "egress" });
  const by = attempt.redirected?.by ?? null;
  if (by !== null) releaseCall(usage, { trunk: by, direction: "ingress" });
}

/** Which trunks a call counts in now, on which side. */
export function countsOf(call: Call): CallSide[] {
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
  const emergency = isPastLimits(call);
  const by = attempt.redirected?.by ?? null;
  const books = booksOf(turn);
  const asked = { emergency, now: turn.now };
  if (by === null && call.counted && call.ingress.name === trunk.name) return null;
  const sentOn: { readonly trunk: Trunk; readonly direction: UsageDirection } | null =
    by === null ? null : { trunk: by, direction: "ingress" };
  if (sentOn !== null) {
    const refusal = admitCall(books, sentOn, asked);
    if (refusal !== null) return refusal;
  }
  const refusal = admitCall(books, { trunk, direction: "egress" }, asked);
  if (refusal !== null && sentOn !== null) releaseCall(books.usages, sentOn);
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
  if (by !== null) releaseCall(turn.world.usage, { trunk: by, direction: "ingress" });
  return "egress";
}

/** The legs that came from elsewhere no longer count. */
export function uncountLegs(legs: readonly Leg[], { world: { usage } }: Turn): void {
  for (const leg of legs) {
    if (leg.counted !== null) releaseCall(usage, { trunk: leg.trunk, direction: leg.counted });
    leg.counted = null;
  }
}
