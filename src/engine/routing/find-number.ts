// Whose number is this? Blocks sorted once, found by halving.

import { compareBlocks, type NumberBlock } from "../../model/index.ts";
import { wireText } from "../../protocol/sip/index.ts";

export interface NumberIndex {
  /** Numbers that are given out, by length, then by first number; blocks do not overlap (the model checks it). */
  readonly blocks: readonly NumberBlock[];
  /** Whether there is one with a limit of its own. */
  readonly limited: boolean;
}

function isBefore(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.length < other.length;
}

export function compileNumbers(blocks: readonly NumberBlock[]): NumberIndex {
  const given = blocks.filter(({ pool }) => pool === null).sort(compareBlocks);
  return { blocks: given, limited: given.some(({ calls }) => calls !== null) };
}

/** The block that holds an E.164 number; null when it is not ours, or nobody's yet. */
export function findNumber(index: NumberIndex, number: string): NumberBlock | null {
  let low = 0;
  let high = index.blocks.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const block = index.blocks[middle] as NumberBlock;
    if (isBefore(number, block.first)) high = middle - 1;
    else if (isBefore(block.last, number)) low = middle + 1;
    else return block;
  }
  return null;
}

/**
 * The name that calls from a number of ours show, as a message carries it; null where none is set, or where the number lives behind another trunk than
 * the one that claims it.
 */
export function callerNameOf(index: NumberIndex, caller: string, trunk: string): string | null {
  const owner = index.blocks.length === 0 ? null : findNumber(index, caller);
  return owner === null || owner.trunk !== trunk || owner.callerName === null ? null : wireText(owner.callerName);
}
