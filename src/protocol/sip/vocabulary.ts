// Words that messages are expected to hold, known where they stand: comparing a stretch of text with a word is cheaper than cutting it out.

import { BYTES } from "./loaded-text.ts";

const BUCKETS = 1024;

/** By what is at hand without going through the word: its length, first and last character. */
function bucketOf(length: number, first: number, last: number): number {
  return ((length * 37) ^ (first * 5) ^ last) & (BUCKETS - 1);
}

/** A fixed list of words, as written: other capitals make another word. Of words that fall into one bucket the first alone is known. */
export class Vocabulary {
  readonly #words: readonly string[];
  /** By bucket: the place of its word in the list, -1 where there is none; the word's length; and where it begins in `codes`. */
  readonly #indexes = new Int32Array(BUCKETS).fill(-1);
  readonly #lengths = new Int32Array(BUCKETS);
  readonly #starts = new Int32Array(BUCKETS);
  /** The characters of all words, one behind the other. */
  readonly #codes: Uint8Array;

  constructor(words: readonly string[]) {
    const codes: number[] = [];
    for (const [index, word] of words.entries()) {
      const { length } = word;
      const bucket = bucketOf(length, word.charCodeAt(0), word.charCodeAt(length - 1));
      if (this.#indexes[bucket] !== -1) continue;
      this.#indexes[bucket] = index;
      this.#lengths[bucket] = length;
      this.#starts[bucket] = codes.length;
      for (const character of word) codes.push(character.charCodeAt(0));
    }
    this.#words = words;
    this.#codes = Uint8Array.from(codes);
  }

  /** The index of the word that stands in [from, to) of the loaded text; -1 when it is none of these. The range must not be empty. */
  indexIn(from: number, to: number): number {
    const bucket = bucketOf(to - from, BYTES[from] as number, BYTES[to - 1] as number);
    if (this.#lengths[bucket] !== to - from) return -1;
    const codes = this.#codes;
    const shift = (this.#starts[bucket] as number) - from;
    for (let index = from; index < to; index += 1) if (BYTES[index] !== codes[index + shift]) return -1;
    return this.#indexes[bucket] as number;
  }

  /** What stands in [from, to): the word itself where it is one of these, else cut out of the text. The range must not be empty. */
  cutIn(text: string, from: number, to: number): string {
    const index = this.indexIn(from, to);
    return index < 0 ? text.slice(from, to) : (this.#words[index] as string);
  }
}
