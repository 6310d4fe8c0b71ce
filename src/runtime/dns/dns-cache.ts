// Answers for as long as they hold, the negative ones too; past it only for want of a better one (RFC 8767). Bounded, the oldest go first.

import { type Millis, SECOND } from "../../base/index.ts";
import { type DnsAnswer, type DnsQuestion, questionKey } from "../../protocol/transport/index.ts";
import type { DnsReply } from "./dns-message.ts";

interface Entry {
  readonly answer: DnsAnswer;
  readonly expiresAt: Millis;
  /** Until when it may stand in for an answer that nobody gives. */
  readonly usableUntil: Millis;
}

const MINUTE = 60 * SECOND;
/** However long a zone promises: after so long we look again (RFC 8767 section 4 has a week). */
const LONGEST: Millis = 24 * 60 * MINUTE;
/** RFC 2308 section 5 advises one to three hours at most; a name just added should be found sooner. */
const LONGEST_NEGATIVE: Millis = 15 * MINUTE;
/** How long name servers that do not answer are let alone with the same question (RFC 2308 section 7: up to five minutes). */
const FAILURE: Millis = 2 * SECOND;
/** How long a run-out answer may stand in when nobody answers: calls go on while the name servers are down. */
const STALE: Millis = 24 * 60 * MINUTE;

export class DnsCache {
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;

  /** @param limit the most answers kept, from 1 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(question: DnsQuestion, now: Millis): DnsAnswer | null {
    const entry = this.#entries.get(questionKey(question));
    return entry !== undefined && now < entry.expiresAt ? entry.answer : null;
  }

  /** Takes a reply and gives the answer to go by: the reply's own, or where it is none the last known one. */
  keep(question: DnsQuestion, reply: DnsReply, now: Millis): DnsAnswer {
    const key = questionKey(question);
    const { answer, ttlMs } = reply;
    const known = this.#entries.get(key);
    if (answer.kind === "failed") {
      const usable = known !== undefined && now < known.usableUntil;
      const entry = usable ? known : { answer, usableUntil: now };
      this.#put(key, { ...entry, expiresAt: now + FAILURE });
      return entry.answer;
    }
    const longest = answer.kind === "none" ? LONGEST_NEGATIVE : LONGEST;
    const expiresAt = now + Math.min(ttlMs, longest);
    this.#put(key, { answer, expiresAt, usableUntil: expiresAt + STALE });
    return answer;
  }

  #put(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
    }
  }
}
