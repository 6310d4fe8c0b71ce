// Base64 (RFC 4648 section 4) for the pure world, which has no Buffer.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** With padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = Math.min(4, bytes.length - at + 1);
    for (let digit = 0; digit < 4; digit += 1) text += digit < digits ? ALPHABET[(bits >> (18 - 6 * digit)) & 63] : "=";
  }
  return text;
}

/** Null for text that is none. Padding may be missing; bits beyond the last whole byte are dropped. */
export function decodeBase64(text: string): Uint8Array | null {
  const digits = text.replace(/={0,2}$/, "");
  if (digits.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let filled = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = ALPHABET.indexOf(digits.charAt(at));
    if (digit < 0) return null;
    bits = ((bits << 6) | digit) & 0x3fff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[filled] = (bits >> count) & 0xff;
    filled += 1;
  }
  return bytes;
}
