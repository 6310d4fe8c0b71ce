// What each side gets to see of the other's session description, and what the media plane is asked for it.

import type { Millis } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import {
  audioCodecOf,
  BORDER_ATTRIBUTES,
  continueSession,
  FAX_LABEL,
  formatDescription,
  hasAudio,
  hasFax,
  isUsableAnswer,
  keepOffered,
  parseDescription,
  type SessionDescription,
  shapeDescription,
  withLegalDirections,
  withPlainHolds,
} from "../../protocol/sdp/index.ts";
import {
  type Body,
  header,
  leafParts,
  parseMultipart,
  type SipRequest,
  type SipResponse,
} from "../../protocol/sip/index.ts";
import type { CallCause } from "../causes.ts";
import type { MediaResult, MediaSide } from "../media-contract.ts";
import { askMedia } from "./ask.ts";
import type { Call, Leg } from "./call.ts";
import type { Purpose } from "./pending.ts";
import { termsOfAnswer, useTerms, withAnsweredHandshake, withOfferedHandshake } from "./stream-handshake.ts";
import { checksOfAnswer, withAnsweredIce, withOfferedIce } from "./stream-ice.ts";
import {
  admitted,
  keysOfAnswer,
  lacksKeys,
  type Place,
  useKeys,
  withAnsweredKeys,
  withOfferedKeys,
} from "./stream-keys.ts";
import { tonesOf, withTonesAnswered, withTonesOffered } from "./stream-tones.ts";
import type { Turn } from "./turn.ts";

export type BodyReading =
  | { readonly kind: "description"; readonly description: SessionDescription }
  | { readonly kind: "none" }
  /** Another type than SDP. */
  | { readonly kind: "foreign" }
  | { readonly kind: "malformed" };

