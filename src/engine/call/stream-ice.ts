// ICE on one leg by itself, as a lite agent (RFC 8445 section 2.5): which credentials its peer is told, and when they are new ones.
//
// They stay as long as the peer's do: through answers that are said again, holds and changes. A peer that comes with others begins anew (RFC 8839
// section 4.4.1.1.1), and a leg that goes to another media session has other candidates, and so other credentials.

import { type Random, randomToken } from "../../base/index.ts";
import { type IceCredentialsSaid, iceOf, isAudio, type SessionDescription, withIce } from "../../protocol/sdp/index.ts";
import type { IceCredentials } from "../media-contract.ts";
import { type Place, ringOf } from "./stream-keys.ts";

/** By m= line: of peers that check. */
type ChecksByStream = readonly (IceCredentials | null)[];

/** 40 and 130 bits: RFC 8445 section 5.3 asks for 24 and 128. */
const FRAGMENT_CHARACTERS = 8;
const PASSWORD_CHARACTERS = 26;

function isWanted({ leg }: Place): boolean {
  return leg.trunk.media.ice === "lite";
}

function credentialsFor(place: Place, stream: number, random: Random): IceCredentials {
  const ring = ringOf(place, stream);
  ring.ice ??= {
    own: { fragment: randomToken(random, FRAGMENT_CHARACTERS), password: randomToken(random, PASSWORD_CHARACTERS) },
    theirs: null,
  };
  return ring.ice.own;
}

/** The description as it is offered to a leg's peer. */
export function withOfferedIce(place: Place, description: SessionDescription, random: Random): SessionDescription {
  if (!isWanted(place)) return description;
  const own = description.media.map((section, stream) =>
    isAudio(section) ? credentialsFor(place, stream, random) : null,
  );
  return withIce(description, own);
}

/** What the peer's answer makes of what it was offered. */
export function checksOfAnswer(place: Place, answer: SessionDescription): ChecksByStream {
  if (!isWanted(place)) return [];
  return answer.media.map((section, stream) => {
    const said = iceOf(answer, section);
    const { ice } = ringOf(place, stream);
    if (said === null || said === "mismatch" || ice === null || !isAudio(section)) return null;
    ice.theirs = nameOf(said);
    return said.lite ? null : ice.own;
  });
}

/** The description as the answer to what a leg's peer has offered. Two lite agents go by the addresses that they name (RFC 8445 section 6.1.1). */
export function withAnsweredIce(
  place: Place,
  { offer, answer }: { readonly offer: SessionDescription; readonly answer: SessionDescription },
  random: Random,
): { readonly description: SessionDescription; readonly checks: ChecksByStream } {
  if (!isWanted(place)) return { description: answer, checks: [] };
  const checks: (IceCredentials | null)[] = [];
  const own = answer.media.map((section, stream) => {
    const offered = offer.media[stream];
    const said = offered === undefined || !isAudio(section) ? null : iceOf(offer, offered);
    if (said === null || said === "mismatch") {
      checks.push(null);
      return said;
    }
    const credentials = renewed(place, stream, { theirs: nameOf(said), random });
    checks.push(said.lite ? null : credentials);
    return credentials;
  });
  return { description: withIce(answer, own), checks };
}

/** New ones for a peer that comes with new ones. */
function renewed(
  place: Place,
  stream: number,
  by: { readonly theirs: string; readonly random: Random },
): IceCredentials {
  const { theirs, random } = by;
  const ring = ringOf(place, stream);
  if (ring.ice !== null && ring.ice.theirs !== null && ring.ice.theirs !== theirs) ring.ice = null;
  const own = credentialsFor(place, stream, random);
  ring.ice = { own, theirs };
  return own;
}

function nameOf({ fragment, password }: IceCredentialsSaid): string {
  return `${fragment}:${password}`;
}
