// Answers that are given here, without asking the other side: to an offer that changes nothing, and to one whose change came to nothing.

import {
  BORDER_ATTRIBUTES,
  isUsableAnswer,
  keepOffered,
  type SessionDescription,
  sameButOrigin,
  shapeDescription,
  withLegalDirections,
  withoutCrypto,
} from "../../protocol/sdp/index.ts";
import type { Call, Leg } from "./call.ts";
import { withStandingHandshake } from "./stream-handshake.ts";
import { withStandingKeys } from "./stream-keys.ts";

/** Whether an offer is what the peer had said before, word for word: a session refresh (RFC 4028 section 7.4), or a probe. */
export function isRefresh(leg: Leg, offer: SessionDescription): boolean {
  const { agreed } = leg;
  if (agreed === null) return false;
  const { origin } = agreed.remote;
  const sameVersion =
    origin.sessionId === offer.origin.sessionId && origin.sessionVersion === offer.origin.sessionVersion;
  return sameVersion && sameButOrigin(agreed.remote, offer);
}

/** The session as it stands, said as an answer to this offer; null where it is none to it (RFC 3264 section 6). */
export function standingAnswer(leg: Leg, offer: SessionDescription): SessionDescription | null {
  const local = leg.agreed?.local ?? null;
  if (local === null || !isUsableAnswer(offer, local)) return null;
  const keyed = withStandingKeys(leg, { offer, standing: keepOffered(offer, local) });
  const standing = keyed && withStandingHandshake(leg, { offer, standing: keyed });
  return standing === null ? null : withLegalDirections(offer, standing);
}

/** An answer that takes none of the streams. */
export function refusingAnswer(leg: Leg, offer: SessionDescription): SessionDescription {
  const shape = { codecs: [], origin: leg.origin, keepAttributes: BORDER_ATTRIBUTES };
  return shapeDescription({ ...offer, connection: null }, shape);
}

/** What the other side had said of itself, where it may stand as the answer to an offer that it is not shown; null where it may not. */
export function unaskedAnswer(call: Call, other: Leg, offer: SessionDescription | null): SessionDescription | null {
  const standing = other.agreed?.remote ?? (other.side === "a" ? call.offer : null);
  // Each side is keyed by itself.
  const fits = (from: SessionDescription, to: SessionDescription) =>
    isUsableAnswer(withoutCrypto(from), withoutCrypto(to));
  return standing !== null && offer !== null && fits(offer, standing) ? standing : null;
}
