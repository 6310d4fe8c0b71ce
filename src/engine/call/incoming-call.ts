// A new call: who is calling whom, whether it may, and where it goes.

import { flatCopy } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import { dialogOfRequest } from "../../protocol/dialog/index.ts";
import {
  accepts,
  type HeaderLine,
  header,
  headerName,
  parseDigits,
  type SipRequest,
} from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { type Rejection, reject } from "../admission/index.ts";
import { emergencyNumberOf, isDivertedInCircles, readCalled, readCaller, readInterop } from "../interop/index.ts";
import { callerNameOf } from "../routing/index.ts";
import type { Call } from "./call.ts";
import { calledUri } from "./called-uri.ts";
import { countCall } from "./count-call.ts";
import { flowOfDialog } from "./dialog-way.ts";
import { isFreeCallback, saidLocation, testBy } from "./emergency-call.ts";
import { tellBegun } from "./emergency-steps.ts";
import { findTargets } from "./find-targets.ts";
import { noteAbilities, openLeg } from "./leg.ts";
import { goesInCircles, MOST_BRANCHES, MOST_HOPS } from "./loop-check.ts";
import { readDescription } from "./negotiate-media.ts";
import { newCall } from "./new-call.ts";
import { ownCallOf } from "./own-call.ts";
import { endCall } from "./release.ts";
import { readReplaces, takePlace } from "./replace-leg.ts";
import { readWish, tooSmallLines } from "./session-terms.ts";
import { lacksKeys } from "./stream-keys.ts";
import { hearInvite } from "./tell.ts";
import { logCall, newIdentifier, type Turn, wallClock } from "./turn.ts";

export interface Invitation {
  readonly transaction: TransactionKey;
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Whose it is, by its address. */
  readonly trunk: Trunk;
}

/** What we do for everybody, besides 100rel where the trunk has it. */
const EXTENSIONS: ReadonlySet<string> = new Set(["timer", "replaces"]);

/** An INVITE outside any dialog. */
export function onInvite(arrived: Invitation, turn: Turn): void {
  const invitation = { ...arrived, request: hearInvite(arrived.request, arrived.trunk) };
  const { world } = turn;
  if (world.calls.full) {
    const headers = [["Retry-After", "5"]] as const;
    world.layer.respond(invitation.transaction, { status: 503, toTag: "overload", headers }, turn);
    return;
  }
  const call = openCall(invitation, turn);
  world.witness?.opened(call);
  tellBegun(call, /^urn:/i.test(invitation.request.uri) ? "service" : "number", turn);
  world.layer.respond(invitation.transaction, { status: 100, toTag: null }, turn);
  const { caller, called, emergency } = call;
  const fields = { caller, called, ingressTrunk: call.ingress.name, emergency };
  // One line a call is enough, at its end; live ones are in the API.
  logCall(call, { level: "debug", message: "A call came in.", fields }, turn);
  const refusal = examine(call, invitation, turn);
  if (refusal !== null) {
    refuse(call, refusal, turn);
    return;
  }
  const replaced = readReplaces(call, invitation.request, turn);
  if (replaced !== null) {
    if ("status" in replaced) refuse(call, replaced, turn);
    else takePlace(call, replaced, turn);
    return;
  }
  const limit = countCall(call, { free: isFreeCallback(call, turn) }, turn);
  if (limit !== null) {
    refuse(call, limit, turn);
    return;
  }
  const { headers } = invitation.request;
  const header = (name: string): string | null => headers.first(headerName(name)) ?? null;
  findTargets(call, { from: call.ingress.name, caller, header, lines: () => linesOf(invitation.request) }, turn);
}

function linesOf({ headers }: SipRequest): readonly HeaderLine[] {
  return Array.from({ length: headers.count }, (_, at): HeaderLine => {
    return [headers.nameAt(at), flatCopy(headers.valueAt(at))];
  });
}

function refuse(call: Call, rejection: Rejection, turn: Turn): void {
  endCall(call, { ...rejection, endedBy: "demarc" }, turn);
}

function openCall(invitation: Invitation, turn: Turn): Call {
  const { request, trunk, transaction, flow } = invitation;
  const { world } = turn;
  const id = newIdentifier(turn);
  const leg = openLeg(
    {
      side: "a",
      trunk,
      callId: flatCopy(request.headers.first("call-id") ?? ""),
      flow,
      place: { call: id, attempt: -1 },
    },
    turn,
  );
  leg.dialog = dialogOfRequest(request, leg.localTag);
  noteAbilities(leg, request);
  if (leg.dialog !== null) leg.flow = flowOfDialog(leg, { dialog: leg.dialog, arrived: flow }, turn);
  const hops = parseDigits(request.headers.first("max-forwards") ?? "") ?? MOST_HOPS;
  const parties = readParties(request, { trunk, turn });
  const own = ownCallOf(request, flow, turn);
  const call: Call = {
    ...newCall(wallClock(turn)),
    id,
    ingress: trunk,
    ...parties,
    test: own === null ? parties.test : { by: "schedule", trunk: own.order.trunk },
    location: parties.emergency ? saidLocation(request) : null,
    maxForwards: Math.min(hops, MOST_HOPS) - 1,
    maxBreadth: readBreadth(request),
    aLeg: leg,
    aTransaction: transaction,
    inviteSequence: leg.dialog?.remoteSequence ?? 0,
    inviteWish: readWish(request),
  };
  world.calls.set(id, call);
  world.counters.calls += 1;
  turn.subject = call;
  // A CANCEL finds the call by it, and is answered under the tag that every other response will have (RFC 3261 section 9.2).
  world.layer.assign(transaction, id, leg.localTag);
  return call;
}

