// The two parties of a call that a transfer makes: where they are before it stands, and how they come over.

import { invariant } from "../../base/index.ts";
import type { MediaSide } from "../media-contract.ts";
import { type Call, type Leg, legOf } from "./call.ts";
import { moveLeg } from "./move-leg.ts";
import { newAttempt } from "./new-attempt.ts";
import type { Turn } from "./turn.ts";

export interface Party {
  /** The call that its leg is in. */
  readonly home: Call;
  readonly leg: Leg;
}

export function oppositeOf(side: MediaSide): MediaSide {
  return side === "a" ? "b" : "a";
}

/** Null for one that is gone. */
export function partyOf(call: Call, side: MediaSide, turn: Turn): Party | null {
  const awaited = call.joining?.awaited[side] ?? null;
  const home = awaited === null ? call : turn.world.calls.get(awaited.call);
  const leg = home === undefined ? null : legOf(home, awaited?.side ?? side);
  return home === undefined || leg === null || leg.state === "ended" ? null : { home, leg };
}

/** Brings a party over into the call, where it still is in another one. */
export function bringOver(call: Call, side: MediaSide, turn: Turn): Leg | null {
  const party = partyOf(call, side, turn);
  const { joining } = call;
  const awaited = joining?.awaited[side] ?? null;
  if (party === null || joining === null || awaited === null) return party?.leg ?? null;
  const { home: from, leg } = party;
  let attempt = -1;
  if (side === "b") {
    attempt = call.attempts.length;
    call.attempts.push(calledAttempt(call, leg, turn));
  }
  joining.awaited[side] = null;
  joining.brought[side] = awaited;
  return moveLeg({ from, to: call, leg, side, attempt }, turn);
}

/** A party that came about otherwise, as an attempt of the call. */
export function calledAttempt(call: Call, { trunk, flow }: Leg, turn: Turn) {
  const { remoteAddress: host, remotePort: port, transport } = flow;
  const uri = `sip:${host.includes(":") ? `[${host}]` : host}:${port}`;
  const target = { uri, host, port, transport, priority: 0, weight: 1 };
  const attempt = newAttempt(call, { trunk, target, lastResort: false }, turn);
  attempt.state = "answered";
  attempt.status = 200;
  attempt.reason = "OK";
  return attempt;
}

/** Gives a party back to the call that it was brought out of, which stands. */
export function giveBack(call: Call, side: MediaSide, turn: Turn): void {
  const { joining } = call;
  const origin = joining?.brought[side] ?? null;
  const to = origin === null ? undefined : turn.world.calls.get(origin.call);
  const leg = legOf(call, side);
  if (joining === null || origin === null || to === undefined || leg === null) return;
  const left = legOf(to, origin.side);
  invariant(left !== null, "a call keeps what a leg leaves behind");
  joining.brought[side] = null;
  moveLeg({ from: call, to, leg, side: origin.side, attempt: left.place.attempt }, turn);
}
