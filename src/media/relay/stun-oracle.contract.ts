// Connectivity checks a second time, by node:crypto and straight from the standards (RFC 8489, RFC 8445): what the relay's own answers are held against.

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

const COOKIE = Buffer.from("2112a442", "hex");
const FINGERPRINT_MASK = 0x5354554e;

export interface CheckWords {
  /** `ours:theirs`, as who answers sees it. */
  readonly username: string;
  readonly password: string;
  readonly nominates?: boolean;
  readonly controlled?: boolean;
  readonly priority?: number;
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function withLength(message: Buffer, length: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(length, 2);
  return copy;
}

function integrityOf(message: Buffer, password: string): Buffer {
  // The length counts the integrity, and nothing behind it (section 14.5).
  return createHmac("sha1", password)
    .update(withLength(message, message.length - 20 + 24))
    .digest();
}

function sealed(message: Buffer, password: string): Buffer {
  const whole = Buffer.concat([message, attribute(0x0008, integrityOf(message, password))]);
  const counted = withLength(whole, whole.length - 20 + 8);
  const mark = Buffer.alloc(4);
  mark.writeUInt32BE((crc32(counted) ^ FINGERPRINT_MASK) >>> 0);
  return Buffer.concat([counted, attribute(0x8028, mark)]);
}

export function writeCheck(words: CheckWords): Buffer {
  const { username, password, nominates = false, controlled = false, priority = 1 } = words;
  const ranked = Buffer.alloc(4);
  ranked.writeUInt32BE(priority);
  const parts = [
    Buffer.from("00010000", "hex"),
    COOKIE,
    randomBytes(12),
    attribute(0x0006, Buffer.from(username)),
    attribute(0x0024, ranked),
    attribute(controlled ? 0x8029 : 0x802a, randomBytes(8)),
    ...(nominates ? [attribute(0x0025, Buffer.alloc(0))] : []),
    // Of whom nobody has heard.
    attribute(0x0032, Buffer.from("?")),
  ];
  return sealed(Buffer.concat(parts), password);
}

export interface CheckAnswer {
  readonly success: boolean;
  /** Where the answerer saw the check come from; null in a failure. */
  readonly mapped: { readonly address: string; readonly port: number } | null;
  readonly error: number | null;
}

/** Null for what is no answer to this check, or not made with the password. */
export function readAnswer(packet: Buffer, check: Buffer, password: string): CheckAnswer | null {
  const type = packet.readUInt16BE(0);
  if ((type !== 0x0101 && type !== 0x0111) || !packet.subarray(4, 20).equals(check.subarray(4, 20))) return null;
  let mapped: CheckAnswer["mapped"] = null;
  let error: number | null = null;
  let whole = false;
  for (let at = 20; at < packet.length; ) {
    const [kind, length] = [packet.readUInt16BE(at), packet.readUInt16BE(at + 2)];
    const value = packet.subarray(at + 4, at + 4 + length);
    if (kind === 0x0020) mapped = unmask(value, packet);
    if (kind === 0x0009) error = value.readUInt8(2) * 100 + value.readUInt8(3);
    if (kind === 0x0008 && !timingSafeEqual(value, integrityOf(packet.subarray(0, at), password))) return null;
    if (kind === 0x8028) whole = value.readUInt32BE() === (crc32(packet.subarray(0, at)) ^ FINGERPRINT_MASK) >>> 0;
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return whole ? { success: type === 0x0101, mapped, error } : null;
}

function unmask(value: Buffer, packet: Buffer): CheckAnswer["mapped"] {
  const port = value.readUInt16BE(2) ^ 0x2112;
  const host = value.subarray(4).map((byte, index) => byte ^ packet.readUInt8(4 + index));
  return { address: host.join("."), port };
}