/** We ask one place at a time: what may be done at once before us may be done at once behind us (RFC 5393 section 5.3.3). */
function readBreadth({ headers }: SipRequest): number | null {
  const said = headers.has("max-breadth") ? headers.read(header.maxBreadth) : null;
  return said === null ? null : Math.min(said, MOST_BRANCHES);
}

/** What there is to say against a call before its number is looked at. */
function examine(call: Call, invitation: Invitation, turn: Turn): Rejection | null {
  const { request } = invitation;
  const { world } = turn;
  if (world.draining) return reject(503, "shutdown", { retryAfterS: 30 });
  if (call.aLeg.dialog === null) return reject(400, "bad-request", { reason: "Contact Missing Or Malformed" });
  if (!isCallable(request)) return reject(416, "bad-request");
  if (call.maxForwards < 0) return reject(483, "loop");
  if (call.maxBreadth === 0) return reject(440, "loop");
  if (goesInCircles(call, turn)) return reject(482, "loop");
  const { redirections, unmetPrivacy } = call.interop;
  if (isDivertedInCircles(redirections) && !call.emergency) return reject(482, "loop");
  // RFC 3323 section 5 has a privacy service refuse what it cannot do and must.
  if (unmetPrivacy !== null && !call.emergency) return reject(500, "bad-request", { reason: "Privacy Not Supported" });
  const extensions = examineExtensions(call, request);
  if (extensions !== null) return extensions;
  return takeOffer(call, request);
}

/** What the caller requires and we do not do (RFC 3261 section 8.2.2.3), or we require and it does not (section 21.4.16). */
function examineExtensions(call: Call, { headers }: SipRequest): Rejection | null {
  const wanted = call.ingress.signaling.reliableProvisional;
  const required = (headers.read(header.require) ?? []).map((tag) => tag.toLowerCase());
  // What cannot be read cannot be done.
  if (required.length === 0 && headers.has("require"))
    return reject(420, "bad-request", { headers: [["Unsupported", headers.all("require").join(", ")]] });
  const foreign = required.filter((tag) => !EXTENSIONS.has(tag) && (tag !== "100rel" || wanted === "off"));
  if (foreign.length > 0) return reject(420, "bad-request", { headers: [["Unsupported", foreign.join(", ")]] });
  const takes = required.includes("100rel") || call.aLeg.supports.includes("100rel");
  if (wanted === "required" && !takes) return reject(421, "bad-request", { headers: [["Require", "100rel"]] });
  call.reliable = wanted !== "off" && takes;
  const tooSmall = call.emergency ? null : tooSmallLines(call.ingress, call.inviteWish);
  return tooSmall === null ? null : reject(422, "bad-request", { headers: tooSmall });
}

function takeOffer(call: Call, request: SipRequest): Rejection | null {
  // What answers a call is a description, whoever describes first (RFC 3261 section 21.4.7).
  if (!accepts(request, "application/sdp") && !call.emergency) return reject(406, "not-acceptable");
  const reading = readDescription(request);
  switch (reading.kind) {
    case "description":
      call.offer = reading.description;
      return lacksKeys(reading.description, call.ingress) ? reject(488, "encryption") : null;
    case "none":
      return null;
    case "foreign":
      // Such as a place without an offer: whoever needs help is asked for one later.
      if (call.emergency) return null;
      return reject(415, "not-acceptable", { headers: [["Accept", "application/sdp"]] });
    default:
      return reject(400, "bad-request", { reason: "Malformed SDP" });
  }
}

/** Who calls whom, and what else the INVITE says of it. */
function readParties(request: SipRequest, by: { readonly trunk: Trunk; readonly turn: Turn }) {
  const { border, random } = by.turn.world;
  const { plan, emergencyNumbers, configuration } = border;
  const { identity } = by.trunk;
  const caller = readCaller(request, { identity, plan });
  const { called, emergency } = readCalled(calledUri(request, by.trunk, by.turn), { identity, plan, emergencyNumbers });
  return {
    caller: caller.number,
    callerName: callerNameOf(border.routing.numbers, caller.number, by.trunk.name) ?? caller.name,
    called: flatCopy(called.slice(0, 128)),
    emergency,
    test: testBy(called, by.turn),
    interop: readInterop(request, caller, { identity, plan, configuration, random }),
  };
}

/** Whether a call is for the emergency services, and no test: by service (RFC 5031) or by a number that is one here. */
export function isEmergency({ uri }: SipRequest, { speaker, world: { border } }: Turn): boolean {
  const identity = speaker?.identity ?? null;
  const { plan, emergencyNumbers } = border;
  const number = emergencyNumberOf(uri, { identity, plan, emergencyNumbers });
  return number !== null && number !== border.testNumber;
}

/** Whether the Request-URI is of a scheme that a call can go to (RFC 3261 section 8.2.2.1). */
export function isCallable({ sipUri, uri }: SipRequest): boolean {
  return sipUri !== null || /^(?:tel:|urn:service:sos(?:[.]|$))/i.test(uri);
}
