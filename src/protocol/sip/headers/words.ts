// The smallest parts of header values: tokens, numbers, quoted strings (RFC 3261 section 25.1).

import { isTokenCharacter, parseDigits } from "../characters.ts";
import { endOfQuoted } from "../parameters.ts";
import type { Grammar } from "./grammar.ts";

/** What `character` is true of, from `from` on. */
export function endOfRun(text: string, from: number, character: (code: number) => boolean): number {
  let end = from;
  while (end < text.length && character(text.charCodeAt(end))) end += 1;
  return end;
}

/** One or more characters of a kind, as written. */
export function runOf(character: (code: number) => boolean): Grammar<string> {
  return {
    read(text, from) {
      const end = endOfRun(text, from, character);
      return end === from ? null : { value: text.slice(from, end), end };
    },
    format: (value) => value,
  };
}

export const token = runOf(isTokenCharacter);

/** A number without sign, of at most 10 digits, from 0 to `maximum`. */
export function numberUpTo(maximum: number): Grammar<number> {
  return {
    read(text, from) {
      const end = endOfRun(text, from, (code) => code >= 0x30 && code <= 0x39);
      const value = parseDigits(text.slice(from, end));
      return value === null || value > maximum ? null : { value, end };
    },
    format: String,
  };
}

/** delta-seconds, from 0 to 2^32 - 1 (RFC 3261 section 20.19). */
export const seconds = numberUpTo(0xffffffff);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

/** Whether a text may stand in one line of a header. */
export function isOneLine(text: string): boolean {
  return !CONTROL.test(text);
}

/** The text inside quotes, escapes resolved; text without quotes as it is. */
export function unquote(written: string): string {
  if (written.charCodeAt(0) !== 0x22) return written;
  return unescaped(written.slice(1, -1));
}

/** What stands between quotes, without the backslashes. */
export function unescaped(inner: string): string {
  return inner.includes("\\") ? inner.replace(/\\([\s\S])/g, "$1") : inner;
}

/** The text as a quoted string. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** A quoted string; its value is the text inside. */
export const quotedText: Grammar<string> = {
  read(text, from) {
    const end = text.charCodeAt(from) === 0x22 ? endOfQuoted(text, from) : -1;
    return end < 0 ? null : { value: unquote(text.slice(from, end)), end };
  },
  format: quote,
};

/** A token or a quoted string, as written with its quotes: the two may mean different things. */
export const word: Grammar<string> = {
  read(text, from) {
    if (text.charCodeAt(from) !== 0x22) return token.read(text, from);
    const end = endOfQuoted(text, from);
    return end < 0 ? null : { value: text.slice(from, end), end };
  },
  format: (value) => value,
};

/** A text between angle brackets of which `fits` holds; its value is without them. */
export function inBrackets(fits: (text: string) => boolean): Grammar<string> {
  return {
    read(text, from) {
      const close = text.indexOf(">", from);
      if (text.charCodeAt(from) !== 0x3c || close < 0) return null;
      const value = text.slice(from + 1, close);
      return fits(value) ? { value, end: close + 1 } : null;
    },
    format: (value) => `<${value}>`,
  };
}
