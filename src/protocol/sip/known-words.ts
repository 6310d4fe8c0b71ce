// Short words that messages are expected to hold, known where they stand: looking them up is cheaper than cutting them out, and they are the program's own
// words then, which compare at once.

import { fourBytesIn, LOADED } from "./loaded-text.ts";

const BYTES = LOADED;
const BUCKETS = 256;
const LONGEST = 8;

function bucketOf(length: number, head: number): number {
  return Math.imul(head ^ length, 0x9e3779b1) >>> 24;
}

/** The bits of four bytes that belong to a word of this length. */
function maskOf(length: number): number {
  return length >= 4 ? -1 : (1 << (8 * length)) - 1;
}

/**
 * What stands in [from, to) of the loaded text: one of these words of 1 to 8 characters, or else cut out. Other capitals make another word. Of words
 * that fall into one bucket the first alone is known.
 */
export function wordsIn(words: readonly string[]): (text: string, from: number, to: number) => string {
  const known: string[] = new Array(BUCKETS).fill("");
  const lengths = new Int32Array(BUCKETS);
  const heads = new Int32Array(BUCKETS);
  const tails = new Int32Array(BUCKETS);
  for (const word of words) {
    const { length } = word;
    const at = (index: number): number => word.charCodeAt(index) || 0;
    const four = (index: number): number =>
      at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24);
    const bucket = bucketOf(length, four(0));
    if (known[bucket] !== "" || length > LONGEST) continue;
    known[bucket] = word;
    lengths[bucket] = length;
    heads[bucket] = four(0);
    tails[bucket] = length > 4 ? four(length - 4) : 0;
  }
  return (text, from, to) => {
    const length = to - from;
    if (length > LONGEST || to + 4 > BYTES.length) return text.slice(from, to);
    const head = fourBytesIn(from) & maskOf(length);
    const bucket = bucketOf(length, head);
    const same = lengths[bucket] === length && heads[bucket] === head;
    if (same && (length <= 4 || fourBytesIn(to - 4) === tails[bucket])) return known[bucket] as string;
    return text.slice(from, to);
  };
}
