// Descriptions that we make ourselves, where nobody has described anything yet or where there must be no choice left.

import { audioFormats, codecLabel, filterAudio, isAuxiliary } from "./codecs.ts";
import type { Attribute, Origin, SessionDescription } from "./description.ts";
import { isAudio } from "./offer-answer.ts";

/** Payload types of RFC 3551; others get one from 96 on. The rate is that of the RTP clock. */
const ENCODINGS: ReadonlyMap<string, { readonly label: string; readonly payloadType: number | null }> = new Map([
  ["PCMU", { label: "PCMU/8000", payloadType: 0 }],
  ["GSM", { label: "GSM/8000", payloadType: 3 }],
  ["G723", { label: "G723/8000", payloadType: 4 }],
  ["PCMA", { label: "PCMA/8000", payloadType: 8 }],
  ["G722", { label: "G722/8000", payloadType: 9 }],
  ["G729", { label: "G729/8000", payloadType: 18 }],
  ["opus", { label: "opus/48000/2", payloadType: null }],
  ["iLBC", { label: "iLBC/8000", payloadType: null }],
  ["AMR", { label: "AMR/8000", payloadType: null }],
  ["AMR-WB", { label: "AMR-WB/16000", payloadType: null }],
  ["EVS", { label: "EVS/16000", payloadType: null }],
  ["L16", { label: "L16/16000", payloadType: null }],
  ["speex", { label: "speex/16000", payloadType: null }],
]);

const FIRST_DYNAMIC = 96;
const EVENTS = 101;

/**
 * One audio stream with these codecs, best first, and telephone-event (RFC 4733). Names that are not known here are left out. Where its media
 * would go is not known yet: its address is the one of RFC 3264 section 8.4 at which nothing is received, and its port the discard port.
 */
export function voiceDescription(origin: Origin, codecs: readonly string[]): SessionDescription {
  const attributes: Attribute[] = [];
  const formats: string[] = [];
  let next = FIRST_DYNAMIC;
  for (const name of codecs) {
    const encoding = ENCODINGS.get(name);
    if (encoding === undefined) continue;
    if (encoding.payloadType === null && next === EVENTS) next += 1;
    const payloadType = encoding.payloadType ?? next++;
    formats.push(String(payloadType));
    attributes.push({ name: "rtpmap", value: `${payloadType} ${encoding.label}` });
  }
  formats.push(String(EVENTS));
  attributes.push({ name: "rtpmap", value: `${EVENTS} telephone-event/8000` });
  attributes.push({ name: "fmtp", value: `${EVENTS} 0-15` });
  const address = origin.addressType === "IP6" ? "::" : "0.0.0.0";
  return {
    origin,
    sessionName: "-",
    connection: { addressType: origin.addressType, address },
    bandwidths: [],
    timing: "0 0",
    attributes: [],
    media: [
      {
        type: "audio",
        port: 9,
        portCount: null,
        protocol: "RTP/AVP",
        formats,
        title: null,
        connection: null,
        bandwidths: [],
        attributes,
      },
    ],
  };
}

/** The description with one voice codec left in each audio stream, its first, and what rides along with it. */
export function withSingleCodec(description: SessionDescription): SessionDescription {
  const media = description.media.map((section) => {
    const first = isAudio(section) ? audioFormats(section).find(({ codec }) => !isAuxiliary(codec)) : undefined;
    return first === undefined ? section : (filterAudio(section, [codecLabel(first.codec)]) ?? section);
  });
  return { ...description, media };
}
