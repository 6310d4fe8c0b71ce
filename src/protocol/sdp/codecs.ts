// What the formats of an audio stream are: static payload types (RFC 3551 section 6), rtpmap and fmtp (RFC 8866 section
// 6), and which of them a list of codec names lets through.

import type { Attribute, MediaDescription } from "./description.ts";
import { parseSmallNumber } from "./parse-line.ts";

export interface Codec {
  /** As the RFCs or the rtpmap spell it; compared without regard to case. */
  readonly name: string;
  /** Of the RTP timestamps, which for G722 is 8000 by history (RFC 3551 section 4.5.2). */
  readonly clockRateHz: number;
  readonly channels: number;
}

export interface AudioFormat {
  /** 0 to 127. */
  readonly payloadType: number;
  readonly codec: Codec;
  /** The text of its fmtp, without the payload type; null where none is given. */
  readonly parameters: string | null;
}

function codec(name: string, clockRateHz: number, channels = 1): Codec {
  return { name, clockRateHz, channels };
}

const STATIC_CODECS: ReadonlyMap<number, Codec> = new Map([
  [0, codec("PCMU", 8000)],
  [3, codec("GSM", 8000)],
  [4, codec("G723", 8000)],
  [5, codec("DVI4", 8000)],
  [6, codec("DVI4", 16_000)],
  [7, codec("LPC", 8000)],
  [8, codec("PCMA", 8000)],
  [9, codec("G722", 8000)],
  [10, codec("L16", 44_100, 2)],
  [11, codec("L16", 44_100)],
  [12, codec("QCELP", 8000)],
  [13, codec("CN", 8000)],
  [14, codec("MPA", 90_000)],
  [15, codec("G728", 8000)],
  [16, codec("DVI4", 11_025)],
  [17, codec("DVI4", 22_050)],
  [18, codec("G729", 8000)],
]);

/** The attributes whose value begins with a payload type. */
const PER_FORMAT_ATTRIBUTES: ReadonlySet<string> = new Set(["rtpmap", "fmtp", "rtcp-fb"]);

const MOST_CLOCK_RATE_HZ = 384_000;
const MOST_CHANNELS = 255;

/** The codec a static payload type stands for; null for one that RFC 3551 does not assign to audio. */
export function staticCodec(payloadType: number): Codec | null {
  return STATIC_CODECS.get(payloadType) ?? null;
}

/** `PCMU/8000`, `opus/48000/2`: one channel is not written. */
export function codecLabel({ name, clockRateHz, channels }: Codec): string {
  return channels === 1 ? `${name}/${clockRateHz}` : `${name}/${clockRateHz}/${channels}`;
}

/** Whether both name one codec: name in any case, clock rate and channels. */
export function sameCodec(one: Codec, other: Codec): boolean {
  return (
    one.clockRateHz === other.clockRateHz &&
    one.channels === other.channels &&
    one.name.toLowerCase() === other.name.toLowerCase()
  );
}

/** Rides along with a voice codec: DTMF and tones (RFC 4733), comfort noise (RFC 3389). Never a codec of its own. */
export function isAuxiliary(known: Codec): boolean {
  return isTelephoneEvent(known) || (known.name.length === 2 && known.name.toLowerCase() === "cn");
}

export function isTelephoneEvent({ name }: Codec): boolean {
  // The length first: this is asked of every format of every call, and almost none is one.
  return name.length === 15 && name.toLowerCase() === "telephone-event";
}

/**
 * The formats of an audio section that can be told, in the order of the m= line, each payload type once. What RFC 3551
 * assigned stays what it is, whatever an rtpmap says (`G722/16000` for 9 and `G729a` for 18 are seen in the field); a
 * dynamic one without an rtpmap that can be read is left out.
 */
