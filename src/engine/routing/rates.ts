// What a call to a number costs with a carrier, by its rate deck.

import type { Millis } from "../../base/index.ts";
import type { Rate, RateDeck } from "../../model/index.ts";
import { createPrefixIndex, type PrefixIndex, placesIn } from "./prefix-index.ts";

export interface CompiledRates {
  readonly currency: string;
  readonly rates: readonly Rate[];
  readonly index: PrefixIndex;
}

export function compileRates({ currency, rates }: RateDeck): CompiledRates {
  const entries = rates.map(({ prefix }, place) => ({ text: prefix, isWhole: false, place }));
  return { currency, rates, index: createPrefixIndex(entries) };
}

/** The rate that holds for the number: of the longest prefix that has one now, the one that began last. Null where there is none. */
export function rateOf({ rates, index }: CompiledRates, number: string, now: Millis): Rate | null {
  for (const places of placesIn(index, number)) {
    let best: Rate | null = null;
    for (const place of places) {
      const rate = rates[place];
      if (rate === undefined || (rate.from !== null && rate.from > now) || (rate.until !== null && rate.until <= now))
        continue;
      if (best === null || (rate.from ?? Number.NEGATIVE_INFINITY) > (best.from ?? Number.NEGATIVE_INFINITY))
        best = rate;
    }
    if (best !== null) return best;
  }
  return null;
}

/** What an answered call of that length costs, in billionths of the currency's unit, rounded up: begun increments are charged whole. */
export function priceOf({ connect, perMinute, increments }: Rate, durationMs: Millis): number {
  const { firstSeconds, nextSeconds } = increments;
  const seconds = Math.ceil(durationMs / 1000);
  const beyond = Math.max(0, Math.ceil((seconds - firstSeconds) / nextSeconds));
  return connect + Math.ceil((perMinute * (firstSeconds + beyond * nextSeconds)) / 60);
}
