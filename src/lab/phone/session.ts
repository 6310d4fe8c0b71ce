// What a phone offers and answers (RFC 3264): one stream of G.711 with telephone-event.

import { invariant, randomBelow } from "../../base/index.ts";
import {
  type Attribute,
  audioFormats,
  formatDescription,
  isAudio,
  type MediaDescription,
  parseDescription,
  refuseStream,
  type SessionDescription,
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
  call.description = describe(phone, [audio(phone, { port, formats: OFFERED, attributes })]);
  return call.description;
}

/** Our answer: the offer's first G.711 format, and its telephone-event. Null when there is nothing to agree on, or no port is free. */
export function makeAnswer(phone: PhoneState, call: PhoneCall, offer: SessionDescription): SessionDescription | null {
  if (call.description !== null) return call.description;
  const chosen = offer.media.findIndex((media) => isAudio(media) && voiceOf(media) !== null);
  const port = chosen < 0 ? null : takePort(phone, call);
  if (port === null) return null;
  const media = offer.media.map((offered, index) =>
    index === chosen ? answerStream(phone, offered, port) : refuseStream(offered),
  );
  call.description = describe(phone, media);
  return call.description;
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

function answerStream(phone: PhoneState, offered: MediaDescription, port: number): MediaDescription {
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
  return audio(phone, { port, formats, attributes });
}

function audio(
  phone: PhoneState,
  stream: { readonly port: number; readonly formats: string[]; readonly attributes: Attribute[] },
): MediaDescription {
  const { mark } = phone.options.identity;
  const { port, formats } = stream;
  const attributes = [
    ...stream.attributes,
    { name: "ptime", value: "20" },
    { name: "label", value: mark },
    { name: "rtcp", value: `${port + 1} IN IP4 ${phone.options.listener.localAddress}` },
    { name: "sendrecv", value: null },
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