export function audioFormats(media: MediaDescription): AudioFormat[] {
  const mapped = new Map<number, Codec>();
  const parameters = new Map<number, string>();
  for (const attribute of media.attributes) {
    if (attribute.name === "rtpmap") readRtpmap(attribute, mapped);
    else if (attribute.name === "fmtp") readFmtp(attribute, parameters);
  }
  const formats: AudioFormat[] = [];
  const seen = new Set<number>();
  for (const format of media.formats) {
    const payloadType = parsePayloadType(format);
    if (payloadType === null || seen.has(payloadType)) continue;
    const known = staticCodec(payloadType) ?? mapped.get(payloadType);
    if (known === undefined) continue;
    seen.add(payloadType);
    formats.push({ payloadType, codec: known, parameters: parameters.get(payloadType) ?? null });
  }
  return formats;
}

/** The first rtpmap of a payload type that can be read counts. */
function readRtpmap({ value }: Attribute, mapped: Map<number, Codec>): void {
  const entry = splitPayloadType(value);
  const known = entry === null || mapped.has(entry.payloadType) ? null : parseEncoding(entry.rest);
  if (entry !== null && known !== null) mapped.set(entry.payloadType, known);
}

function readFmtp({ value }: Attribute, parameters: Map<number, string>): void {
  const entry = splitPayloadType(value);
  if (entry !== null && !parameters.has(entry.payloadType)) parameters.set(entry.payloadType, entry.rest);
}

/**
 * An audio section with the listed codecs only, in the list's order (its own order among equals); null when no voice
 * codec is left. A list entry is a name (`PCMU`), or a name with a clock rate and channels (`L16/16000`,
 * `opus/48000/2`). With a null list every format that can be told stays, in its own order.
 *
 * telephone-event and CN need not be listed. They come after the voice codecs, and stay where one of these has their
 * clock rate, since they share its timestamps (RFC 4733 section 2.1, RFC 3389 section 4); but where a device has
 * telephone-event at no fitting rate at all (Polycom: 8000 beside G7221/16000), what it has stays, as DTMF would be
 * lost. `red` stays only if listed and all that it carries stays (RFC 2198 section 5).
 */
export function filterAudio(media: MediaDescription, codecs: readonly string[] | null): MediaDescription | null {
  const formats = audioFormats(media);
  const voice = orderByList(
    formats.filter((format) => !isAuxiliary(format.codec)),
    codecs,
  );
  const kept = voice.filter((format) => carriesOnly(format, voice));
  if (!kept.some((format) => !isRedundancy(format.codec))) return null;
  return withFormats(media, [...kept, ...auxiliaryTo(kept, formats)]);
}

/**
 * An audio section with only what stands in another one as well, in its own order; null when no voice codec is left.
 * Compared by codec, as payload types may differ; a dynamic one that has no rtpmap here means what it means there,
 * and is given that rtpmap.
 */
export function keepCodecsOf(media: MediaDescription, other: MediaDescription): MediaDescription | null {
  const theirs = audioFormats(other);
  const told = new Map(audioFormats(media).map((format) => [format.payloadType, format]));
  const kept: AudioFormat[] = [];
  const untold: Attribute[] = [];
  for (const text of media.formats) {
    const payloadType = parsePayloadType(text);
    const same = (format: AudioFormat) => format.payloadType === payloadType;
    const own = payloadType === null ? undefined : told.get(payloadType);
    const format = own ?? theirs.find(same);
    if (format === undefined || kept.some(same)) continue;
    if (!theirs.some((their) => sameCodec(their.codec, format.codec))) continue;
    kept.push(format);
    const value = `${format.payloadType} ${codecLabel(format.codec)}`;
    if (own === undefined) untold.push({ name: "rtpmap", value });
  }
  if (kept.every((format) => isAuxiliary(format.codec))) return null;
  const filtered = withFormats(media, kept);
  return { ...filtered, attributes: [...untold, ...filtered.attributes] };
}

function auxiliaryTo(voice: readonly AudioFormat[], formats: readonly AudioFormat[]): AudioFormat[] {
  const clockRates = new Set(voice.map((format) => format.codec.clockRateHz));
  const events = formats.filter((format) => isTelephoneEvent(format.codec));
  const anyEventFits = events.some((format) => clockRates.has(format.codec.clockRateHz));
  return formats.filter(({ codec: known }) => {
    if (!isAuxiliary(known)) return false;
    return clockRates.has(known.clockRateHz) || (isTelephoneEvent(known) && !anyEventFits);
  });
}

