// Nonces that the server need not remember (RFC 7616 section 3.3): each carries its time, and a seal that only we can make.

import { type Millis, type Random, randomToken } from "../../../base/index.ts";
import type { DigestHash } from "./algorithm.ts";
import { equalsInConstantTime } from "./digest-response.ts";

/** Under what a nonce is sealed. */
export interface NonceSeal {
  /** At least 128 random bits, as characters. A new key makes all earlier nonces stale. */
  readonly key: string;
  /** For whom it is good: the realm and, say, the client's address. Another's nonce is not. */
  readonly scope: string;
  readonly hash: DigestHash;
}

/** 128 of the seal's 256 bits: nobody can try out more. */
const SEAL_DIGITS = 32;
const NONCE = /^([0-9a-z]{1,11})\.([0-9a-v]{16})\.([0-9a-f]{32})$/;

function sealOf(text: string, { key, scope, hash }: NonceSeal): string {
  return hash.mac(key, `${text}|${scope}`).slice(0, SEAL_DIGITS);
}

/** A nonce that is issued now. */
export function issueNonce(
  seal: NonceSeal,
  { now, random }: { readonly now: Millis; readonly random: Random },
): string {
  const text = `${Math.floor(now).toString(36)}.${randomToken(random, 16)}`;
  return `${text}.${sealOf(text, seal)}`;
}

/** When the nonce was issued; null when it is not one of ours for this scope. */
export function nonceIssuedAt(nonce: string, seal: NonceSeal): Millis | null {
  const match = NONCE.exec(nonce);
  if (match === null) return null;
  const [, time = "", salt = "", found = ""] = match;
  return equalsInConstantTime(sealOf(`${time}.${salt}`, seal), found) ? Number.parseInt(time, 36) : null;
}
