// Which counts of which nonces were used (RFC 7616 section 3.4, "nc"): the table that makes a response good once. Bounded, and safe when it is full.

import { BoundedMap, type Millis } from "../../../base/index.ts";

/** How a nonce was used. Plain data. */
export interface NonceUsage {
  readonly issuedAt: Millis;
  highest: number;
  /** Bit n says that `highest - n` was used: requests may overtake each other. */
  used: number;
}

/** What a table of nonces knows. Plain data. */
export interface NonceUsages {
  readonly usages: readonly [nonce: string, usage: NonceUsage][];
  readonly forgottenUntil: Millis;
}

/** How far a count may lie behind the highest one. */
const WINDOW = 32;
/** Of a nonce that was used without a count: no count is good after it. */
const USED_UP = -1;

export class NonceCounts {
  readonly #usages: BoundedMap<string, NonceUsage>;
  /** Nonces from then or before that are not in the table may have been in it. */
  #forgottenUntil: Millis = -1;

  /** @param limit the most nonces in use at once, from 1; when there are more, the oldest have to be asked for anew */
  constructor(limit: number) {
    this.#usages = new BoundedMap(limit);
  }

  get size(): number {
    return this.#usages.size;
  }

  /** All that it knows, for another one to go on from. */
  snapshot(): NonceUsages {
    return {
      usages: [...this.#usages.entries()].map(([nonce, usage]) => [nonce, { ...usage }]),
      forgottenUntil: this.#forgottenUntil,
    };
  }

  /** Goes on from what another one knew. */
  restore({ usages, forgottenUntil }: NonceUsages): void {
    for (const [nonce, usage] of usages) this.#usages.set(nonce, usage);
    this.#forgottenUntil = forgottenUntil;
  }

  /**
   * Uses a count of a nonce; without a count, the nonce as a whole. False when it was used before, or may have been. Only to be asked of a
   * nonce that is ours and with a response that is right: what is noted here others cannot use again.
   */
  take(nonce: string, issuedAt: Millis, count: number | null): boolean {
    const usage = this.#usages.get(nonce);
    if (usage !== undefined) return takeAgain(usage, count);
    if (issuedAt <= this.#forgottenUntil) return false;
    if (this.#usages.full) this.#forgetOldest();
    return this.#usages.set(nonce, { issuedAt, highest: count ?? USED_UP, used: 1 });
  }

  /** Lets go of nonces issued before `then`, which nobody accepts any more. */
  forgetBefore(then: Millis): void {
    for (const [nonce, { issuedAt }] of this.#usages.entries()) {
      // In the order of first use, which is nearly that of issue: what is left over goes a little later.
      if (issuedAt >= then) return;
      this.#forget(nonce, issuedAt);
    }
  }

  #forgetOldest(): void {
    for (const [nonce, { issuedAt }] of this.#usages.entries()) {
      this.#forget(nonce, issuedAt);
      return;
    }
  }

  #forget(nonce: string, issuedAt: Millis): void {
    this.#usages.delete(nonce);
    this.#forgottenUntil = Math.max(this.#forgottenUntil, issuedAt);
  }
}

function takeAgain(usage: NonceUsage, count: number | null): boolean {
  if (count === null || usage.highest === USED_UP) return false;
  const ahead = count - usage.highest;
  if (ahead > 0) {
    usage.used = ahead >= WINDOW ? 1 : ((usage.used << ahead) | 1) >>> 0;
    usage.highest = count;
    return true;
  }
  if (-ahead >= WINDOW) return false;
  const bit = (1 << -ahead) >>> 0;
  if ((usage.used & bit) !== 0) return false;
  usage.used = (usage.used | bit) >>> 0;
  return true;
}
