// SRTP on one leg by itself (RFC 4568): which keys are offered, which are agreed on, and when a key is used no longer.
//
// Keys go on for as long as they can, through holds and changes: packets under one key are numbered, and a peer that counts on must not be confused
// (RFC 3711 section 3.3.1). A peer that comes with a new key in an offer has begun anew, and so do we (RFC 4568 section 7.1.4).

import { encodeBase64, type Random, randomBytes } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import {
  admitOffer,
  agreedCrypto,
  chooseCrypto,
  cryptoLines,
  hasAudio,
  isAudio,
  isSecureProfile,
  type KeyPolicy,
  keyBytesOf,
  type MediaDescription,
  type SessionDescription,
  type SrtpSuite,
  withCrypto,
} from "../../protocol/sdp/index.ts";
import type { StreamKeys } from "../media-contract.ts";
import type { Leg } from "./call.ts";
import { type Keyring, NO_KEYS } from "./leg-exchanges.ts";

/** By m= line. */
type KeysByStream = readonly (StreamKeys | null)[];

function policyOf({ media }: Trunk): KeyPolicy {
  return media.encryption;
}

/** Whether keys stand in the descriptions themselves. */
function isBySaidKeys(policy: KeyPolicy): boolean {
  return policy === "sdes" || policy === "optional";
}

/** What the peer of a trunk may offer: each stream that it may not is refused. */
export function admitted(offer: SessionDescription, trunk: Trunk): SessionDescription {
  return admitOffer(offer, { policy: policyOf(trunk), suites: trunk.media.srtpSuites });
}

/** Whether it is for want of encryption, or for too much of it, that nothing is left of an offer. */
export function lacksKeys(offer: SessionDescription, trunk: Trunk): boolean {
  return hasAudio(offer) && !hasAudio(admitted(offer, trunk));
}

/** Where a key is for: a stream of a leg, in a media session. */
export interface Place {
  readonly leg: Leg;
  readonly session: string;
}

export function ringOf({ leg, session }: Place, stream: number): Keyring {
  if (leg.keys.session !== session && leg.nextKeys.session !== session) leg.nextKeys = { session, rings: [] };
  const { rings } = leg.keys.session === session ? leg.keys : leg.nextKeys;
  while (rings.length <= stream) rings.push({ own: {}, agreed: null, ice: null, handshake: null });
  return rings[stream] as Keyring;
}

function newKey(ring: Keyring, suite: SrtpSuite, random: Random): string {
  const key = encodeBase64(randomBytes(random, keyBytesOf(suite)));
  ring.own[suite] = { key, used: false };
  return key;
}

/** Of a suite that was in use and is no more, the key is spent: its numbers would begin anew. */
function keyToOffer(ring: Keyring, suite: SrtpSuite, random: Random): string {
  const own = ring.own[suite];
  const spent = own?.used === true && ring.agreed?.suite !== suite;
  return own === undefined || spent ? newKey(ring, suite, random) : own.key;
}

/** Beside a key of the peer's that we have not had before, a key of ours that it has not had. */
function keyToAnswer(ring: Keyring, line: { suite: SrtpSuite; key: string }, random: Random): string {
  const own = ring.own[line.suite];
  const goesOn = ring.agreed?.suite === line.suite && ring.agreed.theirs === line.key;
  return own === undefined || (own.used && !goesOn) ? newKey(ring, line.suite, random) : own.key;
}

/** The description as it is offered to a leg's peer: keyed, in the clear, or with keys for a peer that can do without. */
export function withOfferedKeys(place: Place, description: SessionDescription, random: Random): SessionDescription {
  const { leg } = place;
  const policy = policyOf(leg.trunk);
  if (!isBySaidKeys(policy)) return description;
  const media = description.media.map((section, stream) => {
    if (!isAudio(section)) return section;
    const ring = ringOf(place, stream);
    const lines = leg.trunk.media.srtpSuites.map((suite, index) => {
      return { tag: index + 1, name: suite, key: keyToOffer(ring, suite, random) };
    });
    return withCrypto(section, { lines, secure: policy === "sdes" });
  });
  return { ...description, media };
}

/** What stands with a leg's peer, as it may be offered once more: without the keys that were in use and are no more. */
export function withoutSpentKeys({ keys: { rings } }: Leg, standing: SessionDescription): SessionDescription {
  const media = standing.media.map((section, stream) => {
    const ring = rings[stream];
    const lines = cryptoLines(section);
    const left = lines.filter(({ suite }) => ring?.own[suite]?.used !== true || ring.agreed?.suite === suite);
    return left.length === lines.length
      ? section
      : withCrypto(section, { lines: left, secure: isSecureProfile(section.protocol) });
  });
  return { ...standing, media };
}

