// What a description says of a handshake on the stream's own port (DTLS-SRTP, RFC 5763): who begins it (RFC 4145), which certificate its writer shows
// (RFC 8122), and which association it means (RFC 8842).

import type { Attribute, MediaDescription, SessionDescription } from "./description.ts";

/** Of certificates, weakest first. RFC 8122 section 5 rules MD2 and MD5 out. */
export const DIGEST_NAMES = ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"] as const;
export type DigestName = (typeof DIGEST_NAMES)[number];

export interface Fingerprint {
  readonly digest: DigestName;
  /** Pairs of digits in upper case, colons between. */
  readonly value: string;
}

/** active: its writer begins; passive: it waits; actpass: it does either, which only an offer may say. */
export type Setup = "active" | "passive" | "actpass";

export interface HandshakeSaid {
  /** All of the strongest digest that is known here: one of them is the certificate's (RFC 8122 section 5). */
  readonly fingerprints: readonly Fingerprint[];
  /** Null where nothing is said: an offer is then active, an answer passive (RFC 4145 section 4). */
  readonly setup: Setup | null;
  /** a=tls-id; null from who knows nothing of it. */
  readonly id: string | null;
}

const DIGEST_BYTES: Readonly<Record<DigestName, number>> = {
  "sha-1": 20,
  "sha-224": 28,
  "sha-256": 32,
  "sha-384": 48,
  "sha-512": 64,
};
const PAIRS = /^[0-9A-F]{2}(?::[0-9A-F]{2})*$/;
/** RFC 8842 section 4. */
const TLS_ID = /^[A-Za-z0-9+/_-]{20,255}$/;
/** A peer has one certificate, or two while it changes them. */
const MOST_FINGERPRINTS = 16;
const NAMES: ReadonlySet<string> = new Set(["fingerprint", "setup", "tls-id", "connection"]);

export function isOfHandshake({ name }: Attribute): boolean {
  return NAMES.has(name);
}

/** Null for a stream without a fingerprint that can be used, or one that is to begin at another time (holdconn, which RFC 8842 section 5.1 rules out). */
export function handshakeOf(description: SessionDescription, media: MediaDescription): HandshakeSaid | null {
  if (media.port === 0) return null;
  const said = (name: string) => {
    const own = media.attributes.filter((attribute) => attribute.name === name);
    return own.length > 0 ? own : description.attributes.filter((attribute) => attribute.name === name);
  };
  const setup = said("setup")[0]?.value?.trim().toLowerCase() ?? null;
  if (setup !== null && !isSetup(setup)) return null;
  const id = said("tls-id")[0]?.value?.trim() ?? "";
  const fingerprints = strongest(said("fingerprint").slice(0, MOST_FINGERPRINTS));
  return fingerprints.length === 0 ? null : { fingerprints, setup, id: TLS_ID.test(id) ? id : null };
}

function isSetup(word: string): word is Setup {
  return word === "active" || word === "passive" || word === "actpass";
}

function strongest(lines: readonly Attribute[]): Fingerprint[] {
  const all = lines.map(readFingerprint).filter((one) => one !== null);
  const best = DIGEST_NAMES.findLast((name) => all.some(({ digest }) => digest === name));
  return all.filter(({ digest }) => digest === best);
}

function readFingerprint({ value }: Attribute): Fingerprint | null {
  const [name = "", pairs = ""] = (value ?? "").trim().split(/ +/, 2);
  const digest = DIGEST_NAMES.find((one) => one === name.toLowerCase());
  const text = pairs.toUpperCase();
  if (digest === undefined || !PAIRS.test(text)) return null;
  return (text.length + 1) / 3 === DIGEST_BYTES[digest] ? { digest, value: text } : null;
}

/** Who it is that would show a certificate, as one text. */
export function nameOfHandshake({ fingerprints, id }: HandshakeSaid): string {
  const values = fingerprints.map(({ digest, value }) => `${digest} ${value}`).sort();
  return [...values, id ?? ""].join(",");
}

/** The stream as one whose keys come by a handshake, under UDP/TLS/RTP/SAVP. The fingerprint is the media plane's to add. */
export function withHandshake(
  media: MediaDescription,
  { setup, id }: { readonly setup: Setup; readonly id: string | null },
): MediaDescription {
  const others = media.attributes.filter((one) => !isOfHandshake(one) && one.name !== "crypto");
  return { ...withSetup({ ...media, attributes: others }, { setup, id }), protocol: "UDP/TLS/RTP/SAVP" };
}

/** The stream with another word of who begins, and all else as it was: to say the same again changes nothing. */
export function withSetup(
  media: MediaDescription,
  { setup, id }: { readonly setup: Setup; readonly id: string | null },
): MediaDescription {
  const wanted = new Map<string, string>([["setup", setup], ...(id === null ? [] : [["tls-id", id] as const])]);
  const kept = media.attributes.flatMap((attribute): Attribute[] => {
    const { name } = attribute;
    if (name !== "setup" && name !== "tls-id") return [attribute];
    const value = wanted.get(name);
    wanted.delete(name);
    return value === undefined ? [] : [{ name, value }];
  });
  return { ...media, attributes: [...kept, ...[...wanted].map(([name, value]) => ({ name, value }))] };
}
