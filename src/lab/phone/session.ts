// What a phone offers and answers (RFC 3264): one stream of G.711 with telephone-event.

import { invariant, randomBelow } from "../../base/index.ts";
import {
  type Attribute,
  answerDirection,
  audioFormats,
  continueSession,
  type Direction,
  formatDescription,
  isAudio,
  type MediaDescription,
  parseDescription,
  refuseStream,
  type SessionDescription,
  streamDirection,
} from "../../protocol/sdp/index.ts";
import type { Body, SipMessage } from "../../protocol/sip/index.ts";
import type { PhoneCall, PhoneState } from "./phone-call.ts";

const OFFERED = ["0", "8", "101"];
const EVENT_ATTRIBUTES: readonly Attribute[] = [
  { name: "rtpmap", value: "101 telephone-event/8000" },
  { name: "fmtp", value: "101 0-15" },
];

export function bodyOf(description: SessionDescription): Body {
  return { contentType: "application/sdp", text: formatDescription(description) };
}

/** The description in a message; null when there is none that can be read. */
export function descriptionOf(message: SipMessage): SessionDescription | null {
  if (message.body === "") return null;
  const parsed = parseDescription(message.body);
  return parsed.ok ? parsed.value : null;
}

/** Our offer. The call gets a port for its audio; null when none is free. */
export function makeOffer(phone: PhoneState, call: PhoneCall): SessionDescription | null {
  const port = takePort(phone, call);
  if (port === null) return null;
  const attributes: Attribute[] = [
    { name: "rtpmap", value: "0 PCMU/8000" },
    { name: "rtpmap", value: "8 PCMA/8000" },
    ...EVENT_ATTRIBUTES,
  ];
  return settle(call, describe(phone, [audio(phone, { port, formats: OFFERED, attributes, direction: "sendrecv" })]));
}

/** Our answer: the offer's first G.711 format, and its telephone-event. Null when there is nothing to agree on, or no port is free. */
export function makeAnswer(phone: PhoneState, call: PhoneCall, offer: SessionDescription): SessionDescription | null {
  if (call.description !== null) return call.description;
  const chosen = offer.media.findIndex((media) => isAudio(media) && voiceOf(media) !== null);
  const port = chosen < 0 ? null : takePort(phone, call);
  if (port === null) return null;
  return settle(call, describe(phone, answerStreams(phone, call, { offer, chosen, port })));
}

/** Said and, unless it is refused, what holds. */
function settle(call: PhoneCall, description: SessionDescription): SessionDescription {
  call.said = continueSession(call.said, description);
  call.description = call.said;
  return call.said;
}

function answerStreams(
  phone: PhoneState,
  call: PhoneCall,
  about: { readonly offer: SessionDescription; readonly chosen: number; readonly port: number },
): MediaDescription[] {
  const { offer, chosen, port } = about;
  return offer.media.map((offered, index) => {
    if (index !== chosen) return refuseStream(offered);
    const direction = answerDirection(streamDirection(offer, offered), call.wish);
    return answerStream(phone, offered, { port, direction });
  });
}

/** The answer to a later offer. Null when there is nothing to agree on. What is said holds at once: an answer is not refused. */
export function makeLaterAnswer(
  phone: PhoneState,
  call: PhoneCall,
  offer: SessionDescription,
): SessionDescription | null {
  const chosen = offer.media.findIndex((media) => media.port !== 0 && isAudio(media) && voiceOf(media) !== null);
  if (chosen < 0 || call.audioPort === null || call.said === null) return null;
  const streams = answerStreams(phone, call, { offer, chosen, port: call.audioPort });
  return settle(call, { ...call.said, media: streams });
}

/** A later offer: it holds when it is answered. Null where there is nothing yet that it could change. */
export function makeLaterOffer(
  phone: PhoneState,
  call: PhoneCall,
  wanted: { readonly wish: Direction; readonly port: number; readonly codec: "0" | "8" | null },
): SessionDescription | null {
  const { wish: direction, port, codec } = wanted;
  const { said, description } = call;
  if (said === null || description === null) return null;
  const index = description.media.findIndex((media) => isAudio(media) && media.port !== 0);
  const formats = codec === null ? OFFERED : [codec, "101"];
  const names = { 0: "0 PCMU/8000", 8: "8 PCMA/8000" } as const;
  const voices = formats.flatMap((format) => (format === "0" || format === "8" ? [names[format]] : []));
  const attributes = [...voices.map((value) => ({ name: "rtpmap", value })), ...EVENT_ATTRIBUTES];
  const stream = audio(phone, { port, formats: [...formats], attributes, direction });
  call.said = continueSession(said, { ...said, media: said.media.with(index, stream) });
  return call.said;
}

/** What holds, once more: byte for byte what was said, unless something else was said and refused since. */
export function repeatOffer(call: PhoneCall): SessionDescription | null {
  if (call.description === null) return null;
  call.said = continueSession(call.said, call.description);
  return call.said;
}

function takePort(phone: PhoneState, call: PhoneCall): number | null {
  call.audioPort ??= phone.options.audioPorts.take();
  return call.audioPort;
}

function voiceOf(media: MediaDescription): { readonly payloadType: number; readonly name: string } | null {
  for (const { payloadType, codec } of audioFormats(media)) {
    const name = codec.name.toUpperCase();
    if (name === "PCMU" || name === "PCMA") return { payloadType, name };
  }
  return null;
}

function answerStream(
  phone: PhoneState,
  offered: MediaDescription,
  ours: { readonly port: number; readonly direction: Direction },
): MediaDescription {
  const voice = voiceOf(offered);
  invariant(voice !== null, "a stream without G.711 is not chosen");
  const formats = [String(voice.payloadType)];
  const attributes: Attribute[] = [{ name: "rtpmap", value: `${voice.payloadType} ${voice.name}/8000` }];
  const events = audioFormats(offered).find(({ codec }) => codec.name.toLowerCase() === "telephone-event");
  if (events !== undefined) {
    formats.push(String(events.payloadType));
    attributes.push({ name: "rtpmap", value: `${events.payloadType} telephone-event/8000` });
    attributes.push({ name: "fmtp", value: `${events.payloadType} 0-15` });
  }
  return audio(phone, { ...ours, formats, attributes });
}

function audio(
  phone: PhoneState,
  stream: {
    readonly port: number;
    readonly formats: string[];
    readonly attributes: readonly Attribute[];
    readonly direction: Direction;
  },
): MediaDescription {
  const { mark } = phone.options.identity;
  const { port, formats } = stream;
  const attributes = [
    ...stream.attributes,
    { name: "ptime", value: "20" },
    { name: "label", value: mark },
    { name: "rtcp", value: `${port + 1} IN IP4 ${phone.options.listener.localAddress}` },
    { name: stream.direction, value: null },
  ];
  const type = "audio";
  return {
    type,
    port,
    portCount: null,
    protocol: "RTP/AVP",
    formats,
    title: mark,
    connection: null,
    bandwidths: [],
    attributes,
  };
}

function describe(phone: PhoneState, media: MediaDescription[]): SessionDescription {
  const { identity, listener, random } = phone.options;
  const address = { addressType: listener.localAddress.includes(":") ? "IP6" : "IP4", address: listener.localAddress };
  const sessionId = String(100_000_000 + randomBelow(random, 900_000_000));
  return {
    origin: { username: identity.mark, sessionId, sessionVersion: "1", ...address },
    sessionName: `${identity.mark} session`,
    connection: address,
    bandwidths: [],
    timing: "0 0",
    attributes: [{ name: "tool", value: identity.mark }],
    media,
  };
}
