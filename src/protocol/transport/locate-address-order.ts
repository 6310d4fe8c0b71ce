// In which order the addresses of one server are tried (RFC 7984 section 4, by the policy table of RFC 6724 section 2.1).

import { parseAddress } from "./address.ts";

/** Precedence by leading 16 bits; only what tells usable destinations apart. */
function precedenceOf(text: string): number {
  const address = parseAddress(text);
  if (address === null) return 0;
  const first = address.words[0] ?? 0;
  if (address.family === 4) return 35;
  if (address.words.every((word, index) => word === (index === 7 ? 1 : 0))) return 50;
  if (first === 0x2002) return 30;
  if (first === 0x2001 && address.words[1] === 0) return 5;
  if (first >>> 9 === 0x7e) return 3;
  return 40;
}

/**
 * By precedence, otherwise as the answer has them; then the families take turns, so that a family that leads nowhere costs
 * one try and not all of them (RFC 8305 section 4).
 */
export function orderAddresses(addresses: readonly string[]): string[] {
  const sorted = [...addresses].sort((one, other) => precedenceOf(other) - precedenceOf(one));
  const isFirstFamily = (address: string): boolean => address.includes(":") === sorted[0]?.includes(":");
  const first = sorted.filter(isFirstFamily);
  const second = sorted.filter((address) => !isFirstFamily(address));
  return first
    .flatMap((address, index) => [address, ...second.slice(index, index + 1)])
    .concat(second.slice(first.length));
}
