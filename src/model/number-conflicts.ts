// Which blocks of numbers are in each other's way, and what of the pools is given out.

import { type NumberBlock, sizeOfBlock } from "./number.ts";

type Span = Pick<NumberBlock, "first" | "last">;

/** Shorter numbers first, then by digits: the order in which overlapping blocks are neighbours. */
export function compareBlocks(one: Span, other: Span): number {
  if (one.first.length !== other.first.length) return one.first.length - other.first.length;
  if (one.first === other.first) return 0;
  return one.first < other.first ? -1 : 1;
}

/** Two blocks that share a number, by their places in the list. */
export interface NumberConflict {
  readonly earlier: number;
  readonly later: number;
}

/** Among blocks of one kind: numbers given out among themselves, pools among themselves. Numbers given out lie inside of pools. */
function conflictsAmong(indexes: readonly number[], blocks: readonly Span[]): NumberConflict[] {
  const at = (index: number): Span => blocks[index] as Span;
  const sorted = [...indexes].sort((one, other) => compareBlocks(at(one), at(other)) || one - other);
  const conflicts: NumberConflict[] = [];
  let reach = sorted[0] ?? 0;
  for (const index of sorted.slice(1)) {
    const sameLength = at(index).first.length === at(reach).first.length;
    if (sameLength && at(index).first <= at(reach).last) {
      conflicts.push({ earlier: Math.min(index, reach), later: Math.max(index, reach) });
    }
    if (!sameLength || at(index).last > at(reach).last) reach = index;
  }
  return conflicts;
}

export function numberConflicts(blocks: readonly (Span & Pick<NumberBlock, "pool">)[]): readonly NumberConflict[] {
  const pools: number[] = [];
  const given: number[] = [];
  for (const [index, { pool }] of blocks.entries()) (pool === null ? given : pools).push(index);
  return [...conflictsAmong(given, blocks), ...conflictsAmong(pools, blocks)];
}

export interface PoolUsage {
  readonly pool: string;
  readonly size: number;
  readonly used: number;
  readonly free: number;
}

function sharedBy(one: Span, other: Span): number {
  if (one.first.length !== other.first.length) return 0;
  const first = Math.max(Number(one.first), Number(other.first));
  const last = Math.min(Number(one.last), Number(other.last));
  return Math.max(0, last - first + 1);
}

/** How much of each pool is given out, by name. Numbers that lie in no pool do not count. */
export function poolUsage(blocks: readonly NumberBlock[]): readonly PoolUsage[] {
  const given = blocks.filter(({ pool }) => pool === null).sort(compareBlocks);
  const usage = new Map<string, { size: number; used: number }>();
  for (const block of blocks) {
    if (block.pool === null) continue;
    const known = usage.get(block.pool) ?? { size: 0, used: 0 };
    known.size += sizeOfBlock(block);
    for (let index = firstReaching(given, block); index < given.length; index += 1) {
      const other = given[index] as NumberBlock;
      if (other.first.length !== block.first.length || other.first > block.last) break;
      known.used += sharedBy(block, other);
    }
    usage.set(block.pool, known);
  }
  const named = [...usage].map(([pool, { size, used }]) => ({ pool, size, used, free: size - used }));
  return named.sort((one, other) => (one.pool < other.pool ? -1 : 1));
}

/** The first of sorted blocks, which do not overlap, that ends at or behind the beginning of `block`. */
function firstReaching(sorted: readonly Span[], block: Span): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { first, last } = sorted[middle] as Span;
    const isBefore = first.length !== block.first.length ? first.length < block.first.length : last < block.first;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}
