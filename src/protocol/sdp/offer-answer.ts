// The laws of offer and answer (RFC 3264) for what a border sees: which way a stream flows, which answers are legal,
// how a stream is refused, and which codec was agreed.

import { audioFormats, codecLabel, isAuxiliary, keepCodecsOf } from "./codecs.ts";
import type { Attribute, Connection, MediaDescription, SessionDescription } from "./description.ts";

/** From the point of view of who wrote the description. */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export type AnswerFault =
  /** Not as many m= lines as the offer; null as stream. */
  | "media-count"
  /** Another media type or transport protocol than the offer's stream. */
  | "media-type"
  | "protocol"
  /** A stream the offer refused is taken up. */
  | "refused-stream"
  /** None of the offer's formats is left. */
  | "formats"
  /** Flows a way the offer rules out, such as sendrecv upon sendonly. */
  | "direction";

export interface IllegalAnswer {
  readonly fault: AnswerFault;
  /** Index of the m= line. */
  readonly stream: number | null;
}

export function isDirection(name: string): name is Direction {
  return name === "sendrecv" || name === "sendonly" || name === "recvonly" || name === "inactive";
}

/** The direction as seen from the other end. */
export function reverseDirection(direction: Direction): Direction {
  if (direction === "sendonly") return "recvonly";
  return direction === "recvonly" ? "sendonly" : direction;
}

/** What is left of `wanted` in an answer to a stream offered with `offered` (RFC 3264 section 6.1). */
export function answerDirection(offered: Direction, wanted: Direction): Direction {
  const sends = canSend(wanted) && canReceive(offered);
  const receives = canReceive(wanted) && canSend(offered);
  return directionOf(sends, receives);
}

/** Where a section's media goes: its own c=, or the session's (RFC 8866 section 5.7). Null when there is neither. */
export function connectionOf(description: SessionDescription, media: MediaDescription): Connection | null {
  return media.connection ?? description.connection;
}

/**
 * The direction of a section: its own attribute, or the session's, or sendrecv. A connection address of zeros is the
 * hold of RFC 2543 (RFC 3264 section 8.4): its writer receives nothing. Of a refused stream: inactive.
 */
export function streamDirection(description: SessionDescription, media: MediaDescription): Direction {
  if (media.port === 0) return "inactive";
  const written = writtenDirection(media.attributes) ?? writtenDirection(description.attributes) ?? "sendrecv";
  const held = isZeroAddress(connectionOf(description, media));
  return held ? directionOf(canSend(written), false) : written;
}

/**
 * What makes an answer illegal (RFC 3264 sections 6 and 6.1); null when it is legal. `direction` is told only where
 * nothing worse is wrong, since much that works in the field answers sendrecv to a hold. Formats beyond the offer's are
 * legal beside a common one, and payload types may differ from the offer's for the same codec (both section 6.1).
 */
export function checkAnswer(offer: SessionDescription, answer: SessionDescription): IllegalAnswer | null {
  if (offer.media.length !== answer.media.length) return { fault: "media-count", stream: null };
  let direction: IllegalAnswer | null = null;
  for (const [stream, offered] of offer.media.entries()) {
    const answered = answer.media[stream];
    if (answered === undefined) continue;
    const fault = checkStream(offered, answered);
    if (fault !== null) return { fault, stream };
    const legal = isLegalDirection(streamDirection(offer, offered), streamDirection(answer, answered));
    if (!legal) direction ??= { fault: "direction", stream };
  }
  return direction;
}

/** Whether an answer can be gone by: legal but for its directions, which many peers get wrong (see `checkAnswer`). */
export function isUsableAnswer(offer: SessionDescription, answer: SessionDescription): boolean {
  const fault = checkAnswer(offer, answer);
  return fault === null || fault.fault === "direction";
}

function checkStream(offered: MediaDescription, answered: MediaDescription): AnswerFault | null {
  if (offered.type.toLowerCase() !== answered.type.toLowerCase()) return "media-type";
  if (offered.protocol.toLowerCase() !== answered.protocol.toLowerCase()) return "protocol";
  if (answered.port === 0) return null;
  if (offered.port === 0) return "refused-stream";
  return hasCommonFormat(offered, answered) ? null : "formats";
}

function isLegalDirection(offered: Direction, answered: Direction): boolean {
  return answerDirection(offered, answered) === answered;
}

/** Whether a format of the offer is in the answer: a voice codec where it is audio, as telephone-event alone is none. */
function hasCommonFormat(offered: MediaDescription, answered: MediaDescription): boolean {
  if (isAudio(answered)) return keepCodecsOf(answered, offered) !== null;
  const known = offered.formats.map((format) => format.toLowerCase());
  return answered.formats.some((format) => known.includes(format.toLowerCase()));
}

/**
 * The answer without the audio formats that were not offered: an answerer may add some (RFC 3264 section 6.1), but at a
 * border the offer already says all that policy allows. For an answer that `checkAnswer` found no fault with, or none
 * but its direction.
 */
export function keepOffered(offer: SessionDescription, answer: SessionDescription): SessionDescription {
  const media = answer.media.map((answered, stream) => {
    const offered = offer.media[stream];
    if (offered === undefined || !isAudio(answered)) return answered;
    return keepCodecsOf(answered, offered) ?? refuseStream(answered);
  });
  return { ...answer, media };
}

/** The stream refused: port 0, nothing in it but what its m= line needs (RFC 3264 section 6). */
export function refuseStream(media: MediaDescription): MediaDescription {
  const formats = media.formats.length === 0 ? ["0"] : media.formats;
  const { type, protocol } = media;
  return {
    type,
    port: 0,
    portCount: null,
    protocol,
    formats,
    title: null,
    connection: null,
    bandwidths: [],
    attributes: [],
  };
}

/** Whether an audio stream is offered or taken. */
export function hasAudio(description: SessionDescription): boolean {
  return description.media.some(isAudio);
}

/** The codec of the first audio stream taken in an answer, `PCMU/8000`; null when none was, or it cannot be told. */
export function audioCodecOf(answer: SessionDescription): string | null {
  const media = answer.media.find(isAudio);
  const first = media === undefined ? undefined : voiceFormats(media)[0];
  return first === undefined ? null : codecLabel(first.codec);
}

/** An audio section that is not refused. */
export function isAudio(media: MediaDescription): boolean {
  return media.port !== 0 && media.type.toLowerCase() === "audio";
}

function voiceFormats(media: MediaDescription): ReturnType<typeof audioFormats> {
  return audioFormats(media).filter((format) => !isAuxiliary(format.codec));
}

function writtenDirection(attributes: readonly Attribute[]): Direction | null {
  for (const { name, value } of attributes) {
    if (value === null && isDirection(name)) return name;
  }
  return null;
}

function isZeroAddress(connection: Connection | null): boolean {
  return connection !== null && (connection.address === "0.0.0.0" || connection.address === "::");
}

function canSend(direction: Direction): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

function canReceive(direction: Direction): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}

function directionOf(sends: boolean, receives: boolean): Direction {
  if (sends) return receives ? "sendrecv" : "sendonly";
  return receives ? "recvonly" : "inactive";
}
