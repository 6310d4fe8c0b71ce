// The client's side of Digest: from a challenge on, credentials for request after request.

import type { Authorization } from "../headers/authorization.ts";
import { type Parameters, parameterValue } from "../parameters.ts";
import type { DigestHash } from "./algorithm.ts";
import type { DigestChallenge, Qop } from "./challenge.ts";
import { formatNonceCount, writeCredentials } from "./credentials.ts";
import { digestResponse, equalsInConstantTime, hashedUsername, type ProtectedRequest } from "./digest-response.ts";
import { innerText, utf8Bytes } from "./parameter-text.ts";

/** Plain data. It holds nothing secret. */
export interface DigestSession {
  readonly challenge: DigestChallenge;
  readonly cnonce: string;
  /** The challenge's, until the server names the next one. */
  nonce: string;
  /** How often the nonce was used. */
  nonceCount: number;
}

/**
 * What a client remembers of a challenge from request to request: the nonce, and how often it was used.
 *
 * @param cnonce a token that nobody can guess, new for each session
 */
export function startSession(challenge: DigestChallenge, cnonce: string): DigestSession {
  return { challenge, cnonce, nonce: challenge.nonce, nonceCount: 0 };
}

/** What is used of what the server offers: `auth` where it may be, as middleboxes that mend SDP break `auth-int`. */
function qopOf({ qop }: DigestChallenge): Qop | null {
  if (qop === null) return null;
  return qop.includes("auth") ? "auth" : "auth-int";
}

export interface SessionUser {
  /** As a person writes it. */
  readonly username: string;
  /** By `passwordHa1` for the challenge's realm and hash. */
  readonly ha1: string;
}

function termsOf({ challenge, cnonce, nonce, nonceCount }: DigestSession, ha1: string) {
  const { algorithm } = challenge;
  const qop = qopOf(challenge);
  const count = formatNonceCount(nonceCount);
  return { algorithm, ha1, nonce, sessionNonce: challenge.nonce, nonceCount: count, cnonce, qop };
}

/** The credentials for one request: each time with the next nonce count. */
export function authorize(
  session: DigestSession,
  request: ProtectedRequest & SessionUser,
  hash: DigestHash,
): Authorization {
  const { challenge, cnonce, nonce } = session;
  const { algorithm, realm, opaque, userhash } = challenge;
  session.nonceCount += 1;
  const { username, ha1, uri } = request;
  const terms = termsOf(session, ha1);
  const { qop } = terms;
  return writeCredentials({
    username: userhash ? hashedUsername({ username, realm }, algorithm.hash, hash) : utf8Bytes(username),
    userhash,
    realm,
    nonce,
    uri,
    response: digestResponse(request, terms, hash),
    algorithm,
    opaque,
    protection: qop === null ? null : { qop, nonceCount: session.nonceCount },
    // Without a qop it may not be there (RFC 7616 section 3.4), but the key of a session cannot be made without it.
    cnonce: qop === null && !algorithm.session ? null : cnonce,
  });
}

/** Takes the nonce that the server wants next (RFC 7616 section 3.5), from the parameters of its Authentication-Info. */
export function takeNextNonce(session: DigestSession, info: Parameters): void {
  const next = innerText(info, "nextnonce");
  if (next === null || next === session.nonce) return;
  session.nonce = next;
  session.nonceCount = 0;
}

/**
 * Whether Authentication-Info proves that the server knows the secret too (RFC 7616 section 3.5). Null when it says nothing of it.
 * @param answered the request's URI and the answer's body
 */
export function checkServer(
  session: DigestSession,
  answered: { readonly info: Parameters; readonly uri: string; readonly body: string; readonly ha1: string },
  hash: DigestHash,
): boolean | null {
  const { info, uri, body, ha1 } = answered;
  const proof = parameterValue(info, "rspauth");
  if (proof === undefined || proof === null) return null;
  const expected = digestResponse({ method: "", uri, body }, termsOf(session, ha1), hash);
  return equalsInConstantTime(expected, (innerText(info, "rspauth") ?? "").toLowerCase());
}
