// The places of one target: which of its servers an attempt goes to first, and to which it goes on when that one fails (RFC 3263 section 4.3).

import type { Trunk } from "../../model/index.ts";
import { header, type SipResponse, topVia } from "../../protocol/sip/index.ts";
import { type Flow, readOverloadReport } from "../../protocol/transport/index.ts";
import { type Destination, flowTo } from "../own-addresses.ts";
import { lacksRegistration } from "../registration/index.ts";
import {
  countRequest,
  type Failure,
  noteAlive,
  noteClosed,
  noteFailure,
  noteReport,
  noteTried,
  sortFlows,
  takePass,
} from "../routing/index.ts";
import { towardsPeer } from "../secure-flow.ts";
import type { Attempt, Call } from "./call.ts";
import { firstHopOf } from "./locate-target.ts";
import { ownContact } from "./own-contact.ts";
import { logCall, type Turn } from "./turn.ts";

/** Servers that one attempt tries: a caller waits for each. */
const PLACES_PER_ATTEMPT = 8;

export type PlaceChoice =
  /** At least one. */
  { readonly ok: true; readonly flows: readonly Flow[] } | { readonly ok: false; readonly reason: string };

/**
 * The flows to a target's places in the order to try them: those that failed a moment ago last, those that asked to be left alone not at all,
 * unless it is an emergency. A target that has nothing better than failed places is put behind the call's other targets, once.
 */
export function choosePlaces(
  call: Call,
  attempt: Attempt,
  { places, turn }: { readonly places: readonly Destination[]; readonly turn: Turn },
): PlaceChoice {
  const { border, destinations, throttles, random } = turn.world;
  const { network } = attempt.trunk;
  const { host } = firstHopOf(attempt);
  const found = places.flatMap((place) => {
    const flow = flowTo(border, network, place);
    return flow === null ? [] : [towardsPeer(flow, attempt.trunk, host)];
  });
  // Who has registered is called the way that it came.
  const flows = attempt.bound === null ? found : [attempt.bound.flow];
  if (flows.length === 0) return { ok: false, reason: `Network ${network} has no listener that reaches the target` };
  const { healthy, failed, closed } = sortFlows(destinations, flows, turn.now);
  const usable = call.emergency ? [...healthy, ...failed, ...closed] : [...healthy, ...failed];
  if (usable.length === 0) return { ok: false, reason: "The target asked to be left alone for now, or never answers" };
  if (healthy.length === 0 && putBehindOthers(call, attempt)) {
    return { ok: false, reason: "The target failed a moment ago: others are asked first" };
  }
  if (!call.emergency && lacksRegistration(attempt.trunk, turn) && putBehindOthers(call, attempt)) {
    return { ok: false, reason: "The trunk is not registered: others are asked first" };
  }
  // Of calls that an overloaded server asked us to leave out none is sent there, but emergencies (RFC 7339 section 5.10.1).
  const first = usable.findIndex((flow) => call.emergency || takePass(throttles, flow, { now: turn.now, random }));
  if (first < 0) return { ok: false, reason: "The target is overloaded and asked for fewer calls" };
  const chosen = usable.slice(first, first + PLACES_PER_ATTEMPT);
  const [next] = chosen;
  if (next !== undefined) noteTried(destinations, next, turn.now);
  if (next !== undefined && call.emergency) countRequest(throttles, next, turn.now);
  return { ok: true, flows: chosen };
}

/** False when there is no other target to ask first. */
function putBehindOthers(call: Call, attempt: Attempt): boolean {
  const own = call.targets[attempt.index];
  const others = call.targets.slice(attempt.index + 1);
  if (own === undefined || own.lastResort || others.every(({ lastResort }) => lastResort)) return false;
  call.targets = [...call.targets, { ...own, lastResort: true }];
  return true;
}

/** The place where the attempt's INVITE went did not answer, or could not be reached. */
export function notePlaceFailed(attempt: Attempt, reason: string, turn: Turn): void {
  noteFailed(attempt, { reason, firstIsForgiven: false }, turn);
}

function noteFailed(attempt: Attempt, why: Pick<Failure, "reason" | "firstIsForgiven">, turn: Turn): void {
  if (attempt.leg === null) return;
  const stopAfter = attempt.trunk.health.downAfter;
  noteFailure(turn.world.destinations, attempt.leg.flow, { ...why, stopAfter, now: turn.now });
}

/** It answers: it is not among the failed any more. */
export function notePlaceAlive({ leg }: Attempt, { status }: SipResponse, turn: Turn): void {
  if (leg !== null && status !== 503) noteAlive(turn.world.destinations, leg.flow);
}

/** What the server of any request of ours says in its Via: how many more it can take. */
export function hearReport(
  { signaling }: Trunk,
  answer: { readonly response: SipResponse; readonly sentTo: Flow },
  turn: Turn,
): void {
  if (!signaling.overloadControl) return;
  const via = answer.response.headers.read(topVia);
  const report = via === null ? null : readOverloadReport(via);
  if (report !== null) noteReport(turn.world.throttles, answer.sentTo, { report, now: turn.now });
}

/** Counts what this turn sends to destinations that asked for less, but for new calls: those were counted when they were let through. */
export function countRequests({ actions, world, now }: Turn): void {
  if (world.throttles.size === 0) return;
  for (const action of actions) {
    if (action.kind !== "send" || action.text.startsWith("SIP/2.0 ")) continue;
    const begins = action.text.startsWith("INVITE ") && !/\r\nTo:[^\r]*;tag=/i.test(action.text);
    if (!begins) countRequest(world.throttles, action.flow, now);
  }
}

/**
 * A 503: with Retry-After its sender is let alone for so long. Without it is taken as a 500 (RFC 3261 section 21.5.4), and many a gateway says it of one
 * number that it cannot reach: it takes a second one to be held against the sender.
 */
export function notePlaceOverloaded(attempt: Attempt, response: SipResponse, turn: Turn): void {
  const retry = response.headers.read(header.retryAfter);
  if (attempt.leg === null) return;
  if (retry === null || retry.seconds === 0) {
    noteFailed(attempt, { reason: "answers 503", firstIsForgiven: true }, turn);
    return;
  }
  const { destinations } = turn.world;
  noteClosed(destinations, attempt.leg.flow, { afterMs: retry.seconds * 1000, now: turn.now });
}

/**
 * Turns the attempt to the target's next place. The INVITE there is the same but for its branch (RFC 3263 section 4.3), so that servers which
 * share their state see one call. False when there is none, or when it has rung.
 */
export function moveToNextPlace(
  call: Call,
  attempt: Attempt,
  { reason, turn }: { readonly reason: string; readonly turn: Turn },
): boolean {
  const { leg } = attempt;
  const [flow, ...rest] = attempt.flows;
  if (flow === undefined || leg === null || attempt.rangAt !== null || call.end !== null) return false;
  const fields = { target: attempt.target.uri, address: leg.flow.remoteAddress, next: flow.remoteAddress, reason };
  logCall(call, { level: "info", message: "A server of the target failed; its next one is asked.", fields }, turn);
  attempt.flows = rest;
  attempt.leg = {
    ...leg,
    flow,
    contact: ownContact(leg.trunk, flow, turn),
    peerAddress: flow.remoteAddress,
    authentication: null,
  };
  attempt.seed = null;
  attempt.challenged = [];
  return true;
}
