// SRTP keys of a ladder, by name: what a peer's a=crypto lines say (RFC 4568), and which key of Demarc's goes by which name. A name stands for one key
// through a whole ladder, and no key for two names.
import { createHash } from "node:crypto";

/** Of a line in the words of a description: `keys=1.AES.k1+2.GCM.k2`. */
export interface KeyWord {
  readonly tag: number;
  readonly suite: string;
  readonly name: string;
}

export interface CryptoSeen {
  readonly tag: number;
  readonly suite: string;
  readonly key: string;
}

const SUITES: Readonly<Record<string, { readonly suite: string; readonly bytes: number }>> = {
  AES: { suite: "AES_CM_128_HMAC_SHA1_80", bytes: 30 },
  AES32: { suite: "AES_CM_128_HMAC_SHA1_32", bytes: 30 },
  GCM: { suite: "AEAD_AES_128_GCM", bytes: 28 },
};

/** @throws Error naming the word that means nothing */
export function readKeyWords(text: string): KeyWord[] {
  return text.split("+").map((word) => {
    const [, tag = "", suite = "", name = ""] = /^(\d+)\.(\w+)\.(\w+)$/.exec(word) ?? [];
    if (name === "" || SUITES[suite] === undefined) throw new Error(`what is "${word}" among keys?`);
    return { tag: Number(tag), suite, name };
  });
}

/** The suite that a word of a ladder stands for, as RFC 4568 and its successors name it. */
export function suiteOf(word: string): string {
  return SUITES[word]?.suite ?? "";
}

/** The key that a peer has under a name, in base64. */
export function peerKey(name: string, suite: string): string {
  const bytes = SUITES[suite]?.bytes ?? 0;
  return createHash("sha256").update(name).digest().subarray(0, bytes).toString("base64");
}

export function writeCryptoLines(words: readonly KeyWord[]): string[] {
  return words.map(({ tag, suite, name }) => {
    return `a=crypto:${tag} ${suiteOf(suite)} inline:${peerKey(name, suite)}|2^20`;
  });
}

/** The a=crypto lines of a section. */
export function cryptoSeenIn(section: string): CryptoSeen[] {
  return [...section.matchAll(/^a=crypto:(\d+) (\S+) inline:([^|\s]+)/gm)].map(([, tag, suite = "", key = ""]) => {
    return { tag: Number(tag), suite, key };
  });
}

export class KeyNames {
  readonly #keys = new Map<string, string>();

  /** How Demarc's lines differ from what the words tell of them. A name that was not told before is given to what is there. */
  differences(seen: readonly CryptoSeen[], words: readonly KeyWord[]): string[] {
    const told = words.map(({ tag, suite }) => `${tag} ${suiteOf(suite)}`).join(", ");
    const found = seen.map(({ tag, suite }) => `${tag} ${suite}`).join(", ");
    if (told !== found) return [`keys ${found === "" ? "none" : found}`];
    return words.flatMap(({ name }, index) => {
      const key = seen[index]?.key ?? "";
      if (this.fits(name, key)) return [];
      return [`the key ${name} is ${this.nameOf(key) ?? "a new one"}`];
    });
  }

  /** Whether a name stands for this; one that was not told before does from now on. */
  fits(name: string, key: string): boolean {
    const known = this.#keys.get(name);
    if (known !== undefined) return known === key;
    if ([...this.#keys.values()].includes(key)) return false;
    this.#keys.set(name, key);
    return true;
  }

  nameOf(key: string): string | null {
    return [...this.#keys].find(([, known]) => known === key)?.[0] ?? null;
  }
}
