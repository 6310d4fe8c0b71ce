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

/** The characters of the text that was loaded last, each at its index in the text. */
export const BYTES = new Uint8Array(CAPACITY);

const VIEW = new DataView(BYTES.buffer);

/** Four bytes of the loaded text from `index` on, the first of them the lowest: for comparing. Must end before the end of BYTES. */
export function fourBytesIn(index: number): number {
  return VIEW.getInt32(index, true);
}

let loaded = "";

/**
 * Makes BYTES hold a text. Whoever reads there calls it first: functions whose names end in `In` rely on their caller for it, and load
 * nothing themselves. Characters beyond latin1 become NUL, which is of no kind.
 */
export function load(text: string): void {
  if (text === loaded) return;
  loaded = text;
  const { read, written } = encoder.encodeInto(text, BYTES);
  // UTF-8 has one byte for a character of ASCII and more for every other.
  if (read === written) return;
  const length = Math.min(text.length, CAPACITY);
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    BYTES[index] = code < 256 ? code : 0;
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
