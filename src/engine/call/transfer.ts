// A transfer that is carried out here: a new call out of the one that stands, by the rights and on the account of who asked for it. Its caller is the
// party that is moved, which comes over once the target has answered.

import { flatCopy } from "../../base/index.ts";
import { withEverythingFlowing } from "../../protocol/sdp/index.ts";
import { type Rejection, reject } from "../admission/index.ts";
import { interopOfTransfer } from "../interop/index.ts";
import type { MediaSide } from "../media-contract.ts";
import { type Call, calledBy, type Leg, otherLeg } from "./call.ts";
import { countCall } from "./count-call.ts";
import { testBy } from "./emergency-call.ts";
import { tellBegun } from "./emergency-steps.ts";
import { findTargets } from "./find-targets.ts";
import { newCall } from "./new-call.ts";
import { tellReferrer } from "./refer-subscription.ts";
import { endCall } from "./release.ts";
import type { ReferSubscription } from "./transfer-state.ts";
import { logCall, newIdentifier, type Turn, wallClock } from "./turn.ts";

/** What a REFER asks for. */
export interface Referral {
  readonly called: string;
  readonly emergency: boolean;
  /** Whether the target is to be told who asked. */
  readonly names: boolean;
  /** Null where who asks does not want to be told what comes of it. */
  readonly subscription: ReferSubscription | null;
}

const MAX_FORWARDS = 70;

/** The number of a party of a call. */
export function numberOf(call: Call, leg: Leg): string {
  if (leg.side === "a") return call.caller;
  return calledBy(call, call.attempts.find((attempt) => attempt.leg === leg) ?? null);
}

/** Begins it: `by` has asked, and was told that it is being done. */
export function transferTo(call: Call, by: Leg, asked: { readonly referral: Referral; readonly turn: Turn }): void {
  const { referral, turn } = asked;
  const kept = otherLeg(call, by);
  if (kept === null) return;
  const next = openTransfer(call, { by, kept, referral }, turn);
  const { subscription } = referral;
  call.transfer = { kind: "transferred", to: next.id, by: by.side, state: "under-way", subscription, along: null };
  tellReferrer(call, 100, turn);
  const refusal = refusalOf(next, turn);
  if (refusal !== null) {
    endCall(next, { ...refusal, endedBy: "demarc" }, turn);
    return;
  }
  // As one that who asked makes: a REFER reaches nothing that its sender could not have called.
  const caller = numberOf(call, by);
  findTargets(next, { from: by.trunk.name, caller, header: () => null, lines: () => [] }, turn);
}

function refusalOf(next: Call, turn: Turn): Rejection | null {
  if (turn.world.draining) return reject(503, "shutdown", { retryAfterS: 30 });
  return countCall(next, { free: false }, turn);
}

/** The call that is made for a transfer, before anything is done for it. */
export function openTransfer(
  call: Call,
  between: { readonly by: Leg; readonly kept: Leg; readonly referral: Referral },
  turn: Turn,
): Call {
  const { by, kept, referral } = between;
  const { called, emergency, names } = referral;
  const { world } = turn;
  const id = newIdentifier(turn);
  const isCaller = kept.side === "a";
  const knowsReferrer = names && !(by.side === "a" && call.interop.withheld);
  const said = kept.agreed?.remote ?? null;
  const awaited: Record<MediaSide, { call: string; side: MediaSide } | null> = {
    a: { call: call.id, side: kept.side },
    b: null,
  };
  const next: Call = {
    ...newCall(wallClock(turn)),
    id,
    ingress: by.trunk,
    emergency,
    test: testBy(called, turn),
    caller: numberOf(call, kept),
    called: flatCopy(called.slice(0, 128)),
    callerName: isCaller ? call.callerName : null,
    interop: interopOfTransfer(call.interop, isCaller),
    maxForwards: MAX_FORWARDS,
    // What it said last may be that it is on hold.
    offer: said === null ? null : withEverythingFlowing(said),
    aLeg: standInFor(kept, id),
    aTransaction: "",
    inviteSequence: 0,
    inviteWish: { seconds: null, refresher: null, least: 0, speaks: false },
    joining: {
      awaited,
      brought: { a: null, b: null },
      state: "hunting",
      toAsk: ["a"],
      offer: null,
      polls: 0,
      early: "nothing",
      heard: null,
    },
    comesFrom: call.id,
    referredBy: knowsReferrer ? numberOf(call, by) : null,
  };
  world.calls.set(id, next);
  world.counters.calls += 1;
  turn.subject = next;
  const fields = { caller: next.caller, called: next.called, ingressTrunk: by.trunk.name, transferredFrom: call.id };
  logCall(next, { level: "debug", message: "A call is transferred.", fields }, turn);
  tellBegun(next, "transfer", turn);
  return next;
}

/** What the new call sees of the party that is to come over, as long as that talks in another one. */
function standInFor(kept: Leg, call: string): Leg {
  return {
    ...kept,
    side: "a",
    place: { call, attempt: -1 },
    state: "inviting",
    requests: [],
    earlyDialogs: [],
    unknownWays: [],
    accepted: null,
    owedAck: null,
    session: null,
    counted: null,
  };
}
