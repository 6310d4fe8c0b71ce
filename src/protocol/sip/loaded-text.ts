// The text that is being read, once more as bytes. A byte of an array is looked at in a fraction of the time that a character of a string
// takes, and with a tenth of the machine code, which counts for as much: what reads a message must fit into the processor's first cache.

/** Of the platform, wherever JavaScript runs; the language's own library does not name it. */
interface Encoder {
  encodeInto(text: string, bytes: Uint8Array): { readonly read: number; readonly written: number };
}

const { TextEncoder } = globalThis as unknown as { readonly TextEncoder: new () => Encoder };
const encoder = new TextEncoder();

/** Twice the largest datagram. Of a longer text the rest is not there, and reads as characters of no kind. */
const CAPACITY = 131_072;

/** What may be looked at behind the last character. */
const MARGIN = 64;

const BUFFER = new ArrayBuffer(CAPACITY + MARGIN);
const BYTES = new Uint8Array(BUFFER, 0, CAPACITY);
/**
 * The characters of the text that was loaded last, each at its index in the text, and a NUL behind them. Whoever reads them puts this array into a
 * constant of its own module, as with tables of characters: what is imported is fetched anew at each look, what is a module's own is known to the
 * compiler, which makes half of the code of it.
 */
export const LOADED = BYTES;

/** The last of them is a NUL in any case. */
const LAST = CAPACITY - 1;
const ROOM = BYTES.subarray(0, LAST);
const VIEW = new DataView(BUFFER);

/** Four bytes of the loaded text from `index` on, the first of them the lowest: for comparing. At most 60 behind the last of BYTES. */
export function fourBytesIn(index: number): number {
  return VIEW.getInt32(index, true);
}

let loaded = "";
/** Stands for characters beyond latin1: of no kind. */
const FOREIGN = 0x01;

/**
 * Makes BYTES hold a text. Whoever reads there calls it first: functions whose names end in `In` rely on their caller for it, and load
 * nothing themselves. Characters beyond latin1 become another that is of no kind.
 */
export function load(text: string): void {
  if (text === loaded) return;
  loaded = text;
  const { read, written } = encoder.encodeInto(text, ROOM);
  BYTES[written] = 0;
  // UTF-8 has one byte for a character of ASCII and more for every other.
  if (read === written) return;
  const length = Math.min(text.length, LAST);
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    BYTES[index] = code < 256 ? code : FOREIGN;
  }
  BYTES[length] = 0;
}

/** A bit for each byte of a word that is below a blank; of several the lowest is told for certain. */
function belowBlank(word: number): number {
  return (word - 0x20202020) & ~word & 0x80808080;
}

/** The first control character from `from` on, four bytes at a time; the NUL behind the text where there is none. */
function controlIn(from: number): number {
  let index = from;
  let found = belowBlank(VIEW.getInt32(index, true));
  while (found === 0) {
    index += 4;
    found = belowBlank(VIEW.getInt32(index, true));
  }
  return index + ((31 - Math.clz32(found & -found)) >> 3);
}

/** Where the line that begins at `from` ends: at a carriage return, a line feed, or a NUL that is not escaped. The NUL behind the text is the last. */
export function endOfLineIn(from: number): number {
  for (let end = controlIn(from); ; end = controlIn(end + 1)) {
    const code = BYTES[end];
    if (code === 0x0d || code === 0x0a) return end;
    // A quoted string may hold a backslash and NUL (RFC 4475 intmeth), but the text ends where it ends.
    if (end >= LAST || (code === 0 && (BYTES[end - 1] !== 0x5c || end >= loaded.length))) return end;
  }
}

/** Where the run of bytes from `from` on that are all in a table ends: at most `to`, and at `from` where there is none. */
export type RunEnd = (from: number, to: number) => number;

export function runIn(table: Uint8Array): RunEnd {
  return (from, to) => {
    let index = from;
    while (index < to && table[BYTES[index] as number] === 1) index += 1;
    return index;
  };
}

/** The first index in [from, to) at which there is no blank; `to` when there is none. */
export function skipBlanksIn(from: number, to: number): number {
  let index = from;
  while (index < to && (BYTES[index] === 0x20 || BYTES[index] === 0x09)) index += 1;
  return index;
}

/** The index behind the closing quote of the string that opens at `from`; -1 when it does not close before `to`. */
export function endOfQuotedIn(from: number, to: number): number {
  for (let index = from + 1; index < to; index += 1) {
    const code = BYTES[index];
    if (code === 0x5c) index += 1;
    else if (code === 0x22) return index + 1;
  }
  return -1;
}

/** The number in [from, to), of 1 to 10 decimal digits; -1 when it is none: no sign, no space, no exponent. */
export function digitsIn(from: number, to: number): number {
  if (from >= to || to - from > 10) return -1;
  let number = 0;
  for (let index = from; index < to; index += 1) {
    const digit = (BYTES[index] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
