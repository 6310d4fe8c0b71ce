// Moves a party's leg from one call to another: its dialog, what is open in it, its timers and its count go with it. What stays behind is over, but
// for what may still come of the INVITE that opened it.

import { dropNamed } from "../../base/index.ts";
import type { MediaSide } from "../media-contract.ts";
import type { Call, Leg } from "./call.ts";
import { takeCount } from "./count-call.ts";
import { payAck } from "./hang-up-leg.ts";
import { refuseOnward } from "./leg-request.ts";
import { leaveSession, resumeSession } from "./session-terms.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

export interface LegMove {
  readonly from: Call;
  readonly to: Call;
  readonly leg: Leg;
  readonly side: MediaSide;
  /** Where among the attempts of `to`; -1 for its `aLeg`. */
  readonly attempt: number;
}

export function moveLeg(move: LegMove, turn: Turn): Leg {
  const { from, to, leg, side, attempt } = move;
  if (leg.owedAck !== null) payAck(from, leg, { body: null, turn });
  leaveTimers(from, leg, turn);
  // Who asked it something stays behind, and hears no answer of another call's.
  for (const { name, value } of [...leg.requests]) {
    const { purpose } = value;
    if (purpose.kind !== "onward") continue;
    refuseOnward(purpose, turn);
    dropNamed(leg.requests, name);
  }
  const own = leg.requests.filter(({ value }) => value.remoteTag === leg.dialog?.remoteTag);
  const others = leg.requests.filter(({ value }) => value.remoteTag !== leg.dialog?.remoteTag);
  const there = attempt < 0 ? to.aLeg : (to.attempts[attempt]?.leg ?? null);
  // It comes back to where it was, or takes the place of what stood in for it.
  const before = there?.localTag === leg.localTag ? there : null;
  const requests = [...(before?.requests ?? []), ...own];
  const place = { call: to.id, attempt };
  const counted = takeCount(from, leg, turn);
  const moved: Leg = { ...leg, side, place, requests, earlyDialogs: before?.earlyDialogs ?? [], counted };
  leave(from, leg, {
    ...leg,
    ...OVER,
    dialog: leg.dialog === null ? null : { ...leg.dialog },
    requests: others,
    unknownWays: leg.unknownWays.map((way) => ({ ...way })),
  });
  const settled = to.attempts[attempt];
  if (settled !== undefined) settled.leg = moved;
  if (side === "a") to.aLeg = moved;
  else to.bLeg = moved;
  turn.world.legs.set(moved.localTag, place);
  for (const { name } of own) turn.world.layer.assign(name, `${to.id}|${attempt}|request`);
  arrive(to, moved, turn);
  return moved;
}

const OVER = { state: "ended", accepted: null, owedAck: null, session: null, counted: null } as const;

function leave(from: Call, leg: Leg, left: Leg): void {
  for (const one of from.attempts) if (one.leg === leg) one.leg = left;
  if (from.bLeg === leg) from.bLeg = left;
  if (from.aLeg === leg) from.aLeg = left;
}

function leaveTimers(from: Call, leg: Leg, turn: Turn): void {
  leaveSession(from, leg, turn);
  for (const name of [`answer.${leg.side}`, `ack.${leg.side}`, "propose.a", "propose.b"])
    stopCallTimer(from, name, turn);
}

/** A 2xx of ours that waits for its ACK goes on waiting (RFC 3261 section 13.3.1.4). */
function arrive(to: Call, leg: Leg, turn: Turn): void {
  resumeSession(to, leg, turn);
  if (leg.accepted === null) return;
  startCallTimer(to, `answer.${leg.side}`, { afterMs: leg.accepted.intervalMs, turn });
  startCallTimer(to, `ack.${leg.side}`, { afterMs: 64 * leg.trunk.signaling.timers.t1, turn });
}
