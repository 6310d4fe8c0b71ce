// Finds which of many known names stands at the beginning of a line, without looking for its end and without cutting it out.

import { BYTES, fourBytesIn } from "./loaded-text.ts";

const BUCKETS = 1024;
/** A name's bytes are compared four at a time. */
const CHUNK = 4;
/** The longest name, with its colon; further on there is nothing to compare with. */
const LONGEST = 64;

function bucketOf(first: number, second: number): number {
  return (first ^ (second << 3)) & (BUCKETS - 1);
}

/** Names, each with a number from 0 to 254, that are followed by a colon. Other capitals make another name. */
export class NameFinder {
  /** By bucket: the first of its names, counted from 1; 0 where there is none. And by name: the next of its bucket. */
  readonly #first = new Uint16Array(BUCKETS);
  readonly #next: Uint16Array;
  /** By name: how long it is with its colon, the number that it goes by, and where its bytes begin in the two lists below. */
  readonly #lengths: Uint8Array;
  readonly #numbers: Uint8Array;
  readonly #starts: Uint16Array;
  /** The bytes of all names, four in each; and which bits of them count: the last of a name has fewer. */
  readonly #chunks: Int32Array;
  readonly #masks: Int32Array;

  /** Of names in the same bucket the earlier are found faster. */
  constructor(names: readonly (readonly [name: string, number: number])[]) {
    const size = names.length + 1;
    this.#next = new Uint16Array(size);
    this.#lengths = new Uint8Array(size);
    this.#numbers = new Uint8Array(size);
    this.#starts = new Uint16Array(size);
    const chunks: number[] = [];
    const masks: number[] = [];
    for (const [index, [name, number]] of names.entries()) {
      const entry = index + 1;
      const written = `${name}:`;
      this.#append(entry, bucketOf(written.charCodeAt(0), written.charCodeAt(1)));
      this.#lengths[entry] = written.length;
      this.#numbers[entry] = number;
      this.#starts[entry] = chunks.length;
      for (let from = 0; from < written.length; from += CHUNK) {
        let chunk = 0;
        let mask = 0;
        for (let at = from; at < Math.min(from + CHUNK, written.length); at += 1) {
          chunk |= written.charCodeAt(at) << (8 * (at - from));
          mask |= 0xff << (8 * (at - from));
        }
        chunks.push(chunk);
        masks.push(mask);
      }
    }
    this.#chunks = Int32Array.from(chunks);
    this.#masks = Int32Array.from(masks);
  }

  #append(entry: number, bucket: number): void {
    let last = this.#first[bucket] as number;
    if (last === 0) this.#first[bucket] = entry;
    else {
      while (this.#next[last] !== 0) last = this.#next[last] as number;
      this.#next[last] = entry;
    }
  }

  /** The name at `from` in the loaded text, with a colon behind it: its number times 65,536, plus its length. -1 where there is none. */
  findIn(from: number): number {
    if (from + LONGEST > BYTES.length) return -1;
    let entry = this.#first[bucketOf(BYTES[from] as number, BYTES[from + 1] as number)] as number;
    for (; entry !== 0; entry = this.#next[entry] as number) {
      const length = this.#lengths[entry] as number;
      if (BYTES[from + length - 1] === 0x3a && this.#isAt(from, entry)) {
        return ((this.#numbers[entry] as number) << 16) | (length - 1);
      }
    }
    return -1;
  }

  #isAt(from: number, entry: number): boolean {
    const end = from + (this.#lengths[entry] as number);
    let chunk = this.#starts[entry] as number;
    for (let at = from; at < end; at += CHUNK) {
      if ((fourBytesIn(at) & (this.#masks[chunk] as number)) !== this.#chunks[chunk]) return false;
      chunk += 1;
    }
    return true;
  }
}
