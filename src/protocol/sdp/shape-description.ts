// What of one side's description may be seen by the other: an allow-list, so that what nobody thought of stays inside.

import { tight } from "../../base/index.ts";
import { filterAudio } from "./codecs.ts";
import type { Attribute, Connection, MediaDescription, Origin, SessionDescription } from "./description.ts";
import { faxAttributes, isFax } from "./fax-stream.ts";
import { type Direction, isAudio, isDirection, refuseStream, streamDirection } from "./offer-answer.ts";
import { parseSmallNumber, splitBlanks } from "./parse-line.ts";
import { isKnownProfile } from "./secure-streams.ts";

/**
 * The attributes of an audio stream that may cross the border. Everything else stays: labels, addresses, ICE
 * candidates, fingerprints and keys are between each side and its own media plane. `rtcp` crosses as a bare port, and
 * `rtcp-mux` as it is, for the media plane to read and to replace.
 */
export const BORDER_ATTRIBUTES: ReadonlySet<string> = new Set([
  "rtpmap",
  "fmtp",
  "ptime",
  "maxptime",
  "sendrecv",
  "sendonly",
  "recvonly",
  "inactive",
  "rtcp",
  "rtcp-mux",
]);

export interface Shape {
  /** The codecs the other side may be offered, best first (see `filterAudio`); null for all that can be told. */
  readonly codecs: readonly string[] | null;
  /** Whose description it is from now on: ours. */
  readonly origin: Origin;
  /** As attributes are spelled, which is in lower case; mostly `BORDER_ATTRIBUTES`. */
  readonly keepAttributes: ReadonlySet<string>;
  /** Whether fax (T.38) may cross. Default no. */
  readonly fax?: boolean;
}

/**
 * The description as the other side may see it, but for connection addresses and ports, which the media plane replaces:
 * shape first, then hand the result to the plane. It has our origin and no name, times, titles or contacts; audio
 * streams keep the listed codecs and attributes, and their direction, the hold of RFC 2543 by an address of zeros
 * included, is written into each; a fax keeps what T.38 defines, where it may cross; every other stream, and an audio stream
 * with no codec left, is refused in its place. Whether anything is left say `hasAudio` and `hasFax`.
 */
export function shapeDescription(description: SessionDescription, shape: Shape): SessionDescription {
  const media = description.media.map((section) => shapeSection(description, section, shape));
  return {
    origin: shape.origin,
    sessionName: "-",
    connection: description.connection,
    bandwidths: tight(description.bandwidths.filter(isPlainBandwidth)),
    timing: "0 0",
    attributes: tight([]),
    media,
  };
}

function shapeSection(description: SessionDescription, media: MediaDescription, shape: Shape): MediaDescription {
  if (shape.fax === true && isFax(media)) return shapeFax(media);
  const carried = isAudio(media) && isKnownProfile(media.protocol);
  const filtered = carried ? filterAudio(media, shape.codecs) : null;
  if (filtered === null) return refuse(description, media, shape.origin);
  const attributes: Attribute[] = [];
  for (const attribute of filtered.attributes) {
    const { name } = attribute;
    if (isDirection(name) || !shape.keepAttributes.has(name)) continue;
    const kept = name === "rtcp" ? shapeRtcp(attribute) : attribute;
    if (kept !== null) attributes.push(kept);
  }
  const direction: Direction = streamDirection(description, media);
  if (shape.keepAttributes.has(direction)) attributes.push({ name: direction, value: null });
  const bandwidths = tight(media.bandwidths.filter(isPlainBandwidth));
  // Keys and feedback are left behind with the profile: the other side is shown neither until it gets its own.
  const { port, formats, connection } = filtered;
  return {
    type: "audio",
    port,
    portCount: null,
    protocol: "RTP/AVP",
    formats,
    title: null,
    connection,
    bandwidths,
    attributes: tight(attributes),
  };
}

function shapeFax(media: MediaDescription): MediaDescription {
  const bandwidths = media.bandwidths.filter(isPlainBandwidth);
  const attributes = faxAttributes(media);
  return {
    ...media,
    type: "image",
    protocol: "udptl",
    formats: ["t38"],
    portCount: null,
    title: null,
    bandwidths,
    attributes,
  };
}

/** A refused stream needs a c= line too where the session has none (RFC 8866 section 5.7): ours, it is never used. */
function refuse(description: SessionDescription, media: MediaDescription, origin: Origin): MediaDescription {
  const { addressType, address } = origin;
  const connection: Connection | null = description.connection === null ? { addressType, address } : null;
  return { ...refuseStream(media), connection };
}

/** `49171 IN IP4 192.0.2.1` (RFC 3605) without its address. */
function shapeRtcp({ name, value }: Attribute): Attribute | null {
  const port = splitBlanks(value ?? "")[0];
  return port !== undefined && parseSmallNumber(port, 65_535) !== null ? { name, value: port } : null;
}

/** `AS:64`, and nothing that could tell more. */
function isPlainBandwidth(text: string): boolean {
  return /^[A-Za-z]{1,16}:\d{1,10}$/.test(text);
}
