// An attended transfer to a call that still rings (RFC 5589 section 7.6 calls it semi-attended): it rings on for the party that is kept. Once the target has
// answered, the two are joined as in any attended transfer; until then who asked still has its call, and may give that up without ending it.

import { answerCaller } from "./answer-caller.ts";
import { type Call, currentAttempt } from "./call.ts";
import { endLeg } from "./hang-up-leg.ts";
import { join } from "./join.ts";
import { awaitsPrack } from "./reliable-provisional.ts";
import { stopCallTimer, type Turn } from "./turn.ts";

/** Whether a call that has not been answered yet can be handed over: it calls somebody, with an offer of its caller's. */
export function canBeHandedOver(call: Call): boolean {
  return call.answeredAt === null && call.offer !== null && currentAttempt(call) !== null;
}

/** The call for which an unanswered one rings; null where it rings for its own caller. */
export function ringsFor({ answeredAt, transfer }: Call, turn: Turn): Call | null {
  if (answeredAt !== null || transfer?.kind !== "transferred" || transfer.state !== "under-way") return null;
  return turn.world.calls.get(transfer.to) ?? null;
}

/** The target has answered, and the media plane knows: it is the party's that is kept. False for a call of its own caller's. */
export function handOver(call: Call, turn: Turn): boolean {
  const next = ringsFor(call, turn);
  if (next?.joining == null) return false;
  call.answerDue = true;
  if (next.joining.state === "hunting") join(next, turn);
  return true;
}

/** Its caller gives up what it has handed over: it rings on. False where it has not. */
export function goesOnRinging(call: Call, turn: Turn): boolean {
  const { aLeg, aTransaction, provisionals } = call;
  if (aLeg.state !== "inviting" || ringsFor(call, turn) === null) return false;
  for (const tag of Object.keys(provisionals))
    for (const timer of ["provisional", "prack"]) stopCallTimer(call, `${timer}.${tag}`, turn);
  turn.world.layer.respond(aTransaction, { status: 487, toTag: aLeg.localTag }, turn);
  endLeg(call, aLeg, turn);
  return true;
}

/** Its transfer has come to nothing: if the target has answered, that is its caller's now. */
export function onResumeTimer(call: Call, turn: Turn): void {
  const due = call.answerDue && call.end === null && call.transfer === null;
  if (due && !awaitsPrack(call)) answerCaller(call, turn);
}
