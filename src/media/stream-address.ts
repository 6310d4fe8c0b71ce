// Where a description says that media goes, and a description that says it goes through us. Pure; every plane shares it.

import { tight } from "../base/index.ts";
import {
  type Attribute,
  audioFormats,
  connectionOf,
  type MediaDescription,
  type SessionDescription,
  staticCodec,
  streamDirection,
} from "../protocol/sdp/index.ts";
import {
  isGroupAddress,
  isLinkLocalAddress,
  isLoopbackAddress,
  isUnspecifiedAddress,
  parseAddress,
} from "../protocol/transport/index.ts";

/** Where one stream's peer wants its media. */
export type StreamTarget =
  /** Refused with port 0, or of a protocol that cannot be carried. */
  | { readonly kind: "none" }
  /** An unspecified address: nothing may be sent there (RFC 3264 section 8.4). What the peer sends still counts. */
  | { readonly kind: "hold" }
  | {
      readonly kind: "address";
      readonly family: 4 | 6;
      readonly address: string;
      readonly rtpPort: number;
      readonly rtcpAddress: string;
      /** 0 when there is no port left for it. */
      readonly rtcpPort: number;
      /** The peer says that RTCP may share the port of RTP (RFC 5761). */
      readonly mux: boolean;
      /** Fax over UDPTL (ITU-T T.38), which has no RTCP. */
      readonly udptl: boolean;
    }
  | { readonly kind: "unusable"; readonly detail: string };

const FAX_PROTOCOL = "UDPTL";
const CARRIED_PROTOCOLS: ReadonlySet<string> = new Set([
  "RTP/AVP",
  "RTP/AVPF",
  "RTP/SAVP",
  "RTP/SAVPF",
  "UDP/TLS/RTP/SAVP",
  "UDP/TLS/RTP/SAVPF",
  FAX_PROTOCOL,
]);
/** RFC 5761 and RFC 8858. */
const MUX_ATTRIBUTES: ReadonlySet<string> = new Set(["rtcp-mux", "rtcp-mux-only"]);
/** Of ICE and DTLS, which a stream that is refused has neither of. */
const LIVE_ATTRIBUTES: ReadonlySet<string> = new Set(["ice-ufrag", "ice-pwd", "setup", "tls-id"]);
const VIDEO_CLOCK_RATE_HZ = 90_000;
const HIGHEST_PORT = 65_535;

/** One target for each m= line, in order. */
export function readTargets(description: SessionDescription): StreamTarget[] {
  return description.media.map((media) => readTarget(description, media));
}

function readTarget(description: SessionDescription, media: MediaDescription): StreamTarget {
  if (media.port === 0 || !CARRIED_PROTOCOLS.has(media.protocol.toUpperCase())) return { kind: "none" };
  const connection = connectionOf(description, media);
  if (connection === null) return unusable("the stream has no connection address");
  const host = readHost(connection.address);
  if (host.kind !== "host") return host;
  if (connection.addressType.toUpperCase() !== `IP${host.family}`) {
    return unusable(`${connection.address} is no ${connection.addressType} address`);
  }
  const rtcp = readRtcp(media.attributes);
  const rtcpHost = rtcp?.address === null || rtcp === null ? host : readHost(rtcp.address);
  if (rtcpHost.kind === "hold") return unusable("a=rtcp names no address");
  if (rtcpHost.kind === "unusable") return rtcpHost;
  if (rtcpHost.family !== host.family) return unusable("a=rtcp is of another address family than the stream");
  return {
    kind: "address",
    family: host.family,
    address: host.address,
    rtpPort: media.port,
    rtcpAddress: rtcpHost.address,
    rtcpPort: rtcp?.port ?? (media.port === HIGHEST_PORT ? 0 : media.port + 1),
    mux: media.attributes.some(({ name }) => MUX_ATTRIBUTES.has(name)),
    udptl: media.protocol.toUpperCase() === FAX_PROTOCOL,
  };
}

/** Why media for `target` cannot, or must not, be sent from `own`, which lives in one network; null when it may. */
export function unreachableFrom(own: string, target: StreamTarget & { readonly kind: "address" }): string | null {
  const from = parseAddress(own);
  for (const text of [target.address, target.rtcpAddress]) {
    const to = parseAddress(text);
    if (from === null || to === null || to.family !== from.family) return `${text} cannot be reached from ${own}`;
    // What runs on this machine, or on its wire alone, is not for those outside to have packets sent to.
    if (isLoopbackAddress(to) && !isLoopbackAddress(from)) return `${text} is this machine itself`;
    if (isLinkLocalAddress(to) && !isLinkLocalAddress(from)) return `${text} is a link-local address`;
  }
  return null;
}

type Host =
  | { readonly kind: "host"; readonly family: 4 | 6; readonly address: string }
  | Extract<StreamTarget, { kind: "hold" | "unusable" }>;

function readHost(text: string): Host {
  const address = parseAddress(text);
  if (address === null) return unusable(`${JSON.stringify(text.slice(0, 64))} is no IP address`);
  if (isUnspecifiedAddress(address)) return { kind: "hold" };
  if (isGroupAddress(address)) return unusable(`${text} is a group, not a peer`);
  // An IPv4 address in IPv6 clothes has passed for harmless elsewhere (CVE-2020-26262); no socket of ours can send there.
  if (address.family === 4 && text.includes(":")) return unusable(`${text} is an IPv4 address written as IPv6`);
  const [first = 0, ...rest] = address.words;
  // RFC 6890: 0/8 and 240/4 are nobody's.
  const reserved = address.family === 4 && (first >>> 8 === 0 || first >>> 12 === 15);
  // ::/96 was IPv4 in IPv6 once (RFC 4291 2.5.5.1), and has been a way round checks since.
  const compatible = address.family === 6 && first === 0 && rest.slice(0, 5).every((word) => word === 0);
  return reserved || (compatible && !isLoopbackAddress(address))
    ? unusable(`${text} is reserved`)
    : { kind: "host", family: address.family, address: text };
}

