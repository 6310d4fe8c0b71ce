// The header lines of a message: found in one pass, their values cut out, unfolded and parsed only when asked for.

import { isBlank, trimBlanks } from "./characters.ts";
import type { HeaderCodec, HeaderName } from "./header-codec.ts";

/** The most elements of one list header, over all its lines; beyond them the header is malformed. */
export const LIST_ELEMENT_LIMIT = 256;

/** What a codec made of its header, once it was asked for; a message has few of them. */
interface Kept {
  readonly codec: HeaderCodec<unknown>;
  readonly parsed: unknown;
  readonly next: Kept | null;
}

/** Where header lines stand in a text, as the parser found them. */
export interface HeaderLines {
  /** Where the first line begins. */
  readonly start: number;
  readonly names: readonly HeaderName[];
  /** Two numbers a line: where the value starts and ends in the text. */
  readonly bounds: readonly number[];
}

/** The headers of one message in their order, known or not. Values are read when asked for, and what was read by a codec is kept. */
export class HeaderFields {
  readonly #text: string;
  readonly #start: number;
  readonly #names: readonly HeaderName[];
  readonly #bounds: readonly number[];
  #kept: Kept | null = null;

  constructor(text: string, { start, names, bounds }: HeaderLines) {
    this.#text = text;
    this.#start = start;
    this.#names = names;
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#names.length;
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

  /** The line as it was written, folds and all, without the line break behind it. */
  lineAt(index: number): string {
    const start = index === 0 ? this.#start : (this.#bounds[index * 2 - 1] as number) + 2;
    return this.#text.slice(start, this.#bounds[index * 2 + 1]);
  }

  /** What stands before the first line, with the line break behind it. */
  get opening(): string {
    return this.#text.slice(0, this.#start);
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

  /**
   * The codec's header, parsed once and kept. Null when it is absent or malformed. Of a list header the elements of all its lines, in
   * order: none when it is absent, null when one is malformed or there are more than 256. Of others the first line.
   */
  read<T>(codec: HeaderCodec<T>): T | null {
    for (let kept = this.#kept; kept !== null; kept = kept.next)
      if (kept.codec === codec) return kept.parsed as T | null;
    const parsed = codec.shape === "list" ? this.#readList(codec) : this.#readFirst(codec);
    this.#kept = { codec, parsed, next: this.#kept };
    return parsed;
  }

  /** Each line of the codec's name by itself, in order; null for a malformed one. For challenges and other headers that repeat. */
  readEach<T>(codec: HeaderCodec<T>): (T | null)[] {
    return this.all(codec.name).map((value) => codec.parse(value));
  }

  #readFirst<T>(codec: HeaderCodec<T>): T | null {
    const value = this.first(codec.name);
    return value === null ? null : codec.parse(value);
  }

  #readList<T>(codec: HeaderCodec<T>): T | null {
    const elements: unknown[] = [];
    for (const value of this.all(codec.name)) {
      const parsed = codec.parse(value);
      if (parsed === null) return null;
      for (const element of parsed as readonly unknown[]) elements.push(element);
      if (elements.length > LIST_ELEMENT_LIMIT) return null;
    }
    return elements as T;
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
