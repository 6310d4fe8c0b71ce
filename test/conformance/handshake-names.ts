// DTLS handshakes of a ladder, by name: what a peer's lines say (RFC 5763, 8122, 8842), and which tls-id of Demarc's goes by which name.
import { createHash } from "node:crypto";
import type { KeyNames } from "./key-names.ts";

/**
 * Of a peer `dtls=c1.active`: the certificate c1, who begins, and no tls-id; `dtls=c1.active.x`: with the tls-id x. Of Demarc `dtls=d1.actpass`: its tls-id
 * d1; `dtls=none.passive`: without one. Null for none.
 */
export type HandshakeWord = { readonly name: string; readonly setup: string; readonly id: string | null } | null;

/** Of one stream; null where nothing is said of it. */
export interface HandshakeSeen {
  readonly fingerprints: readonly string[];
  readonly setup: string | null;
  readonly id: string | null;
}

/** @throws Error where it means nothing */
export function readHandshakeWord(text: string): HandshakeWord {
  const [, name = "", setup = "", id = null] =
    /^(\w+)\.(active|passive|actpass|holdconn)(?:\.(\w+))?$/.exec(text) ?? [];
  if (setup === "") throw new Error(`what is "${text}" of a handshake?`);
  return { name, setup, id };
}

/** The SHA-256 of a peer's certificate, as a=fingerprint has it. */
export function peerFingerprint(name: string): string {
  const pairs = createHash("sha256").update(name).digest("hex").toUpperCase().match(/../g) ?? [];
  return pairs.join(":");
}

/** A peer's lines. */
export function writeHandshakeLines(word: HandshakeWord): string[] {
  if (word === null) return [];
  const { name, setup, id } = word;
  const named = id === null ? [] : [`a=tls-id:${createHash("sha256").update(id).digest("hex").slice(0, 24)}`];
  return [`a=fingerprint:sha-256 ${peerFingerprint(name)}`, `a=setup:${setup}`, ...named];
}

export function handshakeSeenIn(section: string): HandshakeSeen | null {
  const fingerprints = [...section.matchAll(/^a=fingerprint:(.+)\r$/gm)].map(([, value = ""]) => value);
  const setup = /^a=setup:(\S+)\r$/m.exec(section)?.[1] ?? null;
  const id = /^a=tls-id:(\S+)\r$/m.exec(section)?.[1] ?? null;
  return fingerprints.length === 0 && setup === null && id === null ? null : { fingerprints, setup, id };
}

/** How Demarc's lines differ from what the word tells of them. */
export function handshakeDifferences(seen: HandshakeSeen | null, word: HandshakeWord, names: KeyNames): string[] {
  if (seen === null || word === null)
    return seen === null && word === null ? [] : [`a handshake: ${seen?.setup ?? "none"}`];
  if (seen.setup !== word.setup) return [`setup ${seen.setup ?? "none"}`];
  if (seen.fingerprints.length !== 1) return [`${seen.fingerprints.length} fingerprints`];
  if (word.name === "none") return seen.id === null ? [] : ["a tls-id"];
  if (seen.id === null) return ["no tls-id"];
  return names.fits(word.name, seen.id) ? [] : [`the tls-id ${word.name} is ${names.nameOf(seen.id) ?? "a new one"}`];
}
