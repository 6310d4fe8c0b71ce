// DTLS-SRTP on one leg by itself (RFC 5763, RFC 8842): who begins the handshake, whose certificate is expected in it, and when it is a new one.
//
// Where the peer leaves it to us we wait: a peer behind a NAT can be reached by its own packets alone, and shows by them where it is. An association goes
// on for as long as both sides say the same of it, through holds and changes.

import { type Random, randomToken } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import {
  connectionOf,
  type HandshakeSaid,
  handshakeOf,
  isAudio,
  type MediaDescription,
  nameOfHandshake,
  type SessionDescription,
  type Setup,
  withHandshake,
  withSetup,
} from "../../protocol/sdp/index.ts";
import type { HandshakeTerms } from "../media-contract.ts";
import type { Leg } from "./call.ts";
import type { Handshake } from "./leg-exchanges.ts";
import { type Place, ringOf } from "./stream-keys.ts";

/** By m= line: of streams whose keys come by handshake. */
type TermsByStream = readonly (HandshakeTerms | null)[];
type Role = HandshakeTerms["role"];

/** 160 bits: RFC 8842 section 4 asks for 120, and 20 characters. */
const ID_CHARACTERS = 32;
const UNSPECIFIED: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

export function isByHandshake({ media }: Trunk): boolean {
  return media.encryption === "dtls";
}

function handshakeFor(place: Place, stream: number, random: Random): Handshake {
  const ring = ringOf(place, stream);
  ring.handshake ??= { id: randomToken(random, ID_CHARACTERS), association: 0, agreed: null, suite: null };
  return ring.handshake;
}

/** The description as it is offered to a leg's peer: it may begin or wait, the first time and ever after (RFC 8842 sections 5.2 and 5.5). */
export function withOfferedHandshake(
  place: Place,
  description: SessionDescription,
  random: Random,
): SessionDescription {
  if (!isByHandshake(place.leg.trunk)) return description;
  const media = description.media.map((section, stream) => {
    if (!isAudio(section)) return section;
    return withHandshake(section, { setup: "actpass", id: handshakeFor(place, stream, random).id });
  });
  return { ...description, media };
}

/** What stands with a leg's peer, as it may be offered once more. */
export function withOpenSetup({ keys: { rings } }: Leg, standing: SessionDescription): SessionDescription {
  const media = standing.media.map((section, stream) => {
    const handshake = rings[stream]?.handshake ?? null;
    return handshake === null || !isAudio(section)
      ? section
      : withSetup(section, { setup: "actpass", id: handshake.id });
  });
  return { ...standing, media };
}

/** What the peer's answer to our description agrees on, by stream; null where that is not what the trunk demands. */
export function termsOfAnswer(place: Place, answer: SessionDescription): TermsByStream | null {
  const { leg } = place;
  if (!isByHandshake(leg.trunk)) return [];
  const terms: (HandshakeTerms | null)[] = [];
  for (const [stream, theirs] of answer.media.entries()) {
    if (!isAudio(theirs)) {
      terms.push(null);
      continue;
    }
    const ours = leg.sent?.media[stream];
    const said = handshakeOf(answer, theirs);
    const role = said === null || ours === undefined ? null : roleBy(setupIn(ours), said.setup ?? "passive");
    const handshake = ringOf(place, stream).handshake;
    if (said === null || role === null || handshake === null) return null;
    const agreed = { role, theirs: nameOfPeer(answer, { media: theirs, said, checked: isChecked(place, stream) }) };
    const association = isSame(handshake.agreed, agreed) ? handshake.association : handshake.association + 1;
    terms.push(termsOf(leg, { ...handshake, association, agreed }, said));
  }
  return terms;
}

/** Null where nobody would begin, or both. */
function roleBy(ours: Setup, theirs: Setup): Role | null {
  if (ours === "active") return theirs === "active" ? null : "client";
  if (ours === "passive") return theirs === "passive" ? null : "server";
  if (theirs === "actpass") return null;
  return theirs === "active" ? "server" : "client";
}

function setupIn({ attributes }: MediaDescription): Setup {
  const word = attributes.find(({ name }) => name === "setup")?.value;
  return word === "active" || word === "passive" ? word : "actpass";
}

function isChecked(place: Place, stream: number): boolean {
  return place.leg.trunk.media.ice === "lite" && ringOf(place, stream).ice !== null;
}

/**
 * Who the peer is in this association. One that knows no tls-id begins anew with another address too (RFC 8842 section 4), unless it is where its checks
 * say, or on hold in the old way.
 */
function nameOfPeer(
  description: SessionDescription,
  of: { readonly media: MediaDescription; readonly said: HandshakeSaid; readonly checked: boolean },
): { readonly name: string; readonly address: string } {
  const { media, said, checked } = of;
  const address = connectionOf(description, media)?.address ?? "";
  const fixed = said.id !== null || checked || UNSPECIFIED.has(address);
  return { name: nameOfHandshake(said), address: fixed ? "" : `${address} ${media.port}` };
}

