// Headers that every message has: they are read where they stand in the loaded text, without being cut out. One reader of elements serves a header in all its
// forms, so that there is one piece of machine code for it and not one for each.

import {
  type ElementReader,
  type HeaderCodec,
  type HeaderName,
  type ListCodec,
  quickPlace,
  SLOTS,
} from "./header-codec.ts";
import { LOADED, load } from "./loaded-text.ts";
import { READING } from "./parameters.ts";

const BYTES = LOADED;
const reading = READING;

/** Elements of one line's list; what has more is refused. */
export const LIST_LIMIT = 64;

/** One value and nothing else; all elements of a list; the first, whatever stands behind it; the first of a list that is well-formed. */
const WHOLE = 0;
const LIST = 1;
const FIRST = 2;
const FIRST_OF_LIST = 3;
export const FORMS = { WHOLE, LIST, FIRST, FIRST_OF_LIST };

interface Stretch {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The elements of a list. Null when one is malformed or missing, or when there are more than 64. */
export function readElementsIn(readIn: ElementReader, { text, from, to }: Stretch): unknown[] | null {
  const elements: unknown[] = [];
  for (let start = from; ; start = reading.end + 1) {
    const element = readIn(text, start, to);
    if (element === null || elements.length === LIST_LIMIT) return null;
    elements.push(element);
    if (reading.end >= to) return elements;
    if (BYTES[reading.end] !== 0x2c) return null;
  }
}

/** Reads a stretch of the loaded text in one of the forms. */
export function readFormIn(form: number, readIn: ElementReader, stretch: Stretch): unknown {
  if (form === LIST || form === FIRST_OF_LIST) {
    const elements = readElementsIn(readIn, stretch);
    return form === LIST ? elements : (elements?.[0] ?? null);
  }
  const { text, from, to } = stretch;
  const value = readIn(text, from, to);
  return form === FIRST || reading.end === to ? value : null;
}

let slots = 0;

function codecOf<T>(
  name: HeaderName,
  parts: { readonly form: number; readonly readIn: ElementReader; readonly format: (value: T) => string },
): HeaderCodec<T> {
  const { form, readIn, format } = parts;
  const quick = quickPlace(name);
  const parse = (value: string): T | null => {
    load(value);
    return readFormIn(form, readIn, { text: value, from: 0, to: value.length }) as T | null;
  };
  // The first that ask for it have a place in each message. All have the same properties in the same order: what reads them is made for that.
  const slot = quick >= 0 && slots < SLOTS ? slots++ : undefined;
  const shape = form === LIST ? "list" : undefined;
  return { name, shape, parse, format, slot, quick, form, readIn } as HeaderCodec<T>;
}

export interface ElementCodec<T> {
  readonly readIn: (text: string, from: number, to: number) => T | null;
  readonly format: (value: T) => string;
}

/** A header with one value. */
export function singleInPlace<T>(name: HeaderName, element: ElementCodec<T>): HeaderCodec<T> {
  return codecOf(name, { form: WHOLE, ...element });
}

/** A header with a comma list. */
export function listInPlace<T>(name: HeaderName, { readIn, format }: ElementCodec<T>): ListCodec<T> {
  const formatAll = (values: readonly T[]): string => values.map(format).join(", ");
  return codecOf<readonly T[]>(name, { form: LIST, readIn, format: formatAll }) as ListCodec<T>;
}

/** The first element of a list header's first line. `strict`: null where another element of that line is malformed. */
export function firstInPlace<T>(
  name: HeaderName,
  { readIn, format }: ElementCodec<T>,
  { strict }: { readonly strict: boolean },
): HeaderCodec<T> {
  return codecOf(name, { form: strict ? FIRST_OF_LIST : FIRST, readIn, format });
}
