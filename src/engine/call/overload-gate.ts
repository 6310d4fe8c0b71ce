// What is done about our own overload: new ordinary calls are turned away before any work, and clients that can are told to thin theirs.

import { randomBelow } from "../../base/index.ts";
import { type HeaderLine, type SipRequest, tagOf, to, topVia, type Via } from "../../protocol/sip/index.ts";
import {
  type Flow,
  formatOverloadReport,
  offersOverloadControl,
  withoutOverloadOffer,
} from "../../protocol/transport/index.ts";
import { isTurnedAway, type LoadSample, noteLoad } from "../admission/index.ts";
import { isEmergency } from "./incoming-call.ts";
import type { Turn, World } from "./turn.ts";

/** Clients that thin their calls themselves are not turned away below this: they would be cut twice (RFC 7339 section 5.10). */
const HARD_PERCENT = 80;
/** A report holds for a few samples, so that the last one does not end the control between two responses. */
const VALIDITY_MS = 2000;
/** Seconds, from 1. Differs from answer to answer, so that not all come back at once. */
const RETRY_SPREAD = 4;

/** A measurement of the process. Beginning and end of an overload are told. */
export function onLoad(sample: LoadSample, turn: Turn): void {
  const { overload, counters } = turn.world;
  const before = overload.percent;
  noteLoad(overload, sample);
  if (before > 0 === overload.percent > 0) return;
  const message = before > 0 ? "The overload is over." : "Overloaded: new calls are turned away.";
  const fields = { lagMs: Math.round(sample.lagMs), busy: sample.busy, turnedAway: counters.shed };
  turn.actions.push({ kind: "log", level: "warn", message, call: null, fields });
}

function offers(request: SipRequest): boolean {
  const via = request.headers.read(topVia);
  return via !== null && offersOverloadControl(via);
}

/** Whether a request is a new call that is turned away now. What is under way, what is inside calls and emergencies are served. */
export function isShed(request: SipRequest, flow: Flow, turn: Turn): boolean {
  const { overload, layer, random, counters } = turn.world;
  if (overload.percent === 0 || request.method !== "INVITE") return false;
  const toAddress = request.headers.read(to);
  if (toAddress === null || tagOf(toAddress) !== null || layer.knows(request, flow)) return false;
  if (isEmergency(request, turn) || (overload.percent < HARD_PERCENT && offers(request))) return false;
  if (!isTurnedAway(overload, random)) return false;
  counters.shed += 1;
  return true;
}

/** A client that thins its calls is told so in Via and gets no Retry-After, which would stop all of them (RFC 7339 section 5.10.2). */
export function retryAfterLines(request: SipRequest, turn: Turn): readonly HeaderLine[] {
  if (offers(request)) return [];
  return [["Retry-After", String(1 + randomBelow(turn.world.random, RETRY_SPREAD))]];
}

/** The Via in which a client that offered overload control is told by how much to thin its calls; null for any other. */
export function openForReport(via: Via): Via | null {
  return offersOverloadControl(via) ? withoutOverloadOffer(via) : null;
}

/** What it is told there, in every response: also that there is nothing to leave out (RFC 7339 sections 4.1 and 5.1). */
export function overloadReport({ overload }: World, now: number): string {
  const { percent } = overload;
  return formatOverloadReport({
    algorithm: "loss",
    value: percent,
    validityMs: percent > 0 ? VALIDITY_MS : 0,
    sequence: now / 1000,
  });
}
