// STUN on a SIP socket: what keeps a NAT's binding open and tells a client its outside address (RFC 5626 section 4.4.2, RFC 8489).

import { parseAddress } from "./address.ts";

const MAGIC = "\x21\x12\xa4\x42";
const HEADER_BYTES = 20;
const BINDING_REQUEST = "\x00\x01";
const BINDING_SUCCESS = "\x01\x01";
const XOR_MAPPED_ADDRESS = "\x00\x20";
/** More than any binding request of a SIP client carries: USERNAME, SOFTWARE, FINGERPRINT and the like. */
const LIMIT_BYTES = 548;

function word(value: number): string {
  return String.fromCharCode((value >>> 8) & 0xff, value & 0xff);
}

function wordAt(text: string, index: number): number {
  return (text.charCodeAt(index) << 8) | text.charCodeAt(index + 1);
}

/** Whether a datagram is STUN and cannot be SIP: its first two bits are 0 and the cookie is there (RFC 8489 section 5). */
export function isStun(text: string): boolean {
  return text.length >= HEADER_BYTES && text.charCodeAt(0) < 0x40 && text.startsWith(MAGIC, 4);
}

/**
 * The answer to a binding request, or null for all else that STUN has: indications, other methods, a length that is not true.
 * Characters are bytes (latin1), as in all messages. Attributes of the request are not looked at: a keep-alive needs none of them.
 */
export function answerStunBinding(
  text: string,
  source: { readonly address: string; readonly port: number },
): string | null {
  const length = wordAt(text, 2);
  const whole = text.length === HEADER_BYTES + length && length % 4 === 0 && text.length <= LIMIT_BYTES;
  const address = parseAddress(source.address);
  if (!isStun(text) || !whole || !text.startsWith(BINDING_REQUEST) || address === null) return null;
  // The address is masked with the cookie and, of IPv6, the transaction id behind it (section 14.2).
  const masked = address.words.map((part, index) => word(part ^ wordAt(text, 4 + 2 * index))).join("");
  const value = `\x00${address.family === 4 ? "\x01" : "\x02"}${word(source.port ^ wordAt(text, 4))}${masked}`;
  const attribute = XOR_MAPPED_ADDRESS + word(value.length) + value;
  return BINDING_SUCCESS + word(attribute.length) + text.slice(4, HEADER_BYTES) + attribute;
}
