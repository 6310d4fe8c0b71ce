// A target's name to the places of its servers, with a deadline: asks what the locating of RFC 3263 wants to know, out of memory where it can.

import type { Millis, Random } from "../../base/index.ts";
import type { Answer, ResolveResult } from "../../engine/index.ts";
import {
  type DnsAnswer,
  type DnsQuestion,
  type LocateQuery,
  locateNumber,
  locateServers,
  type NumberQuery,
  questionKey,
} from "../../protocol/transport/index.ts";
import { DnsCache } from "./dns-cache.ts";
import { createDnsClient, type DnsClient } from "./dns-client.ts";
import { createSystemNames, type SystemNames } from "./system-names.ts";

export interface ResolverOptions {
  /** From 1. A caller hears silence for so long. */
  readonly deadlineMs: Millis;
  readonly client: DnsClient;
  readonly names: SystemNames;
  /** Shares the servers of one priority by their weights. */
  readonly random: Random;
  readonly clock: () => Millis;
}

export interface Resolver {
  /** Never rejects. */
  resolve(query: LocateQuery): Promise<ResolveResult>;
  /** The SIP URIs of a number (RFC 6116). Never rejects: what goes wrong is an answer. */
  urisOf(query: NumberQuery): Promise<Answer>;
}

const CACHE_LIMIT = 10_000;
/** Questions on their way at once: a port each. */
const ASKING_LIMIT = 500;
/** NAPTR, SRV, addresses, and some for domains with more servers than are looked at in one go. */
const ROUNDS = 8;

export function createResolver(options: ResolverOptions): Resolver {
  return new LocatingResolver(options);
}

class LocatingResolver implements Resolver {
  readonly #options: ResolverOptions;
  readonly #cache = new DnsCache(CACHE_LIMIT);
  /** The same question asked twice goes out once. */
  readonly #asking = new Map<string, Promise<DnsAnswer>>();

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  resolve(query: LocateQuery): Promise<ResolveResult> {
    return new Promise((resolve) => {
      const tooLate = { ok: false, detail: "the name servers did not answer in time" } as const;
      // What is under way goes on, and is there for the next call.
      const timeout = setTimeout(() => resolve(tooLate), this.#options.deadlineMs);
      void this.#locate(query).then((result) => {
        clearTimeout(timeout);
        resolve(result);
      });
    });
  }

  async urisOf(query: NumberQuery): Promise<Answer> {
    const known = new Map<string, DnsAnswer>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const step = locateNumber(query, known);
      if (step.kind === "found") return { kind: "enum", uris: step.uris };
      if (step.kind === "failed") return { kind: "none", detail: step.detail };
      await this.#learn(step.questions, known);
    }
    return { kind: "none", detail: "the number leads through more domains than are looked at" };
  }

  async #learn(questions: readonly DnsQuestion[], known: Map<string, DnsAnswer>): Promise<void> {
    const answers = await Promise.all(questions.map((question) => this.#answer(question)));
    for (const [index, question] of questions.entries())
      known.set(questionKey(question), answers[index] ?? { kind: "none" });
  }

  async #locate(query: LocateQuery): Promise<ResolveResult> {
    const known = new Map<string, DnsAnswer>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const step = locateServers(query, known, this.#options.random);
      if (step.kind === "found") return { ok: true, places: step.places };
      if (step.kind === "failed") return { ok: false, detail: step.detail };
      await this.#learn(step.questions, known);
    }
    return { ok: false, detail: "the domain lists more servers than are looked at" };
  }

  /** A name that this machine pins is not asked about outside, by any type. */
  async #answer(question: DnsQuestion): Promise<DnsAnswer> {
    const { names } = this.#options;
    const { type, name } = question;
    if (type === "NAPTR" || type === "SRV") {
      const owner = type === "SRV" ? name.replace(/^_[^.]+\._[^.]+\./, "") : name;
      return names.pinned(owner) === null ? this.#ask(question) : { kind: "none" };
    }
    const pinned = names.pinned(name);
    if (pinned !== null) {
      const addresses = pinned.filter((address) => address.includes(":") === (type === "AAAA"));
      return addresses.length > 0 ? { kind: "addresses", addresses } : { kind: "none" };
    }
    let answer: DnsAnswer = { kind: "none" };
    for (const candidate of names.candidates(name)) {
      answer = await this.#ask({ type, name: candidate });
      if (answer.kind === "addresses") break;
    }
    return answer;
  }

  #ask(question: DnsQuestion): Promise<DnsAnswer> {
    const { client, clock } = this.#options;
    const cached = this.#cache.get(question, clock());
    if (cached !== null) return Promise.resolve(cached);
    const key = questionKey(question);
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    if (this.#asking.size >= ASKING_LIMIT) return Promise.resolve({ kind: "failed", detail: "too many names at once" });
    const asked = client
      .ask(question)
      .then((reply) => this.#cache.keep(question, reply, clock()))
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }
}

/** With the name servers and the hosts file of this machine. */
export function createSystemResolver(options: Omit<ResolverOptions, "client" | "names">): Resolver {
  const names = createSystemNames(options);
  return createResolver({
    ...options,
    names,
    client: createDnsClient({ servers: names.servers, random: options.random }),
  });
}
