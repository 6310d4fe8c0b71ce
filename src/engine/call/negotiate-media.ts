// What each side gets to see of the other's session description, and what the media plane is asked for it.

import {
  audioCodecOf,
  BORDER_ATTRIBUTES,
  checkAnswer,
  continueSession,
  hasAudio,
  keepOffered,
  parseDescription,
  type SessionDescription,
  shapeDescription,
} from "../../protocol/sdp/index.ts";
import type { SipRequest, SipResponse } from "../../protocol/sip/index.ts";
import { askMedia } from "./ask.ts";
import type { Attempt, Call, Leg } from "./call.ts";
import type { Purpose } from "./pending.ts";
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
  if (type !== "application/sdp") return { kind: "foreign" };
  const parsed = parseDescription(message.body);
  return parsed.ok ? { kind: "description", description: parsed.value } : { kind: "malformed" };
}

/** The codecs that a call between two trunks may use, best first for the one it goes to; null for any. */
function codecsBetween(call: Call, attempt: Attempt): readonly string[] | null {
  const caller = call.ingress.media.codecs;
  const callee = attempt.trunk.media.codecs;
  if (caller === null || callee === null) return callee ?? caller;
  return callee.filter((codec) => caller.includes(codec));
}

/** Asks the plane to open, or move, the session for this attempt. False when caller and target have no codec in common. */
export function offerMedia(call: Call, attempt: Attempt, turn: Turn): boolean {
  const { leg } = attempt;
  if (call.offer === null || leg === null) return false;
  const description = shapeDescription(call.offer, {
    codecs: codecsBetween(call, attempt),
    origin: leg.origin,
    keepAttributes: BORDER_ATTRIBUTES,
  });
  if (!hasAudio(description)) return false;
  call.mediaOpened = true;
  const networks = { a: call.aLeg.network, b: leg.network };
  const purpose: Purpose = { kind: "media-offer", attempt: attempt.index };
  askMedia(turn, { call: call.id, purpose }, { kind: "offer", session: call.id, from: "a", description, networks });
  return true;
}

/** Hands the target's answer to the plane. False when it does not answer what was offered (RFC 3264 section 6). */
export function answerMedia(
  call: Call,
  answer: { readonly attempt: Attempt; readonly description: SessionDescription; readonly purpose: Purpose },
  turn: Turn,
): boolean {
  const { attempt, description, purpose } = answer;
  const offered = attempt.leg?.sent;
  if (offered === null || offered === undefined) return false;
  const fault = checkAnswer(offered, description);
  if (fault !== null && fault.fault !== "direction") return false;
  const shaped = shapeDescription(keepOffered(offered, description), {
    codecs: null,
    origin: call.aLeg.origin,
    keepAttributes: BORDER_ATTRIBUTES,
  });
  if (!hasAudio(shaped)) return false;
  if (attempt.leg !== null) attempt.leg.codec = audioCodecOf(shaped);
  askMedia(turn, { call: call.id, purpose }, { kind: "answer", session: call.id, from: "b", description: shaped });
  return true;
}

/** The description as it goes to a leg's peer: under the origin that the peer has seen, its version raised when anything changed. */
export function noteSent(leg: Leg, description: SessionDescription): SessionDescription {
  leg.sent = continueSession(leg.sent, description);
  return leg.sent;
}
