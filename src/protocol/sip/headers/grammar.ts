// The parts that header values are made of, and how a header is put together from them: one value, a comma list, a line each.

import type { HeaderCodec, HeaderName, ListCodec } from "../header-codec.ts";
import { LIST_LIMIT } from "../in-place.ts";
import { load } from "../loaded-text.ts";
import { READING, skipBlanks } from "../parameters.ts";

const reading = READING;

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
