// Names to addresses, with a deadline. A and AAAA, and what /etc/hosts says; SRV and NAPTR (RFC 3263) are not asked.

import { promises as dns, type LookupAddress } from "node:dns";
import type { Millis } from "../base/index.ts";
import type { ResolveResult } from "../engine/index.ts";

export interface ResolverOptions {
  /** From 1. An attempt at a target waits for this, so it stays below the attempt's own time. */
  readonly deadlineMs: Millis;
  /** The system's own unless a test brings another. */
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
}

export interface Resolver {
  /** Never rejects. IPv4 before IPv6, else in the order of the answer. */
  resolve(host: string): Promise<ResolveResult>;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name does not exist",
  ENODATA: "the name has no address",
  EAI_AGAIN: "the name servers do not answer",
};

export function createResolver({ deadlineMs, lookup = lookUpWithSystem }: ResolverOptions): Resolver {
  /** The same name asked for twice is looked up once: the system has few threads for it. */
  const asking = new Map<string, Promise<ResolveResult>>();

  const ask = async (host: string): Promise<ResolveResult> => {
    try {
      const found = await lookup(host);
      const sorted = [...found].sort((left, right) => left.family - right.family);
      const addresses = [...new Set(sorted.map(({ address }) => address))];
      return addresses.length > 0 ? { ok: true, addresses } : { ok: false, detail: "the name has no address" };
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      return { ok: false, detail: REASONS[code] ?? message };
    }
  };
  const askOnce = (host: string): Promise<ResolveResult> => {
    const running = asking.get(host);
    if (running !== undefined) return running;
    const asked = ask(host).finally(() => asking.delete(host));
    asking.set(host, asked);
    return asked;
  };

  return {
    resolve(host) {
      return new Promise((resolve) => {
        const timeout = setTimeout(
          () => resolve({ ok: false, detail: "the name servers did not answer in time" }),
          deadlineMs,
        );
        void askOnce(host.toLowerCase()).then((result) => {
          clearTimeout(timeout);
          resolve(result);
        });
      });
    },
  };
}

async function lookUpWithSystem(host: string): Promise<readonly LookupAddress[]> {
  return dns.lookup(host, { all: true, order: "verbatim" });
}
