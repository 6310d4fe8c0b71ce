// Streams that are encrypted: by keys in their description, RTP/SAVP with a=crypto (RFC 4568), and RTP/AVP with it, where a side may do without (RFC
// 8643); or by keys that come of a handshake, UDP/TLS/RTP/SAVP (RFC 5764).

import { type CryptoLine, formatCryptoLine, parseCryptoLine, type SrtpSuite } from "./crypto-attribute.ts";
import type { MediaDescription, SessionDescription } from "./description.ts";
import { handshakeOf, isOfHandshake } from "./handshake-attributes.ts";
import { isAudio, refuseStream } from "./offer-answer.ts";

/** What one side wants of its streams: in the clear; encrypted where its peer can; encrypted by said keys, or by a handshake, or not at all. */
export type KeyPolicy = "none" | "optional" | "sdes" | "dtls";

const SECURE_PROFILE = /^(?:UDP\/TLS\/)?RTP\/SAVPF?$/i;
const PROFILE = /^(?:UDP\/TLS\/RTP\/SAVPF?|RTP\/S?AVPF?)$/i;

/** Whether the stream's profile says that it is encrypted, however its keys come. */
export function isSecureProfile(protocol: string): boolean {
  return SECURE_PROFILE.test(protocol);
}

/** Whether the stream is RTP under a profile that is known here: with encryption or without, with feedback (RFC 4585) or without. */
export function isKnownProfile(protocol: string): boolean {
  return PROFILE.test(protocol);
}

function isCrypto({ name }: { readonly name: string }): boolean {
  return name === "crypto";
}

/** The lines that can be used, in order. Of two with one tag, which must not be (RFC 4568 section 5.1.1), the first. */
export function cryptoLines(media: MediaDescription): CryptoLine[] {
  const lines: CryptoLine[] = [];
  for (const attribute of media.attributes) {
    const line = isCrypto(attribute) ? parseCryptoLine(attribute.value ?? "") : null;
    if (line !== null && lines.every(({ tag }) => tag !== line.tag)) lines.push(line);
  }
  return lines;
}

/** Which of the offered lines we take: the one of the suite that stands first with us. Null where none is. */
export function chooseCrypto(offered: MediaDescription, suites: readonly SrtpSuite[]): CryptoLine | null {
  const lines = cryptoLines(offered);
  for (const suite of suites) {
    const line = lines.find((one) => one.suite === suite);
    if (line !== undefined) return line;
  }
  return null;
}

/**
 * The offer with every stream refused that the policy does not let be: one in the clear where encryption is a must, one without keys
 * that can be used where its profile wants them. Of a peer that may do either and offers its audio twice, as some do, the encrypted one is left.
 */
export function admitOffer(
  offer: SessionDescription,
  { policy, suites }: { readonly policy: KeyPolicy; readonly suites: readonly SrtpSuite[] },
): SessionDescription {
  const hasKeys = (media: MediaDescription) => chooseCrypto(media, suites) !== null;
  const secured = offer.media.some((media) => isAudio(media) && isSecureProfile(media.protocol) && hasKeys(media));
  const mustBeSecure = policy === "sdes" || policy === "dtls";
  const isAdmitted = (media: MediaDescription): boolean => {
    // Fax and the like would go in the clear.
    if (!isAudio(media)) return media.port === 0 || !mustBeSecure;
    // Under any profile: what stands in a description of its handshake is word enough (RFC 8829 section 5.1.2).
    if (policy === "dtls") return handshakeOf(offer, media) !== null;
    const secure = isSecureProfile(media.protocol);
    if (policy === "none") return !secure;
    return policy === "sdes" || secure ? hasKeys(media) : !secured;
  };
  if (offer.media.every(isAdmitted)) return offer;
  return { ...offer, media: offer.media.map((media) => (isAdmitted(media) ? media : refuseStream(media))) };
}

/** The stream with these lines and no other, under RTP/SAVP or RTP/AVP: feedback is between each side and us. */
export function withCrypto(
  media: MediaDescription,
  { lines, secure }: { readonly lines: readonly Pick<CryptoLine, "tag" | "name" | "key">[]; readonly secure: boolean },
): MediaDescription {
  const others = media.attributes.filter((attribute) => !isCrypto(attribute) && !isOfHandshake(attribute));
  const attributes = [...others, ...lines.map((line) => ({ name: "crypto", value: formatCryptoLine(line) }))];
  if (!isKnownProfile(media.protocol)) return media;
  return { ...media, protocol: secure ? "RTP/SAVP" : "RTP/AVP", attributes };
}

export interface CryptoPair {
  readonly local: CryptoLine;
  readonly remote: CryptoLine;
}

/**
 * What both descriptions of a stream agree on: the line of the offer whose tag and suite the one line of the answer repeats (RFC 4568 section 7.1.3),
 * whichever of them is the answer. Null where they agree on none.
 */
export function agreedCrypto(local: MediaDescription, remote: MediaDescription): CryptoPair | null {
  const [ours, theirs] = [cryptoLines(local), cryptoLines(remote)];
  if (ours.length !== 1 && theirs.length !== 1) return null;
  for (const mine of ours) {
    const line = theirs.find(({ tag, suite }) => tag === mine.tag && suite === mine.suite);
    if (line !== undefined) return { local: mine, remote: line };
  }
  return null;
}

/** The description as it would be without encryption: for comparing what two sides say that are keyed each by itself. */
export function withoutCrypto(description: SessionDescription): SessionDescription {
  const media = description.media.map((section) => withCrypto(section, { lines: [], secure: false }));
  return { ...description, media };
}
