// A Digest challenge (RFC 7616 section 3.3): what a server asks for, and which of several is answered.

import type { Authorization } from "../headers/authorization.ts";
import { unquote } from "../headers/words.ts";
import type { Parameter } from "../parameters.ts";
import { algorithmNamed, type DigestAlgorithm } from "./algorithm.ts";
import { hasRepeatedName, innerText, utf8Bytes, wordsOf } from "./parameter-text.ts";

/** What a response protects: the request's method and URI, or its body too. */
export type Qop = "auth" | "auth-int";

/** Texts are as they stand between the quotes, escapes included. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** To be repeated; null when there is none. */
  readonly opaque: string | null;
  readonly algorithm: DigestAlgorithm;
  /** The ones we know, in their order; null when the server names none and so speaks RFC 2069. */
  readonly qop: readonly Qop[] | null;
  /** Whether only the nonce was wrong. */
  readonly stale: boolean;
  /** Whether the user name may be sent hashed. */
  readonly userhash: boolean;
  /** URIs that the credentials are good for; empty for all of the server. */
  readonly domain: readonly string[];
}

function isQop(word: string): word is Qop {
  return word === "auth" || word === "auth-int";
}

/** Null for another scheme, an unknown algorithm, no qop that we know, or a malformed one. */
export function readChallenge(value: Authorization): DigestChallenge | null {
  const { scheme, parameters } = value;
  if (scheme.toLowerCase() !== "digest" || hasRepeatedName(parameters)) return null;
  const text = (name: string): string | null => innerText(parameters, name);
  const [realm, nonce, qop] = [text("realm"), text("nonce"), text("qop")];
  const algorithm = algorithmNamed(text("algorithm"));
  if (realm === null || nonce === null || algorithm === null) return null;
  const known = qop === null ? null : wordsOf(qop).filter(isQop);
  if (known?.length === 0) return null;
  return {
    realm,
    nonce,
    opaque: text("opaque"),
    algorithm,
    qop: known,
    stale: text("stale")?.toLowerCase() === "true",
    userhash: text("userhash")?.toLowerCase() === "true",
    domain: (text("domain") ?? "").split(/[ \t]+/).filter((uri) => uri !== ""),
  };
}

/** The challenge as a header's value. */
export function writeChallenge(challenge: DigestChallenge): Authorization {
  const { realm, nonce, opaque, algorithm, qop, stale, userhash, domain } = challenge;
  const quoted = (name: string, text: string): Parameter => ({ name, value: `"${text}"` });
  const parameters: Parameter[] = [quoted("realm", realm)];
  if (domain.length > 0) parameters.push(quoted("domain", domain.join(" ")));
  parameters.push(quoted("nonce", nonce));
  if (opaque !== null) parameters.push(quoted("opaque", opaque));
  if (stale) parameters.push({ name: "stale", value: "true" });
  parameters.push({ name: "algorithm", value: algorithm.name });
  if (qop !== null) parameters.push(quoted("qop", qop.join(",")));
  if (userhash) parameters.push({ name: "userhash", value: "true" });
  return { scheme: "Digest", token: null, parameters };
}

/** Whether the challenge is of the realm that a person wrote as `realm`. */
export function isOfRealm(challenge: DigestChallenge, realm: string): boolean {
  return unquote(`"${challenge.realm}"`) === utf8Bytes(realm);
}

/**
 * The challenge to answer: the strongest that we know, of equals the first (RFC 8760 section 2.4 leaves the order to the server; we do not let
 * whoever sits between move a weak one to the top). Only of those that `fits` holds of. Null when there is none.
 */
export function chooseChallenge(
  values: readonly (Authorization | null)[],
  fits: (challenge: DigestChallenge) => boolean,
): DigestChallenge | null {
  let best: DigestChallenge | null = null;
  for (const value of values) {
    const challenge = value === null ? null : readChallenge(value);
    if (challenge === null || !fits(challenge)) continue;
    if (best === null || challenge.algorithm.strength > best.algorithm.strength) best = challenge;
  }
  return best;
}
