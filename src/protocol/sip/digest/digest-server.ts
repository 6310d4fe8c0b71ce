// The server's side of Digest: challenges without state, and a verdict on what comes back.

import type { Millis, Random } from "../../../base/index.ts";
import type { Authorization } from "../headers/authorization.ts";
import type { Parameter, Parameters } from "../parameters.ts";
import { parseSipUri } from "../uri.ts";
import {
  type AlgorithmName,
  algorithmNamed,
  type DigestAlgorithm,
  type DigestHash,
  type HashName,
} from "./algorithm.ts";
import { type Qop, writeChallenge } from "./challenge.ts";
import { type DigestCredentials, formatNonceCount, readCredentials } from "./credentials.ts";
import { digestResponse, equalsInConstantTime, type ProtectedRequest } from "./digest-response.ts";
import { issueNonce, type NonceSeal, nonceIssuedAt } from "./nonce.ts";
import { NonceCounts, type NonceUsages } from "./nonce-counts.ts";

/** A user as the server knows it. */
export interface DigestUser {
  readonly username: string;
  /** By `passwordHa1`, for the server's realm and the hash that was asked for. */
  readonly ha1: string;
}

export interface DigestServerOptions {
  /** Printable, without quotes and backslashes. */
  readonly realm: string;
  /** The best first. Each is one challenge (RFC 8760 section 2.4). */
  readonly algorithms: readonly AlgorithmName[];
  readonly qop: readonly Qop[];
  /** Whether user names may come hashed. */
  readonly userhash: boolean;
  /** Seals the nonces: at least 128 random bits, as characters. */
  readonly key: string;
  /** How long a nonce is good, at most. */
  readonly nonceLifetimeMs: Millis;
  /** The most nonces in use at once. */
  readonly nonceLimit: number;
  readonly hash: DigestHash;
  /** The user of that name, or with that hash as its name; null when there is none, or none with a secret for this hash. */
  findUser(name: { readonly text: string; readonly hashed: boolean }, hash: HashName): DigestUser | null;
}

export type DigestVerdict =
  | { readonly kind: "accepted"; readonly username: string; readonly credentials: DigestCredentials }
  /** No credentials for our realm that we can read: challenge. */
  | { readonly kind: "missing" }
  /** The secret is right, the nonce is too old, used or not ours: challenge with `stale`. */
  | { readonly kind: "stale"; readonly username: string }
  /** Challenge, and count it against whoever tries (`noteFailure`). The name is the peer's own words. */
  | { readonly kind: "refused"; readonly reason: "unknown-user" | "wrong-response"; readonly username: string }
  /** They are for another request than they came with: 400 (RFC 7616 section 3.4.6). */
  | { readonly kind: "misdirected" };

/** From whom the request came, as far as nonces are bound to it; and when. */
export interface DigestMoment {
  readonly scope: string;
  readonly now: Millis;
}

/** What nobody's secret is: an unknown user costs the same time as a known one. */
const NOBODY = "0";

/** Challenges requests and judges their credentials (RFC 7616, RFC 8760). A nonce needs memory only once it is used. */
export class DigestServer {
  readonly #options: DigestServerOptions;
  readonly #algorithms: readonly DigestAlgorithm[];
  readonly #counts: NonceCounts;

  constructor(options: DigestServerOptions) {
    this.#options = options;
    this.#algorithms = options.algorithms.map((name) => algorithmNamed(name)).filter((algorithm) => algorithm !== null);
    this.#counts = new NonceCounts(options.nonceLimit);
  }

  /** What it remembers of the nonces that were used, for another one with the same key to go on from. */
  snapshot(): NonceUsages {
    return this.#counts.snapshot();
  }

  /** Goes on from what another one remembered. */
  restore(usages: NonceUsages): void {
    this.#counts.restore(usages);
  }

  /** The challenges to send, in their order: one nonce for all. */
  challenge({ scope, now }: DigestMoment, { stale, random }: { stale: boolean; random: Random }): Authorization[] {
    const { realm, qop, userhash } = this.#options;
    const nonce = issueNonce(this.#sealFor(scope), { now, random });
    return this.#algorithms.map((algorithm) =>
      writeChallenge({ realm, nonce, opaque: null, algorithm, qop, stale, userhash, domain: [] }),
    );
  }

