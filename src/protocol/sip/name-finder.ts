// Finds which of the known header names stands at the beginning of a line, without looking for its end and without cutting it out. There is one table of
// names for all of the room, in arrays of this module: what is known to the compiler as such is looked at in half the code.

import { invariant } from "../../base/index.ts";
import { fourBytesIn, LOADED } from "./loaded-text.ts";

const BYTES = LOADED;

const BUCKETS = 1024;
/** A name's bytes are compared four at a time. */
const CHUNK = 4;
/** With its colon: so far may be looked behind the last character of a text. */
const LONGEST = 60;
const MOST_NAMES = 512;
const MOST_CHUNKS = 4096;

/** By bucket: the first of its names, counted from 1; 0 where there is none. And by name: the next of its bucket. */
const FIRST = new Uint16Array(BUCKETS);
const NEXT = new Uint16Array(MOST_NAMES);
/** By name: how long it is with its colon, the number that it goes by, and where its bytes begin in the two lists below. */
const LENGTHS = new Uint8Array(MOST_NAMES);
const NUMBERS = new Uint8Array(MOST_NAMES);
const STARTS = new Uint16Array(MOST_NAMES);
/** The bytes of all names, four in each; and which bits of them count: the last of a name has fewer. */
const CHUNKS = new Int32Array(MOST_CHUNKS);
const MASKS = new Int32Array(MOST_CHUNKS);
/** Whether there is a name of this length, first and last letter, whatever its capitals (`shapeOf`). */
const SHAPES = new Uint8Array(BUCKETS);
let names = 0;
let chunks = 0;

function shapeOf(length: number, first: number, last: number): number {
  return ((length * 37) ^ ((first | 0x20) * 5) ^ (last | 0x20)) & (BUCKETS - 1);
}

/** By the first four characters, colon included; what is behind the colon does not count. */
function bucketOf(word: number): number {
  const second = (word >> 8) & 255;
  const third = (word >> 16) & 255;
  const own = second === 0x3a ? word & 0xffff : third === 0x3a ? word & 0xffffff : word;
  return Math.imul(own, 0x9e3779b1) >>> 22;
}

function append(entry: number, bucket: number): void {
  let last = FIRST[bucket] as number;
  if (last === 0) FIRST[bucket] = entry;
  else {
    while (NEXT[last] !== 0) last = NEXT[last] as number;
    NEXT[last] = entry;
  }
}

/** Adds a name with its number, from 0 to 254. Other capitals make another name. Of names in the same bucket the earlier are found faster. */
export function learnName(name: string, number: number): void {
  const written = `${name}:`;
  invariant(written.length <= LONGEST, "a header name is short");
  names += 1;
  LENGTHS[names] = written.length;
  NUMBERS[names] = number;
  STARTS[names] = chunks;
  for (let from = 0; from < written.length; from += CHUNK) {
    for (let at = from; at < Math.min(from + CHUNK, written.length); at += 1) {
      CHUNKS[chunks] = (CHUNKS[chunks] as number) | (written.charCodeAt(at) << (8 * (at - from)));
      MASKS[chunks] = (MASKS[chunks] as number) | (0xff << (8 * (at - from)));
    }
    chunks += 1;
  }
  append(names, bucketOf(CHUNKS[STARTS[names] as number] as number));
  SHAPES[shapeOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1))] = 1;
}

/** Whether what stands in [from, to) may be one of the names in other capitals. False says for certain that it is none. */
export function mayBeNameIn(from: number, to: number): boolean {
  return SHAPES[shapeOf(to - from, BYTES[from] as number, BYTES[to - 1] as number)] === 1;
}

/** The name at `from` in the loaded text, with a colon behind it: its number times 65,536, plus its length. -1 where there is none. */
export function findNameIn(from: number): number {
  let entry = FIRST[bucketOf(fourBytesIn(from))] as number;
  for (; entry !== 0; entry = NEXT[entry] as number) {
    const length = LENGTHS[entry] as number;
    if (BYTES[from + length - 1] === 0x3a && isAt(from, entry))
      return ((NUMBERS[entry] as number) << 16) | (length - 1);
  }
  return -1;
}

function isAt(from: number, entry: number): boolean {
  const end = from + (LENGTHS[entry] as number);
  let chunk = STARTS[entry] as number;
  for (let at = from; at < end; at += CHUNK) {
    if ((fourBytesIn(at) & (MASKS[chunk] as number)) !== CHUNKS[chunk]) return false;
    chunk += 1;
  }
  return true;
}