function unusable(detail: string): Extract<StreamTarget, { kind: "unusable" }> {
  return { kind: "unusable", detail };
}

/** a=rtcp:53020 or a=rtcp:53020 IN IP4 192.0.2.4 (RFC 3605 section 2.1). Null when there is none that can be read. */
function readRtcp(attributes: readonly Attribute[]): { readonly port: number; readonly address: string | null } | null {
  const value = attributes.find(({ name }) => name === "rtcp")?.value ?? null;
  if (value === null) return null;
  const [portText = "", , , address] = value.trim().split(/ +/, 5);
  if (!/^[1-9][0-9]{0,4}$/.test(portText)) return null;
  const port = Number(portText);
  return port > HIGHEST_PORT ? null : { port, address: address ?? null };
}

/** The streams in which both sides are expected to speak: neither on hold nor one-way. */
export function speaksBothWays(description: SessionDescription): boolean[] {
  return description.media.map((media) => streamDirection(description, media) === "sendrecv");
}

/** Payload type and clock rate by turns, of what each m= line can be told to carry. */
export function readClockRates(media: MediaDescription): number[] {
  if (media.type.toLowerCase() === "audio") {
    return audioFormats(media).flatMap(({ payloadType, codec }) => [payloadType, codec.clockRateHz]);
  }
  return media.formats
    .map(Number)
    .filter((payloadType) => Number.isInteger(payloadType) && payloadType >= 0 && payloadType <= 127)
    .flatMap((payloadType) => [payloadType, staticCodec(payloadType)?.clockRateHz ?? VIDEO_CLOCK_RATE_HZ]);
}

export interface Placement {
  /** An IP literal: what peers are told. */
  readonly address: string;
  /** The RTP port of each m= line; null refuses it. RTCP is one above. */
  readonly ports: readonly (number | null)[];
  /** Whether each m= line says that RTCP shares the port of RTP. Default: none does. */
  readonly mux?: readonly boolean[];
  /** SHA-256 of our certificate: for streams whose keys come by handshake. */
  readonly fingerprint?: string;
}

/** Whether a stream's keys come by handshake, as its description says (RFC 5763 section 5). */
export function isHandshaken({ attributes }: MediaDescription): boolean {
  return attributes.some(({ name }) => name === "setup");
}

/** Of the one kind of candidate that we have (RFC 8445 section 5.1.2.1), by component. */
const HOST_PRIORITIES = { rtp: 2_130_706_431, rtcp: 2_130_706_430 } as const;

/**
 * The description with our address and ports in place of the peer's. RTCP has its own port unless `mux` says so: rtcp-mux
 * is between each side and us. a=rtcp, where there was one, names ours.
 */
export function placeStreams(description: SessionDescription, placement: Placement): SessionDescription {
  const { address, ports, mux, fingerprint = "" } = placement;
  const addressType = address.includes(":") ? "IP6" : "IP4";
  const media = description.media.map((section, stream) =>
    placeStream(section, { address, port: ports[stream] ?? null, mux: mux?.[stream] === true, fingerprint }),
  );
  return { ...description, connection: { addressType, address }, media };
}

function placeStream(media: MediaDescription, place: StreamPlace): MediaDescription {
  const { port, mux, fingerprint } = place;
  const attributes = media.attributes.flatMap((attribute) => placeAttribute(attribute, port));
  if (mux && port !== null) attributes.push({ name: "rtcp-mux", value: null });
  if (attributes.some(({ name }) => name === "setup"))
    attributes.push({ name: "fingerprint", value: `sha-256 ${fingerprint}` });
  if (attributes.some(({ name }) => name === "ice-ufrag")) attributes.push(...candidatesAt(place));
  const { type, protocol, formats, title, bandwidths } = media;
  return {
    type,
    port: port ?? 0,
    portCount: null,
    protocol,
    formats,
    title,
    connection: null,
    bandwidths,
    attributes: tight(attributes),
  };
}

interface StreamPlace {
  readonly address: string;
  readonly port: number | null;
  readonly mux: boolean;
  readonly fingerprint: string;
}

/** One for RTP, one for RTCP where that has a port of its own (RFC 8839 section 5.1). */
function candidatesAt({ address, port, mux }: StreamPlace): Attribute[] {
  if (port === null) return [];
  const candidate = (component: number, priority: number): Attribute => {
    const value = `1 ${component} UDP ${priority} ${address} ${port + component - 1} typ host`;
    return { name: "candidate", value };
  };
  const rtp = candidate(1, HOST_PRIORITIES.rtp);
  return mux ? [rtp] : [rtp, candidate(2, HOST_PRIORITIES.rtcp)];
}

function placeAttribute(attribute: Attribute, port: number | null): readonly Attribute[] {
  if (MUX_ATTRIBUTES.has(attribute.name) || attribute.name === "candidate") return [];
  if (port === null && LIVE_ATTRIBUTES.has(attribute.name)) return [];
  if (attribute.name !== "rtcp") return [attribute];
  return port === null ? [] : [{ name: "rtcp", value: String(port + 1) }];
}