  /**
   * Looks at the Authorization, or Proxy-Authorization, lines of a request. Not for an ACK, which repeats the credentials of its INVITE, nor
   * for a CANCEL (RFC 3261 section 22.1).
   */
  verify(request: ProtectedRequest, lines: readonly (Authorization | null)[], moment: DigestMoment): DigestVerdict {
    const { hash, nonceLifetimeMs } = this.#options;
    const credentials = this.#ours(lines);
    if (credentials === null) return { kind: "missing" };
    if (!isSameResource(credentials.uri, request.uri)) return { kind: "misdirected" };
    const asked = { text: credentials.username, hashed: credentials.userhash };
    const user = this.#options.findUser(asked, credentials.algorithm.hash);
    const expected = expectedResponse(request, { credentials, ha1: user?.ha1 ?? NOBODY, hash });
    const right = equalsInConstantTime(expected, credentials.response);
    if (user === null) return { kind: "refused", reason: "unknown-user", username: credentials.username };
    const { username } = user;
    if (!right) return { kind: "refused", reason: "wrong-response", username };
    const { scope, now } = moment;
    this.#counts.forgetBefore(now - nonceLifetimeMs);
    const issuedAt = nonceIssuedAt(credentials.nonce, this.#sealFor(scope));
    if (issuedAt === null || issuedAt > now || now - issuedAt > nonceLifetimeMs) return { kind: "stale", username };
    const fresh = this.#counts.take(credentials.nonce, issuedAt, credentials.protection?.nonceCount ?? null);
    return fresh ? { kind: "accepted", username, credentials } : { kind: "stale", username };
  }

  /**
   * The parameters of Authentication-Info for the answer to an accepted request (RFC 7616 section 3.5): the proof that we know the secret too,
   * and the nonce to go on with. Null when the user has gone meanwhile, or is of RFC 2069.
   */
  info(
    accepted: { readonly credentials: DigestCredentials; readonly body: string },
    { scope, now }: DigestMoment,
    random: Random,
  ): Parameters | null {
    const { credentials, body } = accepted;
    const { hash } = this.#options;
    const { algorithm, protection, cnonce, username, userhash } = credentials;
    const user = this.#options.findUser({ text: username, hashed: userhash }, algorithm.hash);
    if (protection === null || user === null) return null;
    const answer = { method: "", uri: credentials.uri, body };
    const parameters: Parameter[] = [
      { name: "rspauth", value: `"${expectedResponse(answer, { credentials, ha1: user.ha1, hash })}"` },
      { name: "cnonce", value: `"${cnonce ?? ""}"` },
      { name: "nc", value: formatNonceCount(protection.nonceCount) },
      { name: "qop", value: protection.qop },
    ];
    // A session key is made of the first nonce, which we do not remember: such a client keeps its nonce.
    if (algorithm.session) return parameters;
    return [{ name: "nextnonce", value: `"${issueNonce(this.#sealFor(scope), { now, random })}"` }, ...parameters];
  }

  /** The credentials for our realm, by an algorithm and qop that we offer. Those for other realms are other servers'. */
  #ours(lines: readonly (Authorization | null)[]): DigestCredentials | null {
    for (const line of lines) {
      const credentials = line === null ? null : readCredentials(line);
      if (credentials === null || credentials.realm !== this.#options.realm) continue;
      const { algorithm, protection, userhash } = credentials;
      const offered = this.#algorithms.includes(algorithm) && (!userhash || this.#options.userhash);
      if (offered && (protection === null || this.#options.qop.includes(protection.qop))) return credentials;
    }
    return null;
  }

  #sealFor(scope: string): NonceSeal {
    const { key, hash, realm } = this.#options;
    return { key, hash, scope: `${realm}|${scope}` };
  }
}

function expectedResponse(
  request: ProtectedRequest,
  given: { readonly credentials: DigestCredentials; readonly ha1: string; readonly hash: DigestHash },
): string {
  const { credentials, ha1, hash } = given;
  const { algorithm, nonce, protection, cnonce, uri } = credentials;
  const terms = {
    algorithm,
    ha1,
    nonce,
    sessionNonce: nonce,
    nonceCount: protection === null ? "" : formatNonceCount(protection.nonceCount),
    cnonce: cnonce ?? "",
    qop: protection?.qop ?? null,
  };
  // What the client hashed is its own spelling of the URI, which was found to mean ours.
  return digestResponse({ ...request, uri }, terms, hash);
}

/** Whether credentials for one URI are good for the other: proxies may add parameters to a Request-URI on its way. */
function isSameResource(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [parseSipUri(one), parseSipUri(other)];
  if (a === null || b === null) return false;
  return (
    a.scheme === b.scheme && a.user === b.user && a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port
  );
}
