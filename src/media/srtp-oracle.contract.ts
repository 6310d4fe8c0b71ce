// SRTP and SRTCP a second time, by node:crypto and straight from the standards (RFC 3711, 6188, 7714): what the relay's own is held against.
// Slow and without windows: the caller says which index a packet has.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { SrtpSuite } from "../protocol/sdp/index.ts";

interface SuiteShape {
  readonly keyBytes: number;
  readonly saltBytes: number;
  readonly tagBytes: number;
  readonly aead: boolean;
}

const SHAPES: Readonly<Record<SrtpSuite, SuiteShape>> = {
  AEAD_AES_256_GCM: { keyBytes: 32, saltBytes: 12, tagBytes: 16, aead: true },
  AEAD_AES_128_GCM: { keyBytes: 16, saltBytes: 12, tagBytes: 16, aead: true },
  AES_256_CM_HMAC_SHA1_80: { keyBytes: 32, saltBytes: 14, tagBytes: 10, aead: false },
  AES_CM_128_HMAC_SHA1_80: { keyBytes: 16, saltBytes: 14, tagBytes: 10, aead: false },
  AES_256_CM_HMAC_SHA1_32: { keyBytes: 32, saltBytes: 14, tagBytes: 4, aead: false },
  AES_CM_128_HMAC_SHA1_32: { keyBytes: 16, saltBytes: 14, tagBytes: 4, aead: false },
};

const RTP_HEADER_BYTES = 12;
const RTCP_HEADER_BYTES = 8;
const ENCRYPTED = 0x80000000;

export function newMasterKey(suite: SrtpSuite): string {
  const { keyBytes, saltBytes } = SHAPES[suite];
  return randomBytes(keyBytes + saltBytes).toString("base64");
}

interface SessionKeys {
  readonly cipher: Buffer;
  readonly auth: Buffer;
  readonly salt: Buffer;
}

/** RFC 3711 section 4.3; `firstLabel` is 0 for RTP, 3 for RTCP. */
function derive(suite: SrtpSuite, master: string, firstLabel: number): SessionKeys {
  const { keyBytes, saltBytes } = SHAPES[suite];
  const bytes = Buffer.from(master, "base64");
  const key = bytes.subarray(0, keyBytes);
  const stream = (label: number, length: number) => {
    const iv = Buffer.alloc(16);
    bytes.copy(iv, 0, keyBytes);
    iv[7] = (iv[7] ?? 0) ^ label;
    return createCipheriv(`aes-${keyBytes * 8}-ctr`, key, iv).update(Buffer.alloc(length));
  };
  return {
    cipher: stream(firstLabel, keyBytes),
    auth: stream(firstLabel + 1, 20),
    salt: stream(firstLabel + 2, saltBytes),
  };
}

