// What an emergency call has besides others: the place that it comes from, told to who wants it, and a number by which its caller can be called back.

import { flatCopy } from "../../base/index.ts";
import type { Location, Trunk } from "../../model/index.ts";
import { formatDescription, type SessionDescription } from "../../protocol/sdp/index.ts";
import {
  type Body,
  formatMultipart,
  formatPart,
  type HeaderLine,
  header,
  leafParts,
  newBoundary,
  parseMultipart,
  type SipRequest,
  wireText,
} from "../../protocol/sip/index.ts";
import type { EmergencyTest, PlacedBy } from "../emergency-step.ts";
import { formatPidfLo, numberShown } from "../interop/index.ts";
import { hostTowards } from "../own-addresses.ts";
import { boundTargets } from "../registration/index.ts";
import { type CallTarget, findNumber, isE164, orderTargets } from "../routing/index.ts";
import { trunkNamed } from "./border.ts";
import type { Attempt, Call } from "./call.ts";
import type { Callback } from "./callback.ts";
import { type Turn, wallClock } from "./turn.ts";

const PIDF = "application/pidf+xml";
/** Longer than any address. */
const PIDF_CHARACTERS_MOST = 32_768;
/** Calls back that no limit speaks against: whoever learns the number must not be able to flood through it. */
const FREE_CALLS_BACK = 10;
/** Until when a trunk's callbackNumber leads to the caller. */
const CALLBACK_FOR_MS = 3 * 3600 * 1000;

/** What the caller itself says of where it is; null where it says nothing that can be passed on. */
export function saidLocation(request: SipRequest): string | null {
  const type = request.headers.read(header.contentType);
  if (type === null || request.body === "") return null;
  const isIt = (one: { readonly value: string } | null): boolean => one?.value.toLowerCase() === PIDF;
  if (isIt(type)) return request.body.length > PIDF_CHARACTERS_MOST ? null : flatCopy(request.body);
  const body = parseMultipart(type, request.body);
  if (!body.ok) return null;
  const found = leafParts(body.value.parts).find(({ headers }) => isIt(headers.read(header.contentType)));
  return found === undefined || found.body.length > PIDF_CHARACTERS_MOST ? null : flatCopy(found.body);
}

/** What tries the way of emergency calls; null for a call to any other number. */
export function testBy(called: string, { world: { border } }: Turn): EmergencyTest | null {
  return called === border.testNumber ? { by: "dialled" } : null;
}

/** Whether the call is one for help. */
export function isForHelp({ emergency, test }: Pick<Call, "emergency" | "test">): boolean {
  return emergency && test === null;
}

/** By the caller's number, where that lives behind the trunk that brings the call; else by the trunk. Null where neither says one. */
export function placeOf(
  { caller, ingress }: Call,
  { world: { border } }: Turn,
): { readonly name: string; readonly place: Location; readonly by: PlacedBy } | null {
  const { locations } = border.configuration;
  const block = findNumber(border.routing.numbers, caller);
  const own = block !== null && block.trunk === ingress.name ? block.emergencyLocation : null;
  const name = own ?? ingress.emergency.location;
  const place = name !== null && Object.hasOwn(locations, name) ? locations[name] : undefined;
  return name === null || place === undefined ? null : { name, place, by: own === null ? "trunk" : "number" };
}

/** Settles, before its INVITE is written, which number an emergency call shows and what is said of its place. */
export function prepareEmergency(call: Call, attempt: Attempt, turn: Turn): void {
  if (!call.emergency) return;
  const location = placeOf(call, turn)?.place ?? null;
  attempt.shown ??= showNumber(call, attempt.trunk, turn);
  if (attempt.trunk.emergency.convey !== "pidf-lo" || attempt.leg === null) return;
  const entity = `pres:${attempt.shown ?? call.caller}@${hostTowards(turn.world.border, attempt.leg.flow)}`;
  const known = location === null ? null : formatPidfLo(location, entity, wallClock(turn));
  // The caller knows best where it is.
  attempt.location = call.location ?? (known === null ? null : wireText(known));
}

/** A number that stands for the caller of an emergency call. */
interface Substitute {
  readonly number: string;
  /** How long calls to it are to reach the caller; null where they go where they always go. */
  readonly forMs: number | null;
}

