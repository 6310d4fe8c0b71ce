// Whether a side that describes itself once more, in other words, means the same: an offer and an answer of one device are seldom spelled alike.

import { audioFormats, codecLabel, sameCodec } from "./codecs.ts";
import type { MediaDescription, SessionDescription } from "./description.ts";
import { handshakeOf, nameOfHandshake } from "./handshake-attributes.ts";
import { answerDirection, connectionOf, streamDirection } from "./offer-answer.ts";
import { agreedCrypto } from "./secure-streams.ts";

/** Whether `before` and `after`, each beside `own`, come to the same: where audio goes, which way, and in which of the formats that both sides have. */
export function sameTerms(own: SessionDescription, before: SessionDescription, after: SessionDescription): boolean {
  const streams = Math.max(before.media.length, after.media.length);
  for (let stream = 0; stream < streams; stream += 1) {
    if (termsOf(own, before, stream) !== termsOf(own, after, stream)) return false;
  }
  return true;
}

function termsOf(own: SessionDescription, theirs: SessionDescription, stream: number): string {
  const [ours, media] = [own.media[stream], theirs.media[stream]];
  if (ours === undefined || media === undefined || ours.port === 0 || media.port === 0) return "refused";
  const address = connectionOf(theirs, media)?.address ?? "";
  const direction = answerDirection(streamDirection(theirs, media), streamDirection(own, ours));
  const handshake = handshakeOf(theirs, media);
  const key = agreedCrypto(ours, media)?.remote.key ?? (handshake === null ? "" : nameOfHandshake(handshake));
  return [media.type, address, media.port, direction, key, ...commonFormats(ours, media)].join(" ");
}

/** Theirs, as they number them. */
function commonFormats(ours: MediaDescription, theirs: MediaDescription): string[] {
  const known = audioFormats(ours).map(({ codec }) => codec);
  const shared = audioFormats(theirs).filter(({ codec }) => known.some((one) => sameCodec(one, codec)));
  return shared.map(({ payloadType, codec }) => `${payloadType}=${codecLabel(codec).toUpperCase()}`).sort();
}
