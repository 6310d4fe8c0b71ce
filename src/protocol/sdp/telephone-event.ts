// telephone-event (RFC 4733) in descriptions: found, left out for a side that has its tones otherwise, and put in for one that wants them.

import { type AudioFormat, audioFormats, isAuxiliary, isTelephoneEvent, withFormats } from "./codecs.ts";
import type { MediaDescription, SessionDescription } from "./description.ts";
import { isAudio } from "./offer-answer.ts";

export interface EventFormat {
  readonly payloadType: number;
  readonly clockRateHz: number;
}

const USUAL_PAYLOAD_TYPE = 101;
const FIRST_DYNAMIC = 96;
const LAST_DYNAMIC = 127;
const USUAL_RATE_HZ = 8000;
/** The keys of a telephone, and the flash of its hook (section 3.2). */
const EVENTS = "0-16";

/** The telephone-event that goes with an audio section's first voice codec, or the first that there is; null where there is none, or the stream is refused. */
export function eventFormatOf(media: MediaDescription): EventFormat | null {
  if (media.port === 0 || !isAudio(media)) return null;
  const formats = audioFormats(media);
  const events = formats.filter(({ codec }) => isTelephoneEvent(codec));
  const rate = rateOf(formats);
  const found = events.find(({ codec }) => codec.clockRateHz === rate) ?? events[0];
  return found === undefined ? null : { payloadType: found.payloadType, clockRateHz: found.codec.clockRateHz };
}

function rateOf(formats: readonly AudioFormat[]): number {
  return formats.find(({ codec }) => !isAuxiliary(codec))?.codec.clockRateHz ?? USUAL_RATE_HZ;
}

function mapAudio(
  description: SessionDescription,
  change: (media: MediaDescription, stream: number) => MediaDescription,
): SessionDescription {
  const media = description.media.map((section, stream) =>
    section.port !== 0 && isAudio(section) ? change(section, stream) : section,
  );
  return { ...description, media };
}

/** Without telephone-event: this side has its tones otherwise. */
export function withoutEvents(description: SessionDescription): SessionDescription {
  return mapAudio(description, (media) => {
    const formats = audioFormats(media);
    const kept = formats.filter(({ codec }) => !isTelephoneEvent(codec));
    return kept.length === formats.length ? media : withFormats(media, kept);
  });
}

/** An offer with telephone-event in each stream of audio, at the clock of its first codec (section 2.1), where there is none. */
export function withOfferedEvents(offer: SessionDescription): SessionDescription {
  return mapAudio(offer, (media) => {
    if (eventFormatOf(media) !== null) return media;
    const types = [USUAL_PAYLOAD_TYPE];
    for (let type = FIRST_DYNAMIC; type <= LAST_DYNAMIC; type += 1) types.push(type);
    const payloadType = types.find((type) => !media.formats.includes(String(type)));
    const clockRateHz = rateOf(audioFormats(media));
    return payloadType === undefined ? media : withEvent(media, { payloadType, clockRateHz });
  });
}

/** An answer with the telephone-event of what was offered, where it has none. */
export function withAnsweredEvents(answer: SessionDescription, offer: SessionDescription): SessionDescription {
  return mapAudio(answer, (media, stream) => {
    const offered = offer.media[stream];
    const event = offered === undefined ? null : eventFormatOf(offered);
    if (event === null || eventFormatOf(media) !== null) return media;
    return media.formats.includes(String(event.payloadType)) ? media : withEvent(media, event);
  });
}

function withEvent(media: MediaDescription, { payloadType, clockRateHz }: EventFormat): MediaDescription {
  const lines = [
    { name: "rtpmap", value: `${payloadType} telephone-event/${clockRateHz}` },
    { name: "fmtp", value: `${payloadType} ${EVENTS}` },
  ];
  return { ...media, formats: [...media.formats, String(payloadType)], attributes: [...lines, ...media.attributes] };
}
