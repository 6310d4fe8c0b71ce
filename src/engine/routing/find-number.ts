// Whose number is this? Blocks sorted once, found by halving.

import type { NumberBlock } from "../../model/index.ts";

export interface NumberIndex {
  /** By length, then by first number; blocks do not overlap (the model checks it). */
  readonly blocks: readonly NumberBlock[];
}

function compare(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export function compileNumbers(blocks: readonly NumberBlock[]): NumberIndex {
  return { blocks: [...blocks].sort((one, other) => compare(one.first, other.first)) };
}

/** The block that holds an E.164 number; null when it is not ours. */
export function findNumber(index: NumberIndex, number: string): NumberBlock | null {
  let low = 0;
  let high = index.blocks.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const block = index.blocks[middle] as NumberBlock;
    if (compare(number, block.first) < 0) high = middle - 1;
    else if (compare(number, block.last) > 0) low = middle + 1;
    else return block;
  }
  return null;
}
