// The parts that header values are made of, and how a header is put together from them: one value, a comma list, a line each.

import { type HeaderCodec, type HeaderName, type ListCodec, QUICK_HEADERS } from "../header-codec.ts";
import { BYTES, load } from "../loaded-text.ts";
import { reading, skipBlanks } from "../parameters.ts";

/** Elements of one line's list; what has more is refused. */
export const LIST_LIMIT = 64;

export interface Element<T> {
  readonly value: T;
  /** The index behind it. */
  readonly end: number;
}

/** Reads and writes one element of a value. `read` is total and stops where the element ends; null where there is none at `from`. */
export interface Grammar<T> {
  read(text: string, from: number): Element<T> | null;
  format(value: T): string;
}

/** Of what every message has: it is read where it stands, in [from, to) of the loaded text, and `reading` tells where it ends. */
export interface GrammarInPlace<T> extends Grammar<T> {
  /** Blanks around it belong to it. */
  readIn(text: string, from: number, to: number): T | null;
}

/** A grammar of one that reads in place. */
export function inPlace<T>(
  readIn: (text: string, from: number, to: number) => T | null,
  format: (value: T) => string,
): GrammarInPlace<T> {
  return {
    readIn,
    format,
    read(text, from) {
      load(text);
      const value = readIn(text, from, text.length);
      return value === null ? null : { value, end: reading.end };
    },
  };
}

/** The element that is all of the text but blanks around it; null when there is more, or none. */
export function readWhole<T>(grammar: Grammar<T>, text: string): T | null {
  const element = grammar.read(text, skipBlanks(text, 0));
  return element === null || skipBlanks(text, element.end) < text.length ? null : element.value;
}

/** The elements between commas. Null when one is malformed or missing, or when there are more than 64. */
export function readList<T>(grammar: Grammar<T>, text: string): T[] | null {
  const values: T[] = [];
  for (let index = 0; ; index += 1) {
    const element = grammar.read(text, skipBlanks(text, index));
    if (element === null || values.length === LIST_LIMIT) return null;
    values.push(element.value);
    index = skipBlanks(text, element.end);
    if (index >= text.length) return values;
    if (text.charCodeAt(index) !== 0x2c) return null;
  }
}

/** A header with one value. */
export function single<T>(name: HeaderName, grammar: Grammar<T>): HeaderCodec<T> {
  return { name, parse: (value) => readWhole(grammar, value), format: (value) => grammar.format(value) };
}

/** Reads a whole value as what reads in place does. */
export function parseLoaded<T>(parseIn: (text: string, from: number, to: number) => T): (value: string) => T {
  return (value) => {
    load(value);
    return parseIn(value, 0, value.length);
  };
}

/** The place of a name among the headers that are found at once, for codecs that read in place. */
export function quickOf(name: HeaderName): { readonly quick?: number } {
  const quick = QUICK_HEADERS.indexOf(name);
  return quick < 0 ? {} : { quick };
}

/** A header with one value, read in place. */
export function singleInPlace<T>(name: HeaderName, { readIn, format }: GrammarInPlace<T>): HeaderCodec<T> {
  const parseIn = (text: string, from: number, to: number): T | null => {
    const value = readIn(text, from, to);
    return value === null || reading.end < to ? null : value;
  };
  return { name, parse: parseLoaded(parseIn), format, parseIn, ...quickOf(name) };
}

/** A header that may be there several times, each line with a value of its own that commas do not part. */
export function perLine<T>(name: HeaderName, grammar: Grammar<T>): HeaderCodec<T> {
  return { ...single(name, grammar), shape: "lines" };
}

/** A header with a comma list. `orEmpty` where the grammar allows a line without a value. */
export function list<T>(name: HeaderName, grammar: Grammar<T>, { orEmpty = false } = {}): ListCodec<T> {
  return {
    name,
    shape: "list",
    parse: (value) => (orEmpty && skipBlanks(value, 0) === value.length ? [] : readList(grammar, value)),
    format: (values) => values.map((value) => grammar.format(value)).join(", "),
  };
}

/** A header with a comma list, read in place. */
export function listInPlace<T>(
  name: HeaderName,
  { readIn, format }: GrammarInPlace<T>,
): ListCodec<T> & { parseIn(text: string, from: number, to: number): readonly T[] | null } {
  const parseIn = (text: string, from: number, to: number): T[] | null => {
    const first = readIn(text, from, to);
    if (first === null) return null;
    const values = [first];
    while (reading.end < to) {
      if (BYTES[reading.end] !== 0x2c || values.length === LIST_LIMIT) return null;
      const value = readIn(text, reading.end + 1, to);
      if (value === null) return null;
      values.push(value);
    }
    return values;
  };
  const formatAll = (values: readonly T[]): string => values.map(format).join(", ");
  return { name, shape: "list", parse: parseLoaded(parseIn), format: formatAll, parseIn, ...quickOf(name) };
}

/** A grammar for values of which `fits` holds; others are malformed. */
export function where<T>(grammar: Grammar<T>, fits: (value: T) => boolean): Grammar<T> {
  return {
    read(text, from) {
      const element = grammar.read(text, from);
      return element !== null && fits(element.value) ? element : null;
    },
    format: (value) => grammar.format(value),
  };
}
