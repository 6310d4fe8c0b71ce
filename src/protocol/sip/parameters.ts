// Generic parameters, `;name=value` (RFC 3261 section 25.1): order, case and unknown ones are kept.

import { isBlank, TOKEN as TOKENS, VALUE as VALUES } from "./characters.ts";
import { wordsIn } from "./known-words.ts";
import { endOfQuotedIn, LOADED, load, runIn, skipBlanksIn } from "./loaded-text.ts";

const BYTES = LOADED;
const TOKEN = TOKENS;
const VALUE = VALUES;

export interface Parameter {
  /** As written; compared without case. */
  readonly name: string;
  /** As written, quotes included; null when there is no equals sign. */
  readonly value: string | null;
}

export type Parameters = readonly Parameter[];

/** Shared by all that have none. */
export const NO_PARAMETERS: Parameters = [];

/**
 * Where the reader that ran last stopped. A reader returns what it read, or null; its caller looks here at once for where to go on: a pair
 * of both would be one more object for each part of each header.
 */
const reading = { end: 0, sawBrackets: false };
/** For others, who put it into a constant of their own, as LOADED. */
export const READING = reading;

/** The name of a parameter in [from, to): what every message has is one of our own words. */
export const nameIn = wordsIn(["branch", "rport", "received", "tag", "lr", "user", "transport", "expires", "q"]);

/** The index behind the closing quote of the string that opens at `from`; -1 when it never closes. */
export function endOfQuoted(text: string, from: number): number {
  for (let index = from + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x5c) index += 1;
    else if (code === 0x22) return index + 1;
  }
  return -1;
}

export function skipBlanks(text: string, from: number): number {
  let index = from;
  while (index < text.length && isBlank(text.charCodeAt(index))) index += 1;
  return index;
}

/** Where a value that is no plain run of characters ends: a quoted string, or a URI in angle brackets. At `from` where there is none. */
function endOfClosedValueIn(text: string, from: number, to: number): number {
  if (from === to) return from;
  if (BYTES[from] === 0x22) return endOfQuotedIn(from, to);
  if (BYTES[from] !== 0x3c) return from;
  const end = text.indexOf(">", from) + 1;
  reading.sawBrackets = true;
  return end > to ? from : end;
}

const endOfTokenIn = runIn(TOKEN);
const endOfPlainValueIn = runIn(VALUE);

/** Blanks are rare where they may stand: most of the time one look is enough. */
export function behindBlanksIn(from: number, to: number): number {
  return from < to && (BYTES[from] as number) <= 0x20 ? skipBlanksIn(from, to) : from;
}

/** The value from `from` on, where `reading` then stands behind it and its blanks; null where there is none. */
function readValueIn(text: string, from: number, to: number): string | null {
  const start = behindBlanksIn(from, to);
  let end = endOfPlainValueIn(start, to);
  if (end === start) end = endOfClosedValueIn(text, start, to);
  if (end <= start) return null;
  reading.end = behindBlanksIn(end, to);
  return text.slice(start, end);
}

/** Reads `;a=b;c`, as readParametersIn does; values may be URIs in angle brackets, kept as written with them. */
function readAnyParametersIn(text: string, from: number, to: number): Parameters | null {
  let index = behindBlanksIn(from, to);
  let first: Parameter | null = null;
  let parameters: Parameter[] | null = null;
  let count = 0;
  while (index < to && BYTES[index] !== 0x2c) {
    const start = behindBlanksIn(index + 1, to);
    const nameEnd = endOfTokenIn(start, to);
    if (BYTES[index] !== 0x3b || nameEnd === start || count === 64) return null;
    const name = nameIn(text, start, nameEnd);
    index = behindBlanksIn(nameEnd, to);
    let value: string | null = null;
    if (index < to && BYTES[index] === 0x3d) {
      value = readValueIn(text, index + 1, to);
      if (value === null) return null;
      index = reading.end;
    }
    const parameter = { name, value };
    // Most have one or two: an array that grows would be as large as all else of the header.
    if (first === null) first = parameter;
    else if (parameters === null) parameters = [first, parameter];
    else parameters.push(parameter);
    count += 1;
  }
  reading.end = index;
  if (first === null) return NO_PARAMETERS;
  return parameters ?? [first];
}

/**
 * Reads `;a=b;c` from `from` up to a comma or `to` in the loaded text, where `reading` then stands. Null when it is not parameters. At most
 * 64 of them.
 */
export function readParametersIn(text: string, from: number, to: number): Parameters | null {
  reading.sawBrackets = false;
  const parameters = readAnyParametersIn(text, from, to);
  return reading.sawBrackets ? null : parameters;
}

export interface ParsedParameters {
  readonly parameters: Parameters;
  /** Where reading stopped: the end of the text, or a comma. */
  readonly end: number;
}

/** Reads `;a=b;c` from `from` up to a comma or the end. `bracketed` where a value may be a URI in angle brackets, kept as written with them. */
export function parseParameters(text: string, from: number, bracketed = false): ParsedParameters | null {
  load(text);
  const parameters = (bracketed ? readAnyParametersIn : readParametersIn)(text, from, text.length);
  return parameters === null ? null : { parameters, end: reading.end };
}

/** The value of the first parameter of that name (lower case); null for one without a value, undefined when there is none. */
export function parameterValue(parameters: Parameters, name: string): string | null | undefined {
  for (const parameter of parameters) {
    if (parameter.name.length !== name.length) continue;
    if (parameter.name === name || parameter.name.toLowerCase() === name) return parameter.value;
  }
  return undefined;
}

/** `;name=value;flag`, in order; empty for none. */
export function formatParameters(parameters: Parameters): string {
  let text = "";
  for (const { name, value } of parameters) text += value === null ? `;${name}` : `;${name}=${value}`;
  return text;
}
