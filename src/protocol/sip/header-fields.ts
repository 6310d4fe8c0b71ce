// The header lines of a message: found in one pass, their values cut out, unfolded and parsed only when asked for.

import { isBlank, trimBlanks } from "./characters.ts";
import type { HeaderName } from "./header-names.ts";

/** Reads and writes one kind of header value. `parse` is total: null for what is malformed. */
export interface HeaderCodec<T> {
  readonly name: HeaderName;
  parse(value: string): T | null;
  format(value: T): string;
}

export class HeaderFields {
  readonly #text: string;
  readonly #names: HeaderName[] = [];
  /** Two numbers a line: where the value starts and ends in the text. */
  readonly #bounds: number[] = [];
  /** What was asked for, and what it was read as: few enough to be looked through. */
  readonly #codecs: HeaderCodec<unknown>[] = [];
  readonly #parsed: unknown[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  get count(): number {
    return this.#names.length;
  }

  /** For the parser: a line of that name with its value in [start, end). */
  append(name: HeaderName, start: number, end: number): void {
    this.#names.push(name);
    this.#bounds.push(start, end);
  }

  /** For the parser: the last line goes on to `end` (folding). */
  extend(end: number): void {
    this.#bounds[this.#bounds.length - 1] = end;
  }

  nameAt(index: number): HeaderName {
    return this.#names[index] as HeaderName;
  }

  /** The value without surrounding blanks, folds replaced by one space (RFC 3261 section 7.3.1). */
  valueAt(index: number): string {
    let start = this.#bounds[index * 2] as number;
    let end = this.#bounds[index * 2 + 1] as number;
    const text = this.#text;
    while (start < end && (isBlank(text.charCodeAt(start)) || isLineBreak(text.charCodeAt(start)))) start += 1;
    while (end > start && (isBlank(text.charCodeAt(end - 1)) || isLineBreak(text.charCodeAt(end - 1)))) end -= 1;
    const value = text.slice(start, end);
    return value.includes("\n") ? unfold(value) : value;
  }

  has(name: HeaderName): boolean {
    return this.#names.includes(name);
  }

  countOf(name: HeaderName): number {
    let count = 0;
    for (const candidate of this.#names) if (candidate === name) count += 1;
    return count;
  }

  /** The value of the first line of that name; null when there is none. */
  first(name: HeaderName): string | null {
    const index = this.#names.indexOf(name);
    return index < 0 ? null : this.valueAt(index);
  }

  /** The values of all lines of that name, in order. Lines that hold comma lists are not split. */
  all(name: HeaderName): string[] {
    const values: string[] = [];
    for (let index = this.#names.indexOf(name); index >= 0; index = this.#names.indexOf(name, index + 1)) {
      values.push(this.valueAt(index));
    }
    return values;
  }

  /** The first line of the codec's name, parsed once and kept. Null when it is absent or malformed. */
  read<T>(codec: HeaderCodec<T>): T | null {
    const kept = this.#codecs.indexOf(codec as HeaderCodec<unknown>);
    if (kept >= 0) return this.#parsed[kept] as T | null;
    const value = this.first(codec.name);
    const parsed = value === null ? null : codec.parse(value);
    this.#codecs.push(codec as HeaderCodec<unknown>);
    this.#parsed.push(parsed);
    return parsed;
  }
}

/** One pass and no pattern: a pattern that looks for blanks before a break takes quadratic time on a line of blanks. */
function unfold(value: string): string {
  let text = "";
  for (const part of value.split("\r\n")) {
    const trimmed = trimBlanks(part);
    if (trimmed !== "") text += text === "" ? trimmed : ` ${trimmed}`;
  }
  return text;
}

function isLineBreak(code: number): boolean {
  return code === 0x0d || code === 0x0a;
}