export function readDescription(message: SipRequest | SipResponse): BodyReading {
  if (message.body === "") return { kind: "none" };
  const type = (message.headers.first("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  const text = type === "application/sdp" ? message.body : sessionPartOf(message);
  if (text === null) return { kind: "foreign" };
  const parsed = parseDescription(text);
  return parsed.ok ? { kind: "description", description: parsed.value } : { kind: "malformed" };
}

/** The description in a body of several parts (RFC 5621 section 8.3); null where there is none. */
function sessionPartOf({ headers, body }: SipRequest | SipResponse): string | null {
  const type = headers.read(header.contentType);
  const read = type === null ? null : parseMultipart(type, body);
  if (read === null || !read.ok) return null;
  const part = leafParts(read.value.parts).find((one) => {
    return one.headers.read(header.contentType)?.value.toLowerCase() === "application/sdp";
  });
  return part?.body ?? null;
}

/** What a side hears whose description the plane did not carry: 488 where that is for what the description says (RFC 3261 section 21.4.26). */
export function statusOfMedia(result: MediaResult): number {
  return !result.ok && (result.cause === "unusable-address" || result.cause === "unsupported") ? 488 : 500;
}

/** The codecs that may go from one trunk to another, best first for the one they go to; null for any. */
function codecsBetween(from: Trunk, to: Trunk): readonly string[] | null {
  const [own, wanted] = [from.media.codecs, to.media.codecs];
  if (own === null || wanted === null) return wanted ?? own;
  return wanted.filter((codec) => own.includes(codec));
}

/** T.38 goes in the clear: a side that must be encrypted has its fax as audio. */
function faxBetween(one: Trunk, other: Trunk): boolean {
  const inTheClear = ({ media: { encryption } }: Trunk) => encryption === "none" || encryption === "optional";
  return [one, other].every((trunk) => trunk.media.fax === "t38" && inTheClear(trunk));
}

function carriesCall(description: SessionDescription): boolean {
  return hasAudio(description) || hasFax(description);
}

/** A description on its way from one leg to the other. */
export interface Passage {
  readonly from: Leg;
  readonly to: Leg;
  /** As the peer of `from` wrote it. */
  readonly description: SessionDescription;
  /** Where it is of our making instead. */
  readonly own?: boolean;
  readonly purpose: Purpose;
  /** The call that the plane's reply is for; default: the one that the media is of. */
  readonly asker?: string;
}

/** Asks the plane to make room for an offer. False when the two sides have no codec in common, or nothing of it is encrypted as it must be. */
export function offerThrough(call: Call, passage: Passage, turn: Turn): boolean {
  const { from, to, purpose, asker = call.id } = passage;
  const offered = passage.own === true ? passage.description : admitted(passage.description, from.trunk);
  const shaped = shapeDescription(offered, {
    codecs: codecsBetween(from.trunk, to.trunk),
    origin: to.origin,
    keepAttributes: BORDER_ATTRIBUTES,
    fax: faxBetween(from.trunk, to.trunk),
  });
  if (!carriesCall(shaped)) return false;
  const { random } = turn.world;
  const place = { leg: to, session: call.id };
  const toned = withTonesOffered(from.trunk, to.trunk, shaped);
  const keyed = withOfferedHandshake(place, withOfferedKeys(place, toned, random), random);
  const description = withOfferedIce(place, keyed, random);
  call.mediaOpened = true;
  const [a, b] = from.side === "a" ? [from, to] : [to, from];
  const networks = { a: a.network, b: b.network };
  const command = { kind: "offer", session: call.id, from: from.side, description, networks } as const;
  askMedia(turn, { call: asker, purpose }, command);
  return true;
}

/**
 * Hands the answer of `from` to what was offered to it to the plane. False when it is none (RFC 3264 section 6). `offer` is what the other side had
 * offered: a peer that answers sendrecv to a hold, as many do, is shown there as what it may be.
 */
export function answerThrough(
  call: Call,
  passage: Passage & { readonly offer: SessionDescription | null },
  turn: Turn,
): boolean {
  const { from, to, description, purpose, offer } = passage;
  const offered = from.sent;
  if (offered === null || !isUsableAnswer(offered, description)) return false;
  const crossing = shapeDescription(keepOffered(offered, description), {
    codecs: null,
    origin: to.origin,
    keepAttributes: BORDER_ATTRIBUTES,
    fax: faxBetween(from.trunk, to.trunk),
  });
  const shaped = withTonesAnswered(from.trunk, to.trunk, { answer: crossing, offer });
  const here = { leg: from, session: call.id };
  const there = { leg: to, session: call.id };
  const theirs = keysOfAnswer(from, description);
  const terms = termsOfAnswer(here, description);
  if (!carriesCall(shaped) || theirs === null || terms === null) return false;
  from.codec = hasFax(shaped) ? FAX_LABEL : audioCodecOf(shaped);
  from.agreed = { local: offered, remote: description };
  const answer = offer === null ? shaped : withLegalDirections(offer, shaped);
  const told = tellAnswer(there, { offer, answer }, turn);
  const checked = checksOfAnswer(here, description);
  useTerms(here, description, terms);
  useKeys(here, theirs);
  useKeys(there, told.keys);
  const command = { kind: "answer", session: call.id, from: from.side, description: told.description } as const;
  const keys = bySide(from.side, theirs, told.keys);
  const dtls = bySide(from.side, terms, told.terms);
  const ice = bySide(from.side, checked, told.checks);
  const own = tonesOf(from, to, { local: offered, remote: description });
  const tones = bySide(from.side, own, tonesOf(to, from, { local: told.description, remote: offer }));
  const byStream = { ...(keys && { keys }), ...(dtls && { dtls }), ...(ice && { ice }), ...(tones && { tones }) };
  askMedia(turn, { call: call.id, purpose }, { ...command, ...byStream, ...silenceOf(from.trunk, to.trunk) });
  return true;
}

/** Whether an answer of the leg's peer can stand, of which the plane will hear when it is shown to who is joined with it. */
export function canStand(call: Call, leg: Leg, answer: SessionDescription): boolean {
  if (leg.sent === null || !isUsableAnswer(leg.sent, answer)) return false;
  return keysOfAnswer(leg, answer) !== null && termsOfAnswer({ leg, session: call.id }, answer) !== null;
}

/** An answer as a leg's peer is told it, with what is agreed on by it. */
export function tellAnswer(
  place: Place,
  { offer, answer }: { readonly offer: SessionDescription | null; readonly answer: SessionDescription },
  turn: Turn,
) {
  if (offer === null) return { description: answer, keys: [], terms: [], checks: [] };
  const { random } = turn.world;
  const { description: keyed, keys } = withAnsweredKeys(place, { offer, answer }, random);
  const { description: set, terms } = withAnsweredHandshake(place, { offer, answer: keyed }, random);
  const { description, checks } = withAnsweredIce(place, { offer, answer: set }, random);
  return { description, keys, terms, checks };
}

/** Null where neither side has any. */
function bySide<T>(from: MediaSide, own: readonly (T | null)[], others: readonly (T | null)[]) {
  if (own.every((one) => one === null) && others.every((one) => one === null)) return null;
  return from === "a" ? { a: own, b: others } : { a: others, b: own };
}

/** How long the call may be silent, by the stricter of its two trunks; where neither says, the plane decides. */
function silenceOf({ limits: one }: Trunk, { limits: other }: Trunk): { readonly timeoutMs?: Millis } {
  const known = [one.noMediaTimeout, other.noMediaTimeout].filter((limit) => limit !== null);
  return known.length === 0 ? {} : { timeoutMs: Math.min(...known) };
}

/** Why an offer of this leg's peer could not be passed. */
export function causeOfOffer(from: Leg, offer: SessionDescription | null): CallCause {
  return offer !== null && lacksKeys(offer, from.trunk) ? "encryption" : "not-acceptable";
}

/** Why its answer could not. */
export function causeOfAnswer(from: Leg, answer: SessionDescription | null): CallCause {
  const place = { leg: from, session: from.keys.session };
  const unkeyed =
    answer !== null &&
    hasAudio(answer) &&
    (keysOfAnswer(from, answer) === null || termsOfAnswer(place, answer) === null);
  return unkeyed ? "encryption" : "not-acceptable";
}

/** What an SDP body says, as a message carries it. */
export function bodyOf(description: SessionDescription | null): Body | null {
  return description === null ? null : { contentType: "application/sdp", text: formatDescription(description) };
}

/** The description as it goes to a leg's peer: under the origin that the peer has seen, its version raised when anything changed. */
export function noteSent(leg: Leg, description: SessionDescription): SessionDescription {
  const understood = leg.trunk.media.hold === "inactive" ? withPlainHolds(description) : description;
  leg.sent = continueSession(leg.sent, understood);
  return leg.sent;
}
