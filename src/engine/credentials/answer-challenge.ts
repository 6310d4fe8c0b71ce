// Answers the challenges of a trunk with its credentials (RFC 3261 section 22), of whatever request: one login for each realm that asks.

import type { Credentials } from "../../model/index.ts";
import {
  authorize,
  chooseChallenge,
  type DigestChallenge,
  type DigestHash,
  type DigestSession,
  type HeaderLine,
  header,
  isOfRealm,
  type ProtectedRequest,
  passwordHa1,
  type SipResponse,
  startSession,
  takeNextNonce,
} from "../../protocol/sip/index.ts";

export type CredentialsHeader = "Authorization" | "Proxy-Authorization";

/** What a peer has asked for by challenges, and what it was answered. Plain data; nothing secret is in it. */
export interface Login {
  /** The one realm that it asks for, as it stands between its quotes. */
  readonly realm: string;
  /** By the header that carries the credentials. */
  readonly sessions: Partial<Record<CredentialsHeader, DigestSession>>;
}

/** Challenges that are answered for one request: by a proxy and by the server behind it, each with one nonce that was stale. */
const ANSWERS_PER_REQUEST = 4;

/** Whether a response asks for credentials (RFC 3261 sections 21.4.2 and 21.4.8). */
export function isChallenge(response: SipResponse): boolean {
  return response.status === 401 || response.status === 407;
}

export interface Challenge {
  readonly response: SipResponse;
  /** Of the trunk. */
  readonly credentials: Credentials;
  /** The headers whose challenge this very request has answered before, once for each time. */
  readonly challenged: readonly CredentialsHeader[];
  /** Whether a first challenge settles the realm where none is configured. */
  readonly settlesRealm: boolean;
  /** A token that nobody can guess, new each time. */
  readonly cnonce: () => string;
}

export type ChallengeAnswer =
  /** What the request has answered by now, when it is sent again with `loginLines`. */
  | { readonly refusal: null; readonly login: Login; readonly challenged: readonly CredentialsHeader[] }
  /** Why it cannot be sent again. */
  | { readonly refusal: string };

/** Takes a challenge. `known`: of the peer's challenges before, which is written on. */
export function answerChallenge(known: Login | null, asked: Challenge): ChallengeAnswer {
  const { response, credentials, challenged, settlesRealm, cnonce } = asked;
  const [name, codec] =
    response.status === 401
      ? (["Authorization", header.wwwAuthenticate] as const)
      : (["Proxy-Authorization", header.proxyAuthenticate] as const);
  if (known === null && credentials.realm === null && !settlesRealm)
    return { refusal: "The peer asks for credentials inside a call, and the trunk's credentials.realm is not set" };
  const fits = (challenge: DigestChallenge): boolean => {
    if (known !== null) return challenge.realm === known.realm;
    return credentials.realm === null || isOfRealm(challenge, credentials.realm);
  };
  const challenge = chooseChallenge(response.headers.readEach(codec), fits);
  if (challenge === null) return { refusal: "The peer asks for no credentials that we know for the trunk's realm" };
  const login = known ?? { realm: challenge.realm, sessions: {} };
  const session = login.sessions[name];
  const again = session?.nonce === challenge.nonce;
  const limit = challenged.length >= ANSWERS_PER_REQUEST;
  // Asked once more it says that our answer was wrong, unless its nonce was too old (RFC 7616 section 3.3).
  if (limit || (challenged.includes(name) && (again || !challenge.stale)))
    return { refusal: "The peer refused the trunk's credentials" };
  // Several requests may be challenged with one nonce: they count up in it.
  if (!again) login.sessions[name] = startSession(challenge, cnonce());
  return { refusal: null, login, challenged: [...challenged, name] };
}

/** The credentials for a request, each with the next count of its nonce. */
export function loginLines(
  login: Login,
  of: { readonly credentials: Credentials; readonly request: ProtectedRequest },
  hash: DigestHash,
): HeaderLine[] {
  const { request, credentials } = of;
  const { username, password } = credentials;
  return Object.entries(login.sessions).map(([name, session]): HeaderLine => {
    const { realm, algorithm } = session.challenge;
    const ha1 = passwordHa1({ username, realm, password: password.reveal() }, algorithm.hash, hash);
    return [name, header.authorization.format(authorize(session, { ...request, username, ha1 }, hash))];
  });
}

/** Notes what an answer says of the next request's nonce (RFC 7616 section 3.5). */
export function noteNextNonce(login: Login | null, response: SipResponse): void {
  const session = login?.sessions.Authorization;
  const info = session === undefined ? null : response.headers.read(header.authenticationInfo);
  if (session !== undefined && info !== null) takeNextNonce(session, info);
}
