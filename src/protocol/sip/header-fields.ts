// The header lines of a message: found in one pass, their values cut out, unfolded and parsed only when asked for.

import { isBlank, trimBlanks } from "./characters.ts";
import { type HeaderCodec, type HeaderName, QUICK_HEADERS } from "./header-codec.ts";
import { type HeaderId, headerId, headerName, nameOfId, UNKNOWN_HEADER } from "./header-names.ts";
import { BYTES, load, skipBlanksIn } from "./loaded-text.ts";

/** The most elements of one list header, over all its lines; beyond them the header is malformed. */
export const LIST_ELEMENT_LIMIT = 256;

/** Reads what stands in [from, to) of the loaded text. */
type Reader<T> = (text: string, from: number, to: number) => T;

/** What a codec made of its header, once it was asked for; a message has few of them. */
interface Kept {
  readonly codec: HeaderCodec<unknown>;
  readonly parsed: unknown;
  readonly next: Kept | null;
}

/**
 * Headers are found by a list of small numbers. First, for each of QUICK_HEADERS, the place in the list of the first
 * line of that name, 0 where there is none. Then two for each line, `mark` and `end`: the mark holds the header's id, whether the line is
 * folded, and how far its colon is from where the line begins. Lines stand one behind the other, so that their ends say where they begin.
 */
export const FIRST_LINE = QUICK_HEADERS.length;
export const LINE_NUMBERS = 2;

const COLON_BITS = 16;
const COLON = (1 << COLON_BITS) - 1;
/** Bit of a mark: the line goes on in the next. */
export const FOLDED = 1 << 24;

/** As USUAL_NAMES gives it where it knows the name. */
export function markOf(id: HeaderId, colon: number): number {
  return (id << COLON_BITS) | colon;
}

export function idOf(mark: number): HeaderId {
  return (mark >> COLON_BITS) & 255;
}

/** Headers with a bit of their own in a set: the first of the table, which every message has. */
const WITH_BIT = 30;

/** The set that holds one header; empty for those of no bit. */
export function bitOf(id: HeaderId): number {
  return id < WITH_BIT ? 1 << id : 0;
}

/** The set of some of the first headers in the table. */
export function headerSet(names: readonly HeaderName[]): number {
  return names.reduce((set, name) => set | bitOf(headerId(name)), 0);
}

/** Where header lines stand in a text, as the parser found them. */
export interface HeaderLines {
  /** Where the first line begins. */
  readonly start: number;
  /** FIRST_LINE of them, then LINE_NUMBERS for each line. */
  readonly numbers: readonly number[];
  /** Sets of headers: those that are there, and those that are there more than once. */
  readonly present: number;
  readonly repeated: number;
}

/** The headers of one message in their order, known or not. Values are read when asked for, and what was read by a codec is kept. */
export class HeaderFields {
  readonly #text: string;
  readonly #start: number;
  readonly #numbers: readonly number[];
  readonly #present: number;
  readonly #repeated: number;
  #kept: Kept | null = null;

  constructor(text: string, { start, numbers, present, repeated }: HeaderLines) {
    this.#text = text;
    this.#start = start;
    this.#numbers = numbers;
    this.#present = present;
    this.#repeated = repeated;
  }