function mix(into: Buffer, bytes: Buffer, at: number): Buffer {
  for (const [index, byte] of bytes.entries()) into[at + index] = (into[at + index] ?? 0) ^ byte;
  return into;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function indexBytes(index: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(index, 0, 6);
  return bytes;
}

interface Sealed {
  readonly ssrc: Buffer;
  readonly index: number;
  /** Authenticated and not encrypted. */
  readonly clear: Buffer;
  readonly body: Buffer;
}

/** RFC 7714 sections 8.1 and 9.1. */
function gcmIv(salt: Buffer, { ssrc, index }: Sealed): Buffer {
  return mix(mix(Buffer.from(salt), ssrc, 2), indexBytes(index), 6);
}

/** One direction under one master key. */
export class SrtpOracle {
  readonly #shape: SuiteShape;
  readonly #rtp: SessionKeys;
  readonly #rtcp: SessionKeys;

  constructor(suite: SrtpSuite, master: string) {
    this.#shape = SHAPES[suite];
    this.#rtp = derive(suite, master, 0);
    this.#rtcp = derive(suite, master, 3);
  }

  /** `turn` is the roll-over counter; the header is twelve bytes. */
  protect(packet: Buffer, turn = 0): Buffer {
    const header = packet.subarray(0, RTP_HEADER_BYTES);
    const body = packet.subarray(RTP_HEADER_BYTES);
    const index = turn * 0x10000 + packet.readUInt16BE(2);
    if (this.#shape.aead) {
      const sealed = this.#seal(this.#rtp, { ssrc: packet.subarray(8, 12), index, clear: header, body });
      return Buffer.concat([header, sealed.body, sealed.tag]);
    }
    const sealed = Buffer.concat([header, this.#counter(this.#rtp, packet.subarray(8, 12), index).update(body)]);
    return Buffer.concat([sealed, this.#tag(this.#rtp, Buffer.concat([sealed, word(turn)]), this.#shape.tagBytes)]);
  }

  /** Null for a packet that is not of this key, or of another turn. */
  unprotect(packet: Buffer, turn = 0): Buffer | null {
    const end = packet.length - this.#shape.tagBytes;
    const tag = packet.subarray(end);
    const header = packet.subarray(0, RTP_HEADER_BYTES);
    const body = packet.subarray(RTP_HEADER_BYTES, end);
    const index = turn * 0x10000 + packet.readUInt16BE(2);
    if (this.#shape.aead) {
      const opened = this.#open(this.#rtp, { ssrc: packet.subarray(8, 12), index, clear: header, body, tag });
      return opened === null ? null : Buffer.concat([header, opened]);
    }
    const due = this.#tag(this.#rtp, Buffer.concat([packet.subarray(0, end), word(turn)]), this.#shape.tagBytes);
    if (!due.equals(tag)) return null;
    return Buffer.concat([header, this.#counter(this.#rtp, packet.subarray(8, 12), index).update(body)]);
  }

  protectRtcp(packet: Buffer, index: number): Buffer {
    const header = packet.subarray(0, RTCP_HEADER_BYTES);
    const body = packet.subarray(RTCP_HEADER_BYTES);
    const last = word(ENCRYPTED + index);
    if (this.#shape.aead) {
      const clear = Buffer.concat([header, last]);
      const sealed = this.#seal(this.#rtcp, { ssrc: packet.subarray(4, 8), index, clear, body });
      return Buffer.concat([header, sealed.body, sealed.tag, last]);
    }
    const sealed = this.#counter(this.#rtcp, packet.subarray(4, 8), index).update(body);
    const whole = Buffer.concat([header, sealed, last]);
    return Buffer.concat([whole, this.#tag(this.#rtcp, whole, 10)]);
  }

  /** Null for a packet that is not of this key. */
  unprotectRtcp(packet: Buffer): Buffer | null {
    const { aead } = this.#shape;
    const tailBytes = aead ? 16 + 4 : 4 + 10;
    const end = packet.length - tailBytes;
    const last = packet.subarray(aead ? end + 16 : end, aead ? end + 20 : end + 4);
    const tag = aead ? packet.subarray(end, end + 16) : packet.subarray(end + 4);
    const index = last.readUInt32BE() - ENCRYPTED;
    const header = packet.subarray(0, RTCP_HEADER_BYTES);
    const body = packet.subarray(RTCP_HEADER_BYTES, end);
    if (index < 0) return null;
    if (aead) {
      const clear = Buffer.concat([header, last]);
      const opened = this.#open(this.#rtcp, { ssrc: packet.subarray(4, 8), index, clear, body, tag });
      return opened === null ? null : Buffer.concat([header, opened]);
    }
    if (!this.#tag(this.#rtcp, packet.subarray(0, end + 4), 10).equals(tag)) return null;
    return Buffer.concat([header, this.#counter(this.#rtcp, packet.subarray(4, 8), index).update(body)]);
  }

  /** RFC 3711 section 4.1.1: encrypting is decrypting. */
  #counter({ cipher, salt }: SessionKeys, ssrc: Buffer, index: number) {
    const iv = Buffer.alloc(16);
    salt.copy(iv);
    mix(mix(iv, ssrc, 4), indexBytes(index), 8);
    return createCipheriv(`aes-${this.#shape.keyBytes * 8}-ctr`, cipher, iv);
  }

  #seal({ cipher, salt }: SessionKeys, sealed: Sealed): { readonly body: Buffer; readonly tag: Buffer } {
    const gcm = createCipheriv(this.#gcm, cipher, gcmIv(salt, sealed), { authTagLength: 16 }).setAAD(sealed.clear);
    const body = Buffer.concat([gcm.update(sealed.body), gcm.final()]);
    return { body, tag: gcm.getAuthTag() };
  }

  #open({ cipher, salt }: SessionKeys, sealed: Sealed & { readonly tag: Buffer }): Buffer | null {
    const gcm = createDecipheriv(this.#gcm, cipher, gcmIv(salt, sealed), { authTagLength: 16 });
    gcm.setAAD(sealed.clear).setAuthTag(sealed.tag);
    try {
      return Buffer.concat([gcm.update(sealed.body), gcm.final()]);
    } catch {
      return null;
    }
  }

  get #gcm(): "aes-128-gcm" | "aes-256-gcm" {
    return this.#shape.keyBytes === 16 ? "aes-128-gcm" : "aes-256-gcm";
  }

  #tag({ auth }: SessionKeys, bytes: Buffer, length: number): Buffer {
    return createHmac("sha1", auth).update(bytes).digest().subarray(0, length);
  }
}