type Agreed = NonNullable<Handshake["agreed"]>;

function isSame(before: Agreed | null, now: Agreed): boolean {
  if (before === null || before.role !== now.role || before.theirs.name !== now.theirs.name) return false;
  const [old, present] = [before.theirs.address, now.theirs.address];
  return old === present || old === "" || present === "";
}

function termsOf({ trunk }: Leg, handshake: Handshake & { agreed: Agreed }, said: HandshakeSaid): HandshakeTerms {
  const { role } = handshake.agreed;
  const { fingerprints } = said;
  const association = `${handshake.id} ${handshake.association}`;
  return { role, fingerprints, suites: trunk.media.srtpSuites, association };
}

/** From here on the streams of an answer go by these terms. */
export function useTerms(place: Place, answer: SessionDescription, terms: TermsByStream): void {
  for (const [stream, agreed] of terms.entries()) {
    const media = answer.media[stream];
    const said = media === undefined ? null : handshakeOf(answer, media);
    if (agreed === null || media === undefined || said === null) continue;
    const theirs = nameOfPeer(answer, { media, said, checked: isChecked(place, stream) });
    settle(ringOf(place, stream).handshake, { role: agreed.role, theirs });
  }
}

/** True for a new association. */
function settle(handshake: Handshake | null, agreed: Agreed): boolean {
  if (handshake === null) return false;
  const isNew = !isSame(handshake.agreed, agreed);
  if (isNew) {
    handshake.association += 1;
    handshake.suite = null;
  }
  const address = agreed.theirs.address || (isNew ? "" : (handshake.agreed?.theirs.address ?? ""));
  handshake.agreed = { ...agreed, theirs: { ...agreed.theirs, address } };
  return isNew;
}

/** The description as the answer to what a leg's peer has offered. */
export function withAnsweredHandshake(
  place: Place,
  { offer, answer }: { readonly offer: SessionDescription; readonly answer: SessionDescription },
  random: Random,
): { readonly description: SessionDescription; readonly terms: TermsByStream } {
  if (!isByHandshake(place.leg.trunk)) return { description: answer, terms: [] };
  const terms: (HandshakeTerms | null)[] = [];
  const media = answer.media.map((section, stream) => {
    const offered = offer.media[stream];
    const said = offered === undefined || !isAudio(section) ? null : handshakeOf(offer, offered);
    if (offered === undefined || said === null) {
      terms.push(null);
      return section;
    }
    const handshake = handshakeFor(place, stream, random);
    const theirs = nameOfPeer(offer, { media: offered, said, checked: isChecked(place, stream) });
    const role = roleToAnswer(handshake, said, theirs);
    const hadOne = handshake.agreed !== null;
    // A new association has a new name of ours beside theirs (RFC 8842 section 5.3).
    if (settle(handshake, { role, theirs }) && hadOne) handshake.id = randomToken(random, ID_CHARACTERS);
    terms.push(handshake.agreed === null ? null : termsOf(place.leg, { ...handshake, agreed: handshake.agreed }, said));
    const setup = role === "client" ? "active" : "passive";
    const id = said.id === null ? null : handshake.id;
    return { ...withHandshake(section, { setup, id }), protocol: offered.protocol };
  });
  return { description: { ...answer, media }, terms };
}

/** Who waits is told so; else we wait, unless it is we who have begun what goes on. */
function roleToAnswer({ agreed }: Handshake, { setup }: HandshakeSaid, theirs: Agreed["theirs"]): Role {
  if (setup === "passive") return "client";
  if (setup !== "actpass" || agreed === null) return "server";
  return isSame(agreed, { role: agreed.role, theirs }) ? agreed.role : "server";
}

/** What stands with a leg's peer, said again as the answer to its offer. Null where the offer means another association. */
export function withStandingHandshake(
  leg: Leg,
  { offer, standing }: { readonly offer: SessionDescription; readonly standing: SessionDescription },
): SessionDescription | null {
  if (!isByHandshake(leg.trunk)) return standing;
  const media: MediaDescription[] = [];
  for (const [stream, section] of standing.media.entries()) {
    const handshake = leg.keys.rings[stream]?.handshake ?? null;
    const offered = offer.media[stream];
    if (!isAudio(section) || offered === undefined) {
      media.push(section);
      continue;
    }
    const said = handshakeOf(offer, offered);
    const agreed = handshake?.agreed ?? null;
    if (handshake === null || agreed === null || said === null) return null;
    const checked = leg.trunk.media.ice === "lite";
    const theirs = nameOfPeer(offer, { media: offered, said, checked });
    const role = roleToAnswer(handshake, said, theirs);
    if (!isSame(agreed, { role, theirs })) return null;
    const setup = agreed.role === "client" ? "active" : "passive";
    media.push(withSetup(section, { setup, id: said.id === null ? null : handshake.id }));
  }
  return { ...standing, media };
}
