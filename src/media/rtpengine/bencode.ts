// Bencode, in which rtpengine's ng protocol is written: strings, whole numbers, lists and dictionaries. Strings are bytes; here each of their
// characters is one byte (latin1), so that what is passed on is passed on unchanged.

import { failure, type Result, success } from "../../base/index.ts";

export type BencodeValue = string | number | readonly BencodeValue[] | BencodeDictionary;

export interface BencodeDictionary {
  readonly [key: string]: BencodeValue | undefined;
}

/** What a datagram can hold. */
const MOST_BYTES = 65_535;
/** rtpengine's own answers go eight deep. */
const MOST_DEPTH = 32;
/** More than a datagram can need; it bounds what one costs us. */
const MOST_VALUES = 16_384;

/** Keys are sorted, as the form demands. Characters above U+00FF and fractions have no place in it: they throw RangeError. */
export function encodeBencode(value: BencodeValue): string {
  if (typeof value === "string") {
    if (/[^\0-\u00ff]/.test(value)) throw new RangeError("a string in bencode has bytes for characters");
    return `${value.length}:${value}`;
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number`);
    return `i${value}e`;
  }
  if (isList(value)) return `l${value.map(encodeBencode).join("")}e`;
  const parts = Object.keys(value)
    .sort()
    .map((key) => {
      const item = value[key];
      return item === undefined ? "" : encodeBencode(key) + encodeBencode(item);
    });
  return `d${parts.join("")}e`;
}

/** One value and nothing behind it. What is wrong with it is told in words; nothing throws. */
export function decodeBencode(text: string): Result<BencodeValue, string> {
  if (text.length > MOST_BYTES) return failure(`longer than ${MOST_BYTES} bytes`);
  const reader = new Reader(text);
  const value = reader.read(0);
  if (value === null) return failure(`${reader.fault} at byte ${reader.at}`);
  return reader.at === text.length ? success(value) : failure(`more than one value, at byte ${reader.at}`);
}

function isList(value: BencodeValue): value is readonly BencodeValue[] {
  return Array.isArray(value);
}

export function isDictionary(value: BencodeValue | undefined): value is BencodeDictionary {
  return typeof value === "object" && !isList(value);
}

class Reader {
  at = 0;
  fault = "";
  readonly #text: string;
  #left = MOST_VALUES;

  constructor(text: string) {
    this.#text = text;
  }

  /** Null, with `fault` set, where there is none. */
  read(depth: number): BencodeValue | null {
    if (depth > MOST_DEPTH) return this.#fail("nested too deeply");
    if (this.#left === 0) return this.#fail("too many values");
    this.#left -= 1;
    switch (this.#text[this.at]) {
      case "i":
        return this.#readNumber();
      case "l":
        return this.#readList(depth);
      case "d":
        return this.#readDictionary(depth);
      default:
        return this.#readString();
    }
  }

  #readNumber(): number | null {
    const end = this.#text.indexOf("e", this.at);
    const digits = end < 0 || end > this.at + 21 ? "" : this.#text.slice(this.at + 1, end);
    const value = Number(digits);
    if (!/^(0|-?[1-9][0-9]*)$/.test(digits) || !Number.isSafeInteger(value)) return this.#fail("no whole number");
    this.at = end + 1;
    return value;
  }

  #readString(): string | null {
    const colon = this.#text.indexOf(":", this.at);
    const digits = colon < 0 || colon > this.at + 5 ? "" : this.#text.slice(this.at, colon);
    if (!/^(0|[1-9][0-9]*)$/.test(digits)) return this.#fail("no value");
    const end = colon + 1 + Number(digits);
    if (end > this.#text.length) return this.#fail("a string that is cut off");
    const value = this.#text.slice(colon + 1, end);
    this.at = end;
    return value;
  }

  #readList(depth: number): BencodeValue[] | null {
    const items: BencodeValue[] = [];
    this.at += 1;
    while (this.#text[this.at] !== "e") {
      const item = this.read(depth + 1);
      if (item === null) return null;
      items.push(item);
    }
    this.at += 1;
    return items;
  }

  /** Keys need not be sorted: rtpengine's are not. Of two with one name the first counts, as with rtpengine. */
  #readDictionary(depth: number): BencodeDictionary | null {
    // Without a prototype, so that no key is another than the sender's.
    const entries: Record<string, BencodeValue> = Object.create(null);
    this.at += 1;
    while (this.#text[this.at] !== "e") {
      const key = this.#readString();
      const value = key === null ? null : this.read(depth + 1);
      if (key === null || value === null) return null;
      entries[key] ??= value;
    }
    this.at += 1;
    return entries;
  }

  #fail(fault: string): null {
    this.fault = fault;
    return null;
  }
}