  get count(): number {
    return (this.#numbers.length - FIRST_LINE) / LINE_NUMBERS;
  }

  nameAt(index: number): HeaderName {
    return this.#nameOf(FIRST_LINE + index * LINE_NUMBERS);
  }

  /** The value without surrounding blanks, folds replaced by one space (RFC 3261 section 7.3.1). */
  valueAt(index: number): string {
    return this.#cutAt(FIRST_LINE + index * LINE_NUMBERS);
  }

  /** The line as it was written, folds and all, without the line break behind it. */
  lineAt(index: number): string {
    const place = FIRST_LINE + index * LINE_NUMBERS;
    return this.#text.slice(this.#lineStart(place), this.#numbers[place + 1]);
  }

  /** What stands before the first line, with the line break behind it. */
  get opening(): string {
    return this.#text.slice(0, this.#start);
  }

  has(name: HeaderName): boolean {
    return this.#placeOf(name) > 0;
  }

  countOf(name: HeaderName): number {
    let count = 0;
    for (let place = this.#placeOf(name); place > 0; place = this.#placeAfter(place, name)) count += 1;
    return count;
  }

  /** Whether each header of one set is there, and none of the other more than once. Sets are made by headerSet. */
  fits(required: number, single: number): boolean {
    return (this.#present & required) === required && (this.#repeated & single) === 0;
  }

  /** Whether there are two lines or more of that name. */
  isRepeated(name: HeaderName): boolean {
    const first = this.#placeOf(name);
    return first > 0 && this.#placeAfter(first, name) > 0;
  }

  /** The value of the first line of that name; null when there is none. */
  first(name: HeaderName): string | null {
    const place = this.#placeOf(name);
    return place === 0 ? null : this.#cutAt(place);
  }

  /** The values of all lines of that name, in order. Lines that hold comma lists are not split. */
  all(name: HeaderName): string[] {
    const values: string[] = [];
    for (let place = this.#placeOf(name); place > 0; place = this.#placeAfter(place, name)) {
      values.push(this.#cutAt(place));
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
    const place = codec.quick === undefined ? this.#placeOf(codec.name) : (this.#numbers[codec.quick] as number);
    const parsed = codec.shape === "list" ? this.#readList(codec, place) : this.#parseAt(codec, place);
    this.#kept = { codec, parsed, next: this.#kept };
    return parsed;
  }

  /** Each line of the codec's name by itself, in order; null for a malformed one. For challenges and other headers that repeat. */
  readEach<T>(codec: HeaderCodec<T>): (T | null)[] {
    return this.all(codec.name).map((value) => codec.parse(value));
  }

  /** What `read` makes of the first line of that name where it stands, a value without blanks around; null when there is none. */
  firstIn<T>(name: HeaderName, read: Reader<T>): T | null {
    const place = this.#placeOf(name);
    return place === 0 ? null : this.#readAt(place, read);
  }

  /** The value of a line cut out, which needs no bytes of it. */
  #cutAt(place: number): string {
    const text = this.#text;
    const mark = this.#numbers[place] as number;
    let start = this.#lineStart(place) + (mark & COLON) + 1;
    let end = this.#numbers[place + 1] as number;
    if ((mark & FOLDED) !== 0) return unfold(text.slice(start, end));
    while (start < end && isBlank(text.charCodeAt(start))) start += 1;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
    return text.slice(start, end);
  }

  #readAt<T>(place: number, read: Reader<T>): T {
    const text = this.#text;
    const mark = this.#numbers[place] as number;
    let start = this.#lineStart(place) + (mark & COLON) + 1;
    let end = this.#numbers[place + 1] as number;
    if ((mark & FOLDED) !== 0) {
      const value = unfold(text.slice(start, end));
      load(value);
      return read(value, 0, value.length);
    }
    load(text);
    start = skipBlanksIn(start, end);
    while (end > start && isBlank(BYTES[end - 1] as number)) end -= 1;
    return read(text, start, end);
  }

  /** Null at the place 0, where there is no line. */
  #parseAt<T>(codec: HeaderCodec<T>, place: number): T | null {
    if (place === 0) return null;
    return codec.parseIn === undefined ? codec.parse(this.#cutAt(place)) : this.#readAt(place, codec.parseIn);
  }

  #readList<T>(codec: HeaderCodec<T>, first: number): T | null {
    if (first === 0) return [] as T;
    const parsed = this.#parseAt(codec, first);
    let next = this.#placeAfter(first, codec.name);
    if (next === 0 || parsed === null) return parsed;
    const elements = [...(parsed as readonly unknown[])];
    for (; next > 0; next = this.#placeAfter(next, codec.name)) {
      const more = this.#parseAt(codec, next);
      if (more === null) return null;
      for (const element of more as readonly unknown[]) elements.push(element);
      if (elements.length > LIST_ELEMENT_LIMIT) return null;
    }
    return elements as T;
  }

  #lineStart(place: number): number {
    return place === FIRST_LINE ? this.#start : (this.#numbers[place - 1] as number) + 2;
  }

  /** Where the first line of that name is in the list; 0 when there is none. */
  #placeOf(name: HeaderName): number {
    const id = headerId(name);
    if (id < FIRST_LINE) return this.#numbers[id] as number;
    return this.#search(name, { id, from: FIRST_LINE });
  }

  /** Where the next line of that name is, behind the one at `place`; 0 when there is none. */
  #placeAfter(place: number, name: HeaderName): number {
    const id = headerId(name);
    const isAlone = id < WITH_BIT && (this.#repeated & (1 << id)) === 0;
    return isAlone ? 0 : this.#search(name, { id, from: place + LINE_NUMBERS });
  }

  #search(name: HeaderName, { id, from }: { readonly id: HeaderId; readonly from: number }): number {
    const numbers = this.#numbers;
    for (let place = from; place < numbers.length; place += LINE_NUMBERS) {
      if (idOf(numbers[place] as number) !== id) continue;
      if (id !== UNKNOWN_HEADER || this.#nameOf(place) === name) return place;
    }
    return 0;
  }

  #nameOf(place: number): HeaderName {
    const mark = this.#numbers[place] as number;
    if (idOf(mark) !== UNKNOWN_HEADER) return nameOfId(idOf(mark));
    const start = this.#lineStart(place);
    return headerName(trimBlanks(this.#text.slice(start, start + (mark & COLON))));
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
