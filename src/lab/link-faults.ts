// What a network may do to a datagram, by chance and by time.

import { type Millis, type Random, randomChance } from "../base/index.ts";

export interface LinkFaults {
  /** Probabilities, 0 to 1, of each datagram. */
  readonly loss: number;
  readonly duplication: number;
  /** Of being held back by up to `holdMaxMs` more, and so overtaken. */
  readonly reordering: number;
  readonly delayMinMs: Millis;
  readonly delayMaxMs: Millis;
  readonly holdMaxMs: Millis;
}

export const PERFECT_LINK: LinkFaults = {
  loss: 0,
  duplication: 0,
  reordering: 0,
  delayMinMs: 1,
  delayMaxMs: 1,
  holdMaxMs: 0,
};

/** A time in which nothing passes between two nodes, either way. With `b` null: between `a` and everyone. */
export interface Partition {
  readonly a: string;
  readonly b: string | null;
  readonly from: Millis;
  readonly until: Millis;
}

export function isSevered(
  partitions: readonly Partition[],
  link: { readonly from: string; readonly to: string },
  now: Millis,
): boolean {
  for (const { a, b, from, until } of partitions) {
    if (now < from || now >= until) continue;
    if (b === null ? link.from === a || link.to === a : joins(link, a, b)) return true;
  }
  return false;
}

function joins(link: { readonly from: string; readonly to: string }, a: string, b: string): boolean {
  return (link.from === a && link.to === b) || (link.from === b && link.to === a);
}

/** How many copies of a datagram arrive: 0, 1 or 2. */
export function copiesOf(faults: LinkFaults, random: Random): number {
  if (faults.loss > 0 && randomChance(random, faults.loss)) return 0;
  return faults.duplication > 0 && randomChance(random, faults.duplication) ? 2 : 1;
}

/** A uniform duration between two. */
export function randomBetween(random: Random, minMs: Millis, maxMs: Millis): Millis {
  return minMs === maxMs ? minMs : minMs + (random.uint32() / 4294967296) * (maxMs - minMs);
}
