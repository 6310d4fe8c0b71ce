// How two legs have tones (media.dtmf), and what descriptions and the media plane are told of it where they have them differently: telephone-event is with
// each side that has its tones in the stream, and only there.

import type { Trunk } from "../../model/index.ts";
import {
  eventFormatOf,
  type SessionDescription,
  withAnsweredEvents,
  withOfferedEvents,
  withoutEvents,
} from "../../protocol/sdp/index.ts";
import type { StreamTones } from "../media-contract.ts";
import type { Leg } from "./call.ts";

function inStream({ media }: Trunk): boolean {
  return media.dtmf === "rfc4733";
}

/** Whether tones between the two have to be turned from one form into the other. */
export function tonesDiffer(one: Trunk, other: Trunk): boolean {
  return inStream(one) !== inStream(other);
}

/** An offer of the one leg's as the other's peer is shown it. */
export function withTonesOffered(from: Trunk, to: Trunk, offer: SessionDescription): SessionDescription {
  if (!inStream(to)) return withoutEvents(offer);
  return inStream(from) ? offer : withOfferedEvents(offer);
}

/** An answer likewise; `offer` is what the other's peer had offered, null where it had not. */
export function withTonesAnswered(
  from: Trunk,
  to: Trunk,
  said: { readonly answer: SessionDescription; readonly offer: SessionDescription | null },
): SessionDescription {
  const { answer, offer } = said;
  if (!inStream(to)) return withoutEvents(answer);
  return inStream(from) || offer === null ? answer : withAnsweredEvents(answer, offer);
}

/** What the media plane has to know of a leg's tones, by m= line: null where they are not its affair. */
export function tonesOf(
  { trunk }: Leg,
  other: Leg,
  agreed: { readonly local: SessionDescription; readonly remote: SessionDescription | null },
): readonly (StreamTones | null)[] {
  const { local, remote } = agreed;
  if (!inStream(trunk) || !tonesDiffer(trunk, other.trunk) || remote === null) return [];
  return remote.media.map((section, stream) => {
    const ours = local.media[stream];
    const [send, receive] = [eventFormatOf(section), ours === undefined ? null : eventFormatOf(ours)];
    if (send === null || receive === null) return null;
    return { send: send.payloadType, receive: receive.payloadType, rateHz: send.clockRateHz };
  });
}

/** Whether a leg's peer has agreed to tones in its stream. */
export function takesTones({ agreed }: Leg): boolean {
  const remote = agreed?.remote.media ?? [];
  return remote.some((section, stream) => {
    const local = agreed?.local.media[stream];
    return eventFormatOf(section) !== null && local !== undefined && eventFormatOf(local) !== null;
  });
}