/** What the peer's answer to our description agrees on, by stream; null where that is not what the trunk demands. */
export function keysOfAnswer(leg: Leg, answer: SessionDescription): KeysByStream | null {
  const policy = policyOf(leg.trunk);
  if (!isBySaidKeys(policy)) return [];
  const keys: (StreamKeys | null)[] = [];
  for (const [stream, theirs] of answer.media.entries()) {
    const ours = leg.sent?.media[stream];
    const pair = ours === undefined || !isAudio(theirs) ? null : agreedCrypto(ours, theirs);
    if (pair === null && isAudio(theirs) && (policy === "sdes" || isSecureProfile(theirs.protocol))) return null;
    keys.push(pair && streamKeys(pair.remote, pair.local.key));
  }
  return keys;
}

function streamKeys(theirs: { suite: SrtpSuite; key: string; mark: string }, ours: string): StreamKeys {
  return { suite: theirs.suite, receive: theirs.key, receiveMark: theirs.mark, send: ours };
}

/** From here on packets are made with these keys. */
export function useKeys(place: Place, keys: KeysByStream): void {
  const { leg, session } = place;
  if (leg.keys.session !== session) {
    leg.keys = leg.nextKeys.session === session ? leg.nextKeys : NO_KEYS;
    leg.nextKeys = NO_KEYS;
  }
  for (const [stream, agreed] of keys.entries()) {
    if (agreed === null && leg.keys.rings[stream] === undefined) continue;
    const ring = ringOf(place, stream);
    ring.agreed = agreed && { suite: agreed.suite, theirs: agreed.receive };
    const own = agreed === null ? undefined : ring.own[agreed.suite];
    if (own !== undefined) own.used = true;
  }
}

/** The description as the answer to what a leg's peer has offered: under its profiles, with the one line of each stream that we take. */
export function withAnsweredKeys(
  place: Place,
  { offer, answer }: { readonly offer: SessionDescription; readonly answer: SessionDescription },
  random: Random,
): { readonly description: SessionDescription; readonly keys: KeysByStream } {
  const keys: (StreamKeys | null)[] = [];
  const media = answer.media.map((section, stream) => {
    const offered = offer.media[stream];
    const answered = offered === undefined ? null : answerStream(place, { stream, offered, section }, random);
    keys.push(answered?.keys ?? null);
    return answered?.section ?? section;
  });
  return { description: { ...answer, media }, keys };
}

function answerStream(
  place: Place,
  { stream, offered, section }: { stream: number; offered: MediaDescription; section: MediaDescription },
  random: Random,
): { readonly section: MediaDescription; readonly keys: StreamKeys | null } {
  const { trunk } = place.leg;
  const policy = policyOf(trunk);
  const taken = isBySaidKeys(policy) && isAudio(section) && isAudio(offered);
  const line = taken ? chooseCrypto(offered, trunk.media.srtpSuites) : null;
  if (line === null) return { section: { ...section, protocol: offered.protocol }, keys: null };
  const key = keyToAnswer(ringOf(place, stream), line, random);
  const keyed = withCrypto(section, { lines: [{ tag: line.tag, name: line.name, key }], secure: true });
  return { section: { ...keyed, protocol: offered.protocol }, keys: streamKeys(line, key) };
}

/**
 * What stands with a leg's peer, said again as the answer to its offer: of our lines the one that is in use. Null where the offer has other keys
 * than those that are.
 */
export function withStandingKeys(
  leg: Leg,
  { offer, standing }: { readonly offer: SessionDescription; readonly standing: SessionDescription },
): SessionDescription | null {
  const { rings } = leg.keys;
  if (rings.length === 0 || !isBySaidKeys(policyOf(leg.trunk))) return standing;
  const media: MediaDescription[] = [];
  for (const [stream, section] of standing.media.entries()) {
    const offered = offer.media[stream];
    const agreed = rings[stream]?.agreed ?? null;
    const pair = offered === undefined || !isAudio(section) ? null : agreedCrypto(section, offered);
    if (agreed !== null && isAudio(section) && pair?.remote.key !== agreed.theirs) return null;
    const lines = pair === null || agreed === null ? [] : [pair.local];
    media.push({ ...withCrypto(section, { lines, secure: true }), protocol: section.protocol });
  }
  return { ...standing, media };
}
