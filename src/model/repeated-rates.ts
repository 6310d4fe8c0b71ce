// Prices that say two things of one moment.

import type { Rate } from "./rate-deck.ts";

/** Places of rates whose prefix and beginning are those of an earlier one, with its place: which of them would count is not said. */
export function repeatedRates(rates: readonly Pick<Rate, "prefix" | "from">[]): { place: number; earlier: number }[] {
  const known = new Map<string, number>();
  const repeated: { place: number; earlier: number }[] = [];
  for (const [place, { prefix, from }] of rates.entries()) {
    const key = `${prefix}|${from ?? ""}`;
    const earlier = known.get(key);
    if (earlier === undefined) known.set(key, place);
    else repeated.push({ place, earlier });
  }
  return repeated;
}
