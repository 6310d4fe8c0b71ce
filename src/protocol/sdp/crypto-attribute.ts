// One a=crypto line (RFC 4568): a suite of SRTP, the key that its writer encrypts with, and how packets are marked with it.

import { decodeBase64, encodeBase64 } from "../../base/index.ts";
import { splitBlanks } from "./parse-line.ts";

/** RFC 4568 section 6.2, RFC 6188, RFC 7714 section 14.1; strongest first, those with short tags last. */
export const SRTP_SUITES = [
  "AEAD_AES_256_GCM",
  "AEAD_AES_128_GCM",
  "AES_256_CM_HMAC_SHA1_80",
  "AES_CM_128_HMAC_SHA1_80",
  "AES_256_CM_HMAC_SHA1_32",
  "AES_CM_128_HMAC_SHA1_32",
] as const;

export type SrtpSuite = (typeof SRTP_SUITES)[number];

/** Master key and salt. */
const KEY_BYTES: Readonly<Record<SrtpSuite, number>> = {
  AEAD_AES_256_GCM: 32 + 12,
  AEAD_AES_128_GCM: 16 + 12,
  AES_256_CM_HMAC_SHA1_80: 32 + 14,
  AES_CM_128_HMAC_SHA1_80: 16 + 14,
  AES_256_CM_HMAC_SHA1_32: 32 + 14,
  AES_CM_128_HMAC_SHA1_32: 16 + 14,
};

/** Written so before RFC 6188, and by some to this day. */
const OLD_NAMES: ReadonlyMap<string, SrtpSuite> = new Map([
  ["AES_CM_256_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80"],
  ["AES_CM_256_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_32"],
]);

export interface CryptoLine {
  /** 0 to 999,999,999; ties an answer to the line of the offer that it takes. */
  readonly tag: number;
  readonly suite: SrtpSuite;
  /** The suite as its writer spells it, which an answer repeats. */
  readonly name: string;
  /** Master key and salt in base64, padded. */
  readonly key: string;
  /** What its writer's packets are marked with (MKI, RFC 3711 section 3.1), in hexadecimal; empty for nothing. */
  readonly mark: string;
}

/** Longer marks are not carried: nobody numbers so many keys. */
const MOST_MARK_BYTES = 16;
/** 22 minutes of speech: whoever gives a key less has other plans for it than we. */
const LEAST_LIFETIME = 2n ** 16n;
/** RFC 3711 section 9.2. */
const MOST_LIFETIME = 2n ** 48n;

/** How many bytes master key and salt are together. */
export function keyBytesOf(suite: SrtpSuite): number {
  return KEY_BYTES[suite];
}

/**
 * What follows `a=crypto:`. Null for a line that cannot be used: of another suite, with several keys, with parameters that would leave something
 * without encryption or authentication or ask for what is not done (key derivation rates, FEC), or malformed. RFC 4568 section 7.1.2
 * has such lines passed over.
 */
export function parseCryptoLine(value: string): CryptoLine | null {
  const [tag = "", name = "", keys = "", ...parameters] = splitBlanks(value);
  const suite = OLD_NAMES.get(name) ?? SRTP_SUITES.find((one) => one === name);
  if (suite === undefined || !/^[0-9]{1,9}$/.test(tag) || !parameters.every(isHarmless)) return null;
  const [method = "", ...rest] = keys.split(":");
  if (method.toLowerCase() !== "inline") return null;
  const info = readKeyInfo(rest.join(":"));
  const bytes = info === null ? null : decodeBase64(info.key);
  if (info === null || bytes === null || bytes.length !== KEY_BYTES[suite]) return null;
  return { tag: Number(tag), suite, name, key: encodeBase64(bytes), mark: info.mark };
}

/** `<key>|2^20|1:4`, with one of the last two, or none. */
function readKeyInfo(text: string): { readonly key: string; readonly mark: string } | null {
  const [key = "", ...further] = text.split("|");
  const last = further.at(-1) ?? "";
  const mark = last.includes(":") ? readMark(last) : "";
  const lifetimes = last.includes(":") ? further.slice(0, -1) : further;
  if (mark === null || lifetimes.length > 1 || !lifetimes.every(isLongEnough)) return null;
  return { key, mark };
}

function isLongEnough(text: string): boolean {
  const [, power, number] = /^(?:2\^([0-9]{1,2})|([0-9]{1,15}))$/.exec(text) ?? [];
  if (power === undefined && number === undefined) return false;
  const lifetime = power === undefined ? BigInt(number ?? "") : 2n ** BigInt(power);
  return lifetime >= LEAST_LIFETIME && lifetime <= MOST_LIFETIME;
}

/** `1:4`: the number 1 in four bytes. */
function readMark(text: string): string | null {
  const [, value = "", length = ""] = /^([0-9]{1,39}):([0-9]{1,3})$/.exec(text) ?? [];
  const bytes = Number(length);
  if (value === "" || bytes < 1 || bytes > MOST_MARK_BYTES) return null;
  const hex = BigInt(value).toString(16);
  return hex.length > 2 * bytes ? null : hex.padStart(2 * bytes, "0");
}

/** A wish for a replay window (RFC 4568 section 6.3.7), and what begins with a minus and may be passed over (section 9.2). */
function isHarmless(parameter: string): boolean {
  return parameter.startsWith("-") || /^WSH=[0-9]{1,5}$/.test(parameter);
}

/** Our own keys live for 2^31 packets, a year and more of speech: some peers want to see the number. */
export function formatCryptoLine({ tag, name, key }: Pick<CryptoLine, "tag" | "name" | "key">): string {
  return `${tag} ${name} inline:${key}|2^31`;
}
