// What can be seen of the engine from outside, as values made when they are asked for.

import type { Millis } from "../base/index.ts";
import { type Call, currentAttempt, isForHelp, type World } from "./call/index.ts";
import { type TargetStatus, targetStatus } from "./health/index.ts";
import {
  acceptedRegistrationOf,
  type ContactStatus,
  contactStatus,
  type RegistrationStatus,
  registrationStatus,
} from "./registration/index.ts";

/** A call that has not ended, under the names that its record will have. */
export interface LiveCall {
  readonly id: string;
  readonly state: "routing" | "ringing" | "answered" | "ending";
  readonly startedAt: string;
  readonly ringingAt: string | null;
  readonly answeredAt: string | null;
  readonly caller: string;
  readonly called: string;
  readonly ingressTrunk: string;
  /** Null before the first target is tried, and between two. */
  readonly egressTrunk: string | null;
  readonly route: string | null;
  readonly emergency: boolean;
  readonly transferredFrom: string | null;
}

export interface TrunkActivity {
  readonly trunk: string;
  readonly ingressCalls: number;
  readonly egressCalls: number;
  /** Calls refused for a limit since the start. */
  readonly refused: number;
  /** Of ours with the peer; null where the trunk does not register. */
  readonly registration: RegistrationStatus | null;
  /** What the peer has registered with us; null where it does not. */
  readonly contacts: readonly ContactStatus[] | null;
  readonly targets: readonly TargetStatus[];
}

export interface EngineStatus {
  /** Calls whose record is not written yet. */
  readonly calls: number;
  readonly transactions: number;
  /** Our registrations, those included that are being taken back. */
  readonly registrations: number;
  /** Calls of which something is still kept, ended ones included. */
  readonly kept: number;
  /** Tags of ours that lead to a leg of a kept call. */
  readonly tags: number;
  readonly malformed: number;
  readonly strangers: number;
  /** Requests with a user name or a password that is nobody's here. */
  readonly wrongPasswords: number;
  readonly strayRequests: number;
  /** New calls turned away because we were overloaded, since the start; they have no record. */
  readonly shed: number;
  readonly callsSinceStart: number;
  /** Calls that wait for somebody outside to decide about them. */
  readonly waiting: number;
  /** Questions about calls that nobody outside has answered so that it could be used, since the start. */
  readonly undecided: number;
  readonly faults: number;
  readonly draining: boolean;
}

function iso(unixMs: number | null): string | null {
  return unixMs === null ? null : new Date(unixMs).toISOString();
}

/** Whether a party of the call talks in another one by now, so that it is only waited for the other one to hang up. */
function isLeft({ aLeg, bLeg, answeredAt }: Call): boolean {
  return answeredAt !== null && (aLeg.state === "ended" || bLeg?.state === "ended");
}

/** Null where its last attempt is over, and it is not known yet where the call goes next. */
function trunkInUse(call: Call): string | null {
  const attempt = currentAttempt(call);
  const over = attempt?.state === "failed" || attempt?.state === "given-up";
  return attempt === null || (over && call.end === null) ? null : attempt.trunk.name;
}

/** Every call whose record is not written yet, oldest first. */
export function liveCalls(world: World): LiveCall[] {
  const live: LiveCall[] = [];
  for (const call of world.calls.values()) {
    if (call.recorded) continue;
    live.push({
      id: call.id,
      state: isLeft(call) ? "ending" : call.state,
      startedAt: new Date(call.startedAt).toISOString(),
      ringingAt: iso(call.ringingAt),
      answeredAt: iso(call.answeredAt),
      caller: call.caller,
      called: call.called,
      ingressTrunk: call.ingress.name,
      egressTrunk: trunkInUse(call),
      route: call.route,
      emergency: isForHelp(call),
      transferredFrom: call.comesFrom,
    });
  }
  return live;
}

/** What each configured trunk carries now. */
export function trunkActivity(world: World, now: Millis): TrunkActivity[] {
  return Object.entries(world.border.configuration.trunks).map(([trunk, settings]) => {
    const usage = world.usage.get(trunk);
    const registration = world.registrations.byTrunk.get(trunk);
    return {
      trunk,
      ingressCalls: usage?.ingressCalls ?? 0,
      egressCalls: usage?.egressCalls ?? 0,
      refused: usage?.refused ?? 0,
      registration: registration === undefined ? null : registrationStatus(registration),
      contacts: acceptedRegistrationOf(settings) === null ? null : (world.contacts.get(trunk) ?? []).map(contactStatus),
      targets: targetStatus(settings, { world, now }),
    };
  });
}

export function engineStatus(world: World): EngineStatus {
  let calls = 0;
  for (const call of world.calls.values()) if (!call.recorded) calls += 1;
  const { malformed, strangers, wrongPasswords, strayRequests, shed, undecided, faults } = world.counters;
  return {
    calls,
    transactions: world.layer.size,
    registrations: world.registrations.byLine.size,
    kept: world.calls.size,
    tags: world.legs.size,
    malformed,
    strangers,
    wrongPasswords,
    strayRequests,
    shed,
    callsSinceStart: world.counters.calls,
    waiting: world.waiting.size,
    undecided,
    faults,
    draining: world.draining,
  };
}