/**
 * Keeps these formats, in this order, with what is said of them and of no others. One rtpmap for each, the one that was
 * understood: a second one, or one that gives a static payload type another meaning, would be read differently by
 * different peers.
 */
export function withFormats(media: MediaDescription, formats: readonly AudioFormat[]): MediaDescription {
  const kept = new Map(formats.map((format) => [format.payloadType, format.codec]));
  const mapped = new Set<number>();
  const attributes = media.attributes.filter(({ name, value }) => {
    if (!PER_FORMAT_ATTRIBUTES.has(name)) return true;
    // `a=rtcp-fb:* nack` concerns all (RFC 4585 section 4.2).
    if (name === "rtcp-fb" && value?.startsWith("* ")) return true;
    const entry = splitPayloadType(value);
    const known = entry === null ? undefined : kept.get(entry.payloadType);
    if (entry === null || known === undefined) return false;
    if (name !== "rtpmap") return true;
    const meant = parseEncoding(entry.rest);
    if (meant === null || !sameCodec(meant, known) || mapped.has(entry.payloadType)) return false;
    mapped.add(entry.payloadType);
    return true;
  });
  return { ...media, formats: formats.map((format) => String(format.payloadType)), attributes };
}

function orderByList(formats: readonly AudioFormat[], codecs: readonly string[] | null): AudioFormat[] {
  if (codecs === null) return [...formats];
  const ordered: AudioFormat[] = [];
  for (const entry of codecs) {
    for (const format of formats) {
      if (matchesEntry(format.codec, entry) && !ordered.includes(format)) ordered.push(format);
    }
  }
  return ordered;
}

function matchesEntry(known: Codec, entry: string): boolean {
  const slash = entry.indexOf("/");
  if (slash === -1) return known.name.toLowerCase() === entry.toLowerCase();
  const wanted = parseEncoding(entry);
  return wanted !== null && sameCodec(known, wanted);
}

function isRedundancy({ name }: Codec): boolean {
  return name.toLowerCase() === "red";
}

/** Whether all payload types in a `red` format's fmtp (`0/5/0`) are among `others`. True for any other codec. */
function carriesOnly(format: AudioFormat, others: readonly AudioFormat[]): boolean {
  if (!isRedundancy(format.codec)) return true;
  if (format.parameters === null) return false;
  return format.parameters.split("/").every((text) => {
    const payloadType = parsePayloadType(text.trim());
    return others.some((other) => other.payloadType === payloadType && !isRedundancy(other.codec));
  });
}

/** Reads `PCMU/8000` or `opus/48000/2`; null when it is none. */
function parseEncoding(text: string): Codec | null {
  const [name, clock, channelText, ...more] = text.split("/");
  if (name === undefined || name === "" || clock === undefined || more.length > 0) return null;
  const clockRateHz = parseClockRate(clock);
  const channels = channelText === undefined ? 1 : parseSmallNumber(channelText, MOST_CHANNELS);
  if (clockRateHz === null || channels === null || channels === 0) return null;
  // The RTP clock of G.722 is 8000 even where its rtpmap tells the sampling rate.
  if (clockRateHz === 16_000 && name.toLowerCase() === "g722") return { name, clockRateHz: 8000, channels };
  return { name, clockRateHz, channels };
}

function parseClockRate(text: string): number | null {
  if (text.length === 0 || text.length > 6) return null;
  const number = Number(text);
  return Number.isInteger(number) && number > 0 && number <= MOST_CLOCK_RATE_HZ && !/\D/.test(text) ? number : null;
}

function parsePayloadType(text: string): number | null {
  return parseSmallNumber(text, 127);
}

/** The payload type of `0 PCMU/8000` and what follows it; null when there is no payload type or nothing follows. */
function splitPayloadType(value: string | null): { payloadType: number; rest: string } | null {
  const blank = value === null ? -1 : value.indexOf(" ");
  if (value === null || blank === -1) return null;
  const payloadType = parsePayloadType(value.slice(0, blank));
  const rest = value.slice(blank + 1).trim();
  return payloadType === null || rest === "" ? null : { payloadType, rest };
}
