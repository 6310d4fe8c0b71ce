// RFC 4568's rules of keys in descriptions, and the border's own: no key of one leg is ever said on another.
import type { PeerName } from "../engine/rig.ts";
import type { HandshakeSeen } from "./handshake-names.ts";
import { type CryptoSeen, cryptoSeenIn } from "./key-names.ts";
import { type Hold, hasDescription, type Noted, type RuleBook, streamsOf } from "./message-eyes.ts";

const KEY_BYTES: Readonly<Record<string, number>> = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AES_256_CM_HMAC_SHA1_80: 46,
  AES_256_CM_HMAC_SHA1_32: 46,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
};

/** One end of a leg. */
type Owner = string;

export class KeyRules implements RuleBook {
  readonly #hold: Hold;
  readonly #owners = new Map<string, Owner>();

  constructor(hold: Hold) {
    this.#hold = hold;
  }

  note(noted: Noted): void {
    const { message, said } = noted;
    if (!hasDescription(message)) return;
    const owner = ownerOf(noted.peer, message.header("Call-ID"), said);
    const credentials = streamsOf(message.body).flatMap(({ ice }) => ice.credentials ?? []);
    for (const secret of [...cryptoSeenIn(message.body).map(({ key }) => key), ...credentials]) {
      const before = this.#owners.get(secret) ?? owner;
      if (said) this.#hold(before === owner, noted, "no key of another end, or of another leg");
      this.#owners.set(secret, before);
    }
    if (said) this.#judgeForm(noted);
  }

  #judgeForm(noted: Noted): void {
    for (const { protocol, port, crypto, handshake } of streamsOf(noted.message.body)) {
      if (port === 0) continue;
      const byHandshake = handshake !== null;
      this.#hold(
        byHandshake || !/^UDP\/TLS/.test(protocol),
        noted,
        "a handshake for UDP/TLS/RTP/SAVP (RFC 5764 section 8)",
      );
      this.#hold(
        !byHandshake || isWholeHandshake(handshake),
        noted,
        "who begins, and one certificate (RFC 5763 section 5)",
      );
      this.#hold(!byHandshake || crypto.length === 0, noted, "keys of one kind");
      const secure = /SAVP/.test(protocol) && !byHandshake;
      this.#hold(!secure || crypto.length > 0, noted, "keys for RTP/SAVP (RFC 4568 section 4)");
      const tags = new Set(crypto.map(({ tag }) => tag));
      this.#hold(tags.size === crypto.length, noted, "each tag once (RFC 4568 section 5.1.1)");
      const keys = new Set(crypto.map(({ key }) => key));
      this.#hold(keys.size === crypto.length, noted, "a key of its own for each line");
      this.#hold(crypto.every(isWhole), noted, "keys as long as their suites want them (RFC 4568 section 6.1)");
    }
  }
}

function ownerOf(peer: PeerName, callId: string, said: boolean): Owner {
  return `${said ? "demarc" : peer} with ${peer} in ${callId}`;
}

function isWholeHandshake({ fingerprints, setup }: HandshakeSeen): boolean {
  const isOne = fingerprints.length === 1 && /^sha-256 [0-9A-F]{2}(?::[0-9A-F]{2}){31}$/.test(fingerprints[0] ?? "");
  return isOne && (setup === "active" || setup === "passive" || setup === "actpass");
}

function isWhole({ suite, key }: CryptoSeen): boolean {
  return Buffer.from(key, "base64").length === KEY_BYTES[suite];
}
