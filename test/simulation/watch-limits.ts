// Looks from time to time whether more calls stand on a trunk than it allows.

import type { LiveCall } from "../../src/engine/index.ts";
import { type Limits, PEER_NAMES, type World } from "./world.ts";

const EVERY_MS = 250;

/** Watches until `untilMs`. An emergency call is never refused, so it is not counted. */
export function watchLimits(world: World, limits: Limits, untilMs: number): void {
  const { network } = world;
  for (let at = EVERY_MS; at < untilMs; at += EVERY_MS) network.scheduleRun(at, () => look(world, limits));
}

function look({ engine, network, checkers }: World, limits: Limits): void {
  // A party of two calls that are becoming one is in both for a moment.
  const standing = engine
    .liveCalls()
    .filter((call) => call.state === "answered" || call.transferredFrom === null)
    .filter(({ state, emergency }) => state !== "ending" && !emergency);
  for (const trunk of PEER_NAMES) {
    const { calls, emergencyReserve = 0 } = limits.trunks[trunk];
    const count = standing.filter((call) => standsOn(call, trunk)).length;
    if (calls === undefined || count <= calls - emergencyReserve) continue;
    const detail = `${count} calls stand on ${trunk}, which allows ${calls - emergencyReserve}`;
    checkers.violations.push({ rule: "limit", at: network.now, detail, callId: null });
  }
}

function standsOn({ ingressTrunk, egressTrunk }: LiveCall, trunk: string): boolean {
  return ingressTrunk === trunk || egressTrunk === trunk;
}
