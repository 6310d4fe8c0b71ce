// Who is known by a password: requests are challenged, and what comes back says whose they are (RFC 3261 section 22.4). Nothing is kept of who does not
// answer, but how much of it came from one address.

import { BoundedMap, MINUTE, type Millis, type Random, randomToken, SECOND } from "../../base/index.ts";
import type { Credentials } from "../../model/index.ts";
import {
  type AlgorithmName,
  type DigestHash,
  DigestServer,
  displayText,
  type HeaderLine,
  header,
  isLockedOut,
  type LockoutPolicy,
  type LockoutState,
  type NonceUsages,
  noteFailure,
  passwordHa1,
  type SipRequest,
} from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { createBucket, type TokenBucket, takeToken } from "../admission/index.ts";

export interface Claim {
  readonly trunk: string;
  readonly credentials: Credentials;
}

export interface GateOptions {
  /** What the challenges name: printable, without quotes. */
  readonly realm: string;
  readonly hash: DigestHash;
  /** Who goes by a user name in a network; `username` as the bytes of its UTF-8. */
  readonly claimOf: (network: string, username: string) => Claim | undefined;
  /** By what a network is challenged, the best first. The same list while nothing changes. */
  readonly algorithmsOf: (network: string) => readonly AlgorithmName[];
}

export type GateVerdict =
  | { readonly kind: "known"; readonly trunk: string }
  /** What it is answered, without state. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: readonly HeaderLine[];
      readonly remark: string | null;
    }
  /** Its address has been answered enough for now. */
  | { readonly kind: "silence" };

/** What of it another engine needs to go on. The key is secret: who has it can make nonces. */
export interface GateSnapshot {
  readonly key: string;
  readonly nonces: readonly [network: string, usages: NonceUsages][];
  readonly sources: readonly [source: string, state: Source][];
  readonly all: TokenBucket | null;
}

interface Source {
  readonly bucket: TokenBucket;
  lockout: LockoutState | null;
}

interface Asking {
  readonly flow: Flow;
  readonly now: Millis;
  readonly random: Random;
}

/** Answers a second that one address gets which has not proved anything: a hundred lines behind one NAT come back after a power cut. */
const ANSWERS_PER_SOURCE = 20;
/** All addresses together: they may be forged, and answers go to them. */
const ANSWERS_IN_ALL = 500;
const SOURCE_LIMIT = 10_000;
const NONCE_LIMIT = 50_000;
/** A client counts on in its nonce: refreshes of ten minutes need no challenge. */
const NONCE_LIFETIME: Millis = 15 * MINUTE;
/** People mistype, and a device with an old password asks again and again; who guesses gets a handful of tries an hour. */
const POLICY: LockoutPolicy = {
  free: 5,
  firstLockMs: 5 * SECOND,
  longestLockMs: 5 * MINUTE,
  forgetAfterMs: 15 * MINUTE,
};
/** Locked addresses are told no more than that. */
const FORBIDDEN: GateVerdict = { kind: "answer", status: 403, headers: [], remark: null };