/** The number that an emergency call shows to this trunk; null for the caller's own. */
function substituteFor(call: Call, { emergency }: Trunk, turn: Turn): Substitute | null {
  const { caller, ingress } = call;
  const { callbackNumber } = emergency;
  const location = placeOf(call, turn)?.place ?? null;
  const numbers = location?.elins ?? [];
  const { callbacks } = turn.world;
  const now = wallClock(turn);
  if (numbers.length > 0) {
    // The caller's own from before, else one that is nobody's, else the one that has been somebody's for longest.
    const age = (number: string): number => {
      const known = callbacks.get(number);
      if (known !== undefined && known.caller === caller && known.trunk === ingress.name) return -2;
      return known === undefined || known.until <= now ? -1 : known.since;
    };
    const number = numbers.reduce((best, one) => (age(one) < age(best) ? one : best));
    return { number, forMs: location?.callbackFor ?? CALLBACK_FOR_MS };
  }
  if (isE164(caller) || callbackNumber === null) return null;
  // One that is somebody's stays theirs: all who call it would be put through to the last caller of the emergency services.
  const isOurs = findNumber(turn.world.border.routing.numbers, callbackNumber) !== null;
  return { number: callbackNumber, forMs: isOurs ? null : CALLBACK_FOR_MS };
}

/** Settles it: calls to it reach the caller from now on. */
function showNumber(call: Call, trunk: Trunk, turn: Turn): string | null {
  const substitute = substituteFor(call, trunk, turn);
  if (substitute === null) return null;
  const { number, forMs } = substitute;
  // A test leads nobody's call back astray.
  if (forMs === null || call.test !== null) return number;
  const { callbacks } = turn.world;
  const since = wallClock(turn);
  if (callbacks.full)
    for (const [key, { until }] of [...callbacks.entries()]) if (until <= since) callbacks.delete(key);
  const { caller, ingress } = call;
  callbacks.set(number, { caller, trunk: ingress.name, since, until: since + forMs, freeLeft: FREE_CALLS_BACK });
  return number;
}

/** The caller's number as a target is shown it. @param caller as its route made it */
export function callerShown(call: Call, to: { readonly trunk: Trunk; readonly caller: string }, turn: Turn): string {
  const { emergency } = call;
  const substitute = emergency ? substituteFor(call, to.trunk, turn) : null;
  return numberShown({ caller: substitute?.number ?? to.caller, emergency }, to.trunk.identity);
}

/** The body of an INVITE with what is said of the caller's place, and the headers that point there. */
export function inviteBody(
  { location }: Attempt,
  description: SessionDescription | null,
  { world: { random } }: Turn,
): { readonly body: Body | null; readonly lines: readonly HeaderLine[] } {
  const text = description === null ? null : formatDescription(description);
  if (location === null) return { body: text === null ? null : { contentType: "application/sdp", text }, lines: [] };
  const id = `${newBoundary(random)}@demarc.invalid`;
  const place = formatPart(
    [
      ["Content-Type", PIDF],
      ["Content-ID", `<${id}>`],
    ],
    location,
  );
  const session = text === null ? [] : [formatPart([["Content-Type", "application/sdp"]], text)];
  const body = formatMultipart([...session, place], { subtype: "mixed", boundary: newBoundary(random) });
  const lines: readonly HeaderLine[] = [
    ["Geolocation", `<cid:${id}>`],
    ["Geolocation-Routing", "yes"],
  ];
  return { body, lines };
}

/** What a target says that cannot read where the caller is: it is asked again without that. */
const CANNOT_READ: ReadonlySet<number> = new Set([400, 415, 424]);

/** Whether the target is to be asked again, without the place. */
export function dropLocation(attempt: Attempt, status: number): boolean {
  if (attempt.location === null || !CANNOT_READ.has(status)) return false;
  attempt.location = null;
  return true;
}

/** The caller of an emergency call who is called back by this number; null where it is nobody's, or is called from where it came from. */
function callbackOf({ called, from }: { called: string; from: string }, turn: Turn): Callback | null {
  const callback = turn.world.callbacks.get(called);
  return callback === undefined || callback.until <= wallClock(turn) || callback.trunk === from ? null : callback;
}

/** Whether the call is one back to who made an emergency call, and one of the first: no limit speaks against it. */
export function isFreeCallback({ called, ingress }: Call, turn: Turn): boolean {
  const callback = callbackOf({ called, from: ingress.name }, turn);
  if (callback === null || callback.freeLeft === 0) return false;
  callback.freeLeft -= 1;
  return true;
}

/** Where a call back goes; null for any other call. */
export function callbackTargets(
  call: { readonly called: string; readonly caller: string; readonly from: string },
  turn: Turn,
): readonly CallTarget[] | null {
  const callback = callbackOf(call, turn);
  const trunk = callback === null ? null : trunkNamed(turn.world.border, callback.trunk);
  if (callback === null || trunk === null) return null;
  const edited = { called: callback.caller, caller: call.caller };
  const bound = (one: Trunk) => boundTargets(turn.world.contacts, one, turn.now);
  return orderTargets([trunk], turn.world.random, bound).map((target) => ({ ...target, edited }));
}
