// IP addresses and address blocks as text that a peer or an operator wrote, compared by value. An IPv4-mapped IPv6
// address (RFC 4291 2.5.5.2) is the IPv4 address: a dual-stack socket shows an IPv4 peer in that form.

export interface Address {
  readonly family: 4 | 6;
  /** 16-bit words, most significant first: 2 of IPv4, 8 of IPv6. */
  readonly words: readonly number[];
}

export interface Cidr {
  readonly family: 4 | 6;
  /** The first address of the block. */
  readonly words: readonly number[];
  /** Leading bits that count: 0 to 32, or to 128. */
  readonly prefixBits: number;
}

const DOT = 0x2e;
const ZERO = 0x30;

/** Read digit by digit: addresses are compared several times in each call. */
function parseIpv4Words(text: string): readonly number[] | null {
  let [word, first, octet, digits, dots] = [0, 0, 0, 0, 0];
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || octet > 255 || dots > 3) return null;
      word = (dots & 1) === 0 ? octet : word * 256 + octet;
      if (dots === 1) first = word;
      dots += 1;
      octet = 0;
      digits = 0;
      continue;
    }
    // A leading zero is octal to some readers and decimal to others: neither here.
    if (code < ZERO || code > ZERO + 9 || digits === 3 || (digits > 0 && octet === 0)) return null;
    octet = octet * 10 + code - ZERO;
    digits += 1;
  }
  return dots === 4 ? [first, word] : null;
}

function parseIpv6Half(text: string, last: boolean): number[] | null {
  if (text === "") return [];
  const words: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (part.includes(".")) {
      const tail = last && index === parts.length - 1 ? parseIpv4Words(part) : null;
      if (tail === null) return null;
      words.push(...tail);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      words.push(Number.parseInt(part, 16));
    }
  }
  return words;
}

function parseIpv6Words(text: string): readonly number[] | null {
  const gap = text.indexOf("::");
  if (gap < 0) {
    const words = parseIpv6Half(text, true);
    return words !== null && words.length === 8 ? words : null;
  }
  if (text.indexOf("::", gap + 1) >= 0) return null;
  const head = parseIpv6Half(text.slice(0, gap), false);
  const tail = parseIpv6Half(text.slice(gap + 2), true);
  if (head === null || tail === null || head.length + tail.length > 7) return null;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function isMapped(words: readonly number[]): boolean {
  return words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0);
}

/** Reads an IPv4 or IPv6 literal, without brackets, zone or prefix length. Null when it is not one. */
export function parseAddress(text: string): Address | null {
  if (text.length > 45) return null;
  if (!text.includes(":")) {
    const words = parseIpv4Words(text);
    return words === null ? null : { family: 4, words };
  }
  const words = parseIpv6Words(text);
  if (words === null) return null;
  return isMapped(words) ? { family: 4, words: words.slice(6) } : { family: 6, words };
}

/** Reads `address/bits`, or a single address as a block of one. Null when it is not one. Bits below the mask are cleared. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf("/");
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = parseAddress(addressText);
  if (address === null) return null;
  const addressBits = address.family === 4 ? 32 : 128;
  if (slash < 0) return { ...address, prefixBits: addressBits };
  const bitsText = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(bitsText)) return null;
  const mapped = address.family === 4 && addressText.includes(":");
  const prefixBits = Number(bitsText) - (mapped ? 96 : 0);
  if (prefixBits < 0 || prefixBits > addressBits) return null;
  const words = address.words.map((word, index) => word & wordMask(prefixBits, index));
  return { family: address.family, words, prefixBits };
}

/** The bits of the 16-bit word at `index` that a prefix of `prefixBits` covers. */
function wordMask(prefixBits: number, index: number): number {
  const bits = Math.min(16, Math.max(0, prefixBits - index * 16));
  return (0xffff << (16 - bits)) & 0xffff;
}

/** Whether the address lies in the block. Text that is no address lies in none. */
export function addressInCidr(address: Address | string, cidr: Cidr): boolean {
  const parsed = typeof address === "string" ? parseAddress(address) : address;
  if (parsed === null || parsed.family !== cidr.family) return false;
  return parsed.words.every((word, index) => (word & wordMask(cidr.prefixBits, index)) === cidr.words[index]);
}

/** The one spelling of an address, to look it up by; text that is no address is itself. */
export function spellAddress(text: string): string {
  // An IPv4 address has but one.
  if (!text.includes(":")) return text;
  const address = parseAddress(text);
  if (address === null) return text;
  const { family, words } = address;
  return family === 6 ? words.join(":") : words.flatMap((word) => [word >>> 8, word & 255]).join(".");
}

/** Whether both are one address, however it is written; false when one of them is none. */
export function sameAddress(left: string, right: string): boolean {
  // An IPv4 address has one spelling.
  if (!left.includes(":") && !right.includes(":")) return left === right && parseIpv4Words(left) !== null;
  const one = parseAddress(left);
  const other = parseAddress(right);
  if (one === null || other === null || one.family !== other.family) return false;
  return one.words.every((word, index) => word === other.words[index]);
}

/** `0.0.0.0` or `::`: every address of the machine when listening, none when sending. */
export function isUnspecifiedAddress(address: Address): boolean {
  return address.words.every((word) => word === 0);
}

/** `127.0.0.0/8` or `::1`. */
export function isLoopbackAddress(address: Address): boolean {
  if (address.family === 4) return (address.words[0] ?? 0) >>> 8 === 127;
  return address.words.every((word, index) => word === (index === 7 ? 1 : 0));
}

/** `169.254.0.0/16` or `fe80::/10`: good on one wire only, and where clouds keep their machines' secrets. */
export function isLinkLocalAddress(address: Address): boolean {
  const first = address.words[0] ?? 0;
  return address.family === 4 ? first === 0xa9fe : first >>> 6 === 0x3fa;
}

/** A multicast group, or the IPv4 limited broadcast address: nothing that one peer could be. */
export function isGroupAddress(address: Address): boolean {
  const first = address.words[0] ?? 0;
  if (address.family === 6) return first >>> 8 === 0xff;
  return first >>> 12 === 0xe || (first === 0xffff && address.words[1] === 0xffff);
}

/** One spelling for one block, so that equal blocks have equal text: `10.0.0.0/8`, `2001:db8:0:0:0:0:0:0/32`. */
export function formatCidr(cidr: Cidr): string {
  const { words } = cidr;
  const text =
    cidr.family === 4
      ? words.map((word) => `${word >>> 8}.${word & 255}`).join(".")
      : words.map((word) => word.toString(16)).join(":");
  return `${text}/${cidr.prefixBits}`;
}
