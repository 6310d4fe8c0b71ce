// The header lines of a message: found in one pass, their values cut out, unfolded and parsed only when asked for.

import { isBlank, trimBlanks } from "./characters.ts";
import { type ElementReader, type HeaderCodec, type HeaderName, QUICK_HEADERS } from "./header-codec.ts";
import { type HeaderId, headerId, headerName, nameOfId, UNKNOWN_HEADER } from "./header-names.ts";
import { FORMS, readElementsIn, readFormIn } from "./in-place.ts";
import { LOADED, load, skipBlanksIn } from "./loaded-text.ts";
import { READING } from "./parameters.ts";

const BYTES = LOADED;
const reading = READING;
const { WHOLE, LIST, FIRST, FIRST_OF_LIST } = FORMS;

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
 * Headers are found by a list of small numbers. First, for each of QUICK_HEADERS, the place in the list of the first line of that name, 0 where there
 * is none. At PRESENT and REPEATED sets of headers: those that are there, and those that are there more than once. Then, for each line, two: `mark`
 * and `end`. The mark holds the header's id, whether the line is folded, and how far its colon is from where the line begins. Lines stand one
 * behind the other, so that their ends say where they begin; BEFORE_FIRST is where a line before the first would have ended.
 */
const QUICK_COUNT = QUICK_HEADERS.length;
const PRESENT = QUICK_COUNT;
const REPEATED = QUICK_COUNT + 1;
const BEFORE_FIRST = QUICK_COUNT + 2;
const FIRST_LINE = QUICK_COUNT + 3;
const LINE_NUMBERS = 2;
/** CRLF. */
const BREAK = 2;
/** Bit of a mark: the line goes on in the next. */
const FOLDED = 1 << 24;

/** For those who make such lists. */
export const LAYOUT = { QUICK_COUNT, PRESENT, REPEATED, BEFORE_FIRST, FIRST_LINE, LINE_NUMBERS, BREAK, FOLDED };

const COLON_BITS = 16;
const COLON = (1 << COLON_BITS) - 1;
/** As findNameIn gives it where it knows the name. */
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

interface QuickHeader {
  readonly quick: number;
  readonly form: number;
  readonly readIn: ElementReader;
}

function readNothing(): null {
  return null;
}

/** The headers of one message in their order, known or not. Values are read when asked for, and what was read by a codec is kept. */
export class HeaderFields {
  readonly #text: string;
  readonly #numbers: readonly number[];
  /** By slot of the codec; undefined where it was not asked. */
  readonly #slots: unknown[] = [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined];
  /** What other codecs made of their headers. */
  #kept: Kept | null = null;

  /** `numbers` as the parser found them in the text: FIRST_LINE of them, then LINE_NUMBERS for each line. */
  constructor(text: string, numbers: readonly number[]) {
    this.#text = text;
    this.#numbers = numbers;
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
    return this.#text.slice(0, this.#lineStart(FIRST_LINE));
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
    const numbers = this.#numbers;
    return ((numbers[PRESENT] as number) & required) === required && ((numbers[REPEATED] as number) & single) === 0;
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
    const { slot } = codec;
    if (slot === undefined) return this.#readOther(codec);
    const known = this.#slots[slot];
    if (known !== undefined) return known as T | null;
    const parsed = this.#readQuick(codec);
    this.#slots[slot] = parsed;
    return parsed as T | null;
  }

  /** Of a header that is read where it stands. */
  #readQuick({ quick = 0, form = 0, readIn = readNothing }: HeaderCodec<unknown>): unknown {
    const numbers = this.#numbers;
    const place = numbers[quick] as number;
    if (place === 0) return form === LIST ? [] : null;
    const mark = numbers[place] as number;
    let from = (numbers[place - 1] as number) + BREAK + (mark & COLON) + 1;
    let to = numbers[place + 1] as number;
    if ((mark & FOLDED) !== 0) return this.#readFolded({ quick, form, readIn });
    const text = this.#text;
    load(text);
    if (BYTES[from] === 0x20) from += 1;
    if (isBlank(BYTES[from] as number)) from = skipBlanksIn(from, to);
    while (to > from && isBlank(BYTES[to - 1] as number)) to -= 1;
    const value = readIn(text, from, to);
    if (form === FIRST || value === null) return value;
    if (reading.end !== to) return form === WHOLE ? null : this.#readLines({ quick, form, readIn });
    if (form !== LIST) return value;
    return ((numbers[REPEATED] as number) & (1 << quick)) === 0 ? [value] : this.#readLines({ quick, form, readIn });
  }

  /** The first line, folded. */
  #readFolded(header: QuickHeader): unknown {
    const { quick, form, readIn } = header;
    if (form === LIST) return this.#readLines(header);
    const value = this.#cutAt(this.#numbers[quick] as number);
    load(value);
    return readFormIn(form, readIn, { text: value, from: 0, to: value.length });
  }

  /** The elements of all lines of a list header, or the first one of the first line. */
  #readLines({ quick, form, readIn }: QuickHeader): unknown {
    const name = QUICK_HEADERS[quick] as HeaderName;
    const elements: unknown[] = [];
    for (let place = this.#numbers[quick] as number; place > 0; place = this.#placeAfter(place, name)) {
      const text = this.#cutAt(place);
      load(text);
      const more = readElementsIn(readIn, { text, from: 0, to: text.length });
      if (form === FIRST_OF_LIST || more === null) return more?.[0] ?? null;
      for (const element of more) elements.push(element);
      if (elements.length > LIST_ELEMENT_LIMIT) return null;
    }
    return elements;
  }

  #readOther<T>(codec: HeaderCodec<T>): T | null {
    for (let kept = this.#kept; kept !== null; kept = kept.next)
      if (kept.codec === codec) return kept.parsed as T | null;
    const place = this.#placeOf(codec.name);
    const parsed = codec.shape === "list" ? this.#readList(codec, place) : this.#parseAt(codec, place);
    this.#kept = { codec, parsed, next: this.#kept };
    return parsed;
  }

  /** Each line of the codec's name by itself, in order; null for a malformed one. For challenges and other headers that repeat. */
  readEach<T>(codec: HeaderCodec<T>): (T | null)[] {
    return this.all(codec.name).map((value) => codec.parse(value));
  }

  /** What `read` makes of the first line of one of QUICK_HEADERS where it stands, a value without blanks around; null when there is none. */
  firstIn<T>(quick: number, read: Reader<T>): T | null {
    const place = this.#numbers[quick] as number;
    return place === 0 ? null : this.#readAt(place, read);
  }

  /** Whether there are two lines or more of one of QUICK_HEADERS. */
  repeatsQuick(quick: number): boolean {
    return ((this.#numbers[REPEATED] as number) & (1 << quick)) !== 0;
  }

  /** Whether there is a line of one of QUICK_HEADERS. */
  hasQuick(quick: number): boolean {
    return this.#numbers[quick] !== 0;
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
    return place === 0 ? null : codec.parse(this.#cutAt(place));
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
    return (this.#numbers[place - 1] as number) + BREAK;
  }

  /** Where the first line of that name is in the list; 0 when there is none. */
  #placeOf(name: HeaderName): number {
    const id = headerId(name);
    if (id < QUICK_COUNT) return this.#numbers[id] as number;
    return this.#search(name, { id, from: FIRST_LINE });
  }

  /** Where the next line of that name is, behind the one at `place`; 0 when there is none. */
  #placeAfter(place: number, name: HeaderName): number {
    const id = headerId(name);
    const isAlone = id < WITH_BIT && ((this.#numbers[REPEATED] as number) & (1 << id)) === 0;
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
