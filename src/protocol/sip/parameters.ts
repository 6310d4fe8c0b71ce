// Generic parameters, `;name=value` (RFC 3261 section 25.1): order, case and unknown ones are kept.

import { isBlank, isTokenCharacter, isValueCharacter } from "./characters.ts";

export interface Parameter {
  /** As written; compared without case. */
  readonly name: string;
  /** As written, quotes included; null when there is no equals sign. */
  readonly value: string | null;
}

export type Parameters = readonly Parameter[];

/** Shared by all that have none. */
export const NO_PARAMETERS: Parameters = [];

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

function endOfValue(text: string, from: number, bracketed: boolean): number {
  if (text.charCodeAt(from) === 0x22) return endOfQuoted(text, from);
  if (bracketed && text.charCodeAt(from) === 0x3c) return text.indexOf(">", from) + 1;
  let index = from;
  while (index < text.length && isValueCharacter(text.charCodeAt(index))) index += 1;
  return index;
}

export interface ParsedParameters {
  readonly parameters: Parameters;
  /** Where reading stopped: the end of the text, or a comma. */
  readonly end: number;
}

/**
 * Reads `;a=b;c` from `from` up to a comma or the end. Null when it is not parameters. At most 64 of them. `bracketed` where a value may
 * be a URI in angle brackets, kept as written with them.
 */
export function parseParameters(text: string, from: number, bracketed = false): ParsedParameters | null {
  let index = skipBlanks(text, from);
  if (index >= text.length) return { parameters: NO_PARAMETERS, end: index };
  const parameters: Parameter[] = [];
  while (index < text.length && text.charCodeAt(index) !== 0x2c) {
    if (text.charCodeAt(index) !== 0x3b || parameters.length === 64) return null;
    const nameStart = skipBlanks(text, index + 1);
    let nameEnd = nameStart;
    while (nameEnd < text.length && isTokenCharacter(text.charCodeAt(nameEnd))) nameEnd += 1;
    if (nameEnd === nameStart) return null;
    const name = text.slice(nameStart, nameEnd);
    index = skipBlanks(text, nameEnd);
    if (index >= text.length || text.charCodeAt(index) !== 0x3d) {
      parameters.push({ name, value: null });
      continue;
    }
    const valueStart = skipBlanks(text, index + 1);
    const valueEnd = endOfValue(text, valueStart, bracketed);
    if (valueEnd <= valueStart) return null;
    parameters.push({ name, value: text.slice(valueStart, valueEnd) });
    index = skipBlanks(text, valueEnd);
  }
  return { parameters, end: index };
}

/** The value of the first parameter of that name (lower case); null for one without a value, undefined when there is none. */
export function parameterValue(parameters: Parameters, name: string): string | null | undefined {
  for (const parameter of parameters) {
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