export class DigestGate {
  readonly #options: GateOptions;
  /** Drawn when it is needed first. */
  #key = "";
  readonly #servers = new Map<
    string,
    { readonly server: DigestServer; readonly algorithms: readonly AlgorithmName[] }
  >();
  readonly #sources = new BoundedMap<string, Source>(SOURCE_LIMIT);
  #all: TokenBucket | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  snapshot(): GateSnapshot {
    const nonces = [...this.#servers].map(([network, { server }]) => [network, server.snapshot()] as const);
    const sources = [...this.#sources.entries()].map(([source, state]) => [source, { ...state }] as const);
    return {
      key: this.#key,
      nonces: nonces.map(([...entry]) => entry),
      sources: sources.map(([...entry]) => entry),
      all: this.#all,
    };
  }

  restore({ key, nonces, sources, all }: GateSnapshot): void {
    this.#key = key;
    this.#all = all;
    for (const [network, usages] of nonces) this.#serverOf(network).restore(usages);
    for (const [source, state] of sources) this.#sources.set(source, state);
  }

  /** Looks at a request's Authorization. */
  examine(request: SipRequest, asking: Asking): GateVerdict {
    const { flow, now, random } = asking;
    if (this.#key === "") this.#key = randomToken(random, 26);
    const source = this.#sourceOf(flow, now);
    if (isLockedOut(source.lockout, now)) return this.#mayAnswer(source, now) ? FORBIDDEN : { kind: "silence" };
    const server = this.#serverOf(flow.network);
    const moment = { scope: flow.remoteAddress, now };
    const verdict = server.verify(request, request.headers.readEach(header.authorization), moment);
    if (verdict.kind === "accepted") {
      const claim = this.#options.claimOf(flow.network, verdict.username);
      if (claim !== undefined) return { kind: "known", trunk: claim.trunk };
    }
    if (!this.#mayAnswer(source, now)) return { kind: "silence" };
    if (verdict.kind === "misdirected") return { kind: "answer", status: 400, headers: [], remark: null };
    const remark = verdict.kind === "refused" ? this.#noteRefusal(source, { ...verdict, now }) : null;
    const challenges = server.challenge(moment, { stale: verdict.kind === "stale", random });
    const headers = challenges.map((challenge): HeaderLine => {
      return ["WWW-Authenticate", header.wwwAuthenticate.format(challenge)];
    });
    return { kind: "answer", status: 401, headers, remark };
  }

  #serverOf(network: string): DigestServer {
    const known = this.#servers.get(network);
    const { realm, hash, claimOf, algorithmsOf } = this.#options;
    const algorithms = algorithmsOf(network);
    if (known?.algorithms === algorithms) return known.server;
    const server = new DigestServer({
      realm,
      algorithms,
      qop: ["auth"],
      userhash: false,
      key: this.#key,
      nonceLifetimeMs: NONCE_LIFETIME,
      nonceLimit: NONCE_LIMIT,
      hash,
      findUser: ({ text }, name) => {
        const claim = claimOf(network, text);
        if (claim === undefined) return null;
        const { username, password } = claim.credentials;
        return { username: text, ha1: passwordHa1({ username, realm, password: password.reveal() }, name, hash) };
      },
    });
    if (known !== undefined) server.restore(known.server.snapshot());
    this.#servers.set(network, { server, algorithms });
    return server;
  }

  /** What is kept of an address; what nobody keeps when there are too many. */
  #sourceOf({ network, remoteAddress }: Flow, now: Millis): Source {
    const key = `${network}|${remoteAddress}`;
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    if (this.#sources.full) this.#forgetQuietSources(now);
    const source: Source = { bucket: createBucket(ANSWERS_PER_SOURCE, now), lockout: null };
    this.#sources.set(key, source);
    return source;
  }

  #forgetQuietSources(now: Millis): void {
    for (const [key, { bucket, lockout }] of [...this.#sources.entries()]) {
      const quiet = now - bucket.refilledAt > SECOND && (lockout === null || now >= lockout.forgottenAt);
      if (quiet) this.#sources.delete(key);
    }
  }

  #mayAnswer(source: Source, now: Millis): boolean {
    this.#all ??= createBucket(ANSWERS_IN_ALL, now);
    return takeToken(source.bucket, ANSWERS_PER_SOURCE, now) && takeToken(this.#all, ANSWERS_IN_ALL, now);
  }

  /** A wrong password is counted against its address; what the operator is told of it, or null for what was told before. */
  #noteRefusal(
    source: Source,
    refused: { readonly username: string; readonly reason: string; readonly now: Millis },
  ): string {
    const { username, reason, now } = refused;
    source.lockout = noteFailure(source.lockout, POLICY, now);
    const { failures, lockedUntil } = source.lockout;
    const lock = lockedUntil > now ? `; not listened to for ${Math.round((lockedUntil - now) / SECOND)} s` : "";
    const what = reason === "unknown-user" ? "an unknown user" : "a wrong password";
    return `${what}, ${failures} in a row from there${lock}: ${displayText(username).slice(0, 64)}`;
  }
}
