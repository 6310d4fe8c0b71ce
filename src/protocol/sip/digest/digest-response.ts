// The arithmetic of Digest (RFC 7616 section 3.4): what is hashed with what.

import type { DigestAlgorithm, DigestHash, HashName } from "./algorithm.ts";
import type { Qop } from "./challenge.ts";
import { utf8Bytes } from "./parameter-text.ts";

/** A user's secret as servers keep it: the hash of name, realm and password. Good for this realm and hash only, and as secret as the password. */
export function passwordHa1(
  login: { readonly username: string; readonly realm: string; readonly password: string },
  name: HashName,
  hash: DigestHash,
): string {
  const { username, realm, password } = login;
  return hash.hash(name, `${utf8Bytes(username)}:${realm}:${utf8Bytes(password)}`);
}

/** The user name as it is sent where names are hashed (section 3.4.4). `realm` as it stands between the quotes. */
export function hashedUsername(
  login: { readonly username: string; readonly realm: string },
  name: HashName,
  hash: DigestHash,
): string {
  return hash.hash(name, `${utf8Bytes(login.username)}:${login.realm}`);
}

/** Of the request that is protected. */
export interface ProtectedRequest {
  /** Empty for `rspauth`, which protects an answer (section 3.5). */
  readonly method: string;
  readonly uri: string;
  /** Bytes as latin1 characters; counts with auth-int. */
  readonly body: string;
}

export interface ResponseTerms {
  readonly algorithm: DigestAlgorithm;
  readonly ha1: string;
  readonly nonce: string;
  /** The nonce that the session began with; that of its first request with `-sess`. */
  readonly sessionNonce: string;
  /** Eight hexadecimal digits; of no account without a qop. */
  readonly nonceCount: string;
  readonly cnonce: string;
  readonly qop: Qop | null;
}

/** The value of `response`, or of `rspauth`. */
export function digestResponse(request: ProtectedRequest, terms: ResponseTerms, hash: DigestHash): string {
  const { algorithm, ha1, nonce, sessionNonce, nonceCount, cnonce, qop } = terms;
  const h = (text: string): string => hash.hash(algorithm.hash, text);
  const secret = algorithm.session ? h(`${ha1}:${sessionNonce}:${cnonce}`) : ha1;
  const subject = `${request.method}:${request.uri}`;
  const protectedHash = h(qop === "auth-int" ? `${subject}:${h(request.body)}` : subject);
  const between = qop === null ? nonce : `${nonce}:${nonceCount}:${cnonce}:${qop}`;
  return h(`${secret}:${between}:${protectedHash}`);
}

/** Equality that takes as long for a near miss as for a far one, so that no prefix of a secret can be found by the clock. */
export function equalsInConstantTime(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index += 1) {
    // Past the end of the other, charCodeAt gives NaN, which is 0 here: the lengths have differed already.
    difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  }
  return difference === 0;
}
