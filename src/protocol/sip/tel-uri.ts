// tel URIs (RFC 3966): telephone numbers, global or local to a context. What the number reaches is routing's business.

import { type Parameter, type Parameters, parameterValue } from "./parameters.ts";
import { normalizeEscapes } from "./uri-escapes.ts";

export interface TelUri {
  /** As written, visual separators and all; a global one begins with `+`. */
  readonly number: string;
  /** In order, `phone-context`, `ext` and `isub` among them. */
  readonly parameters: Parameters;
}

/** More are refused. */
export const TEL_PARAMETER_LIMIT = 64;

const GLOBAL = /^\+[0-9\-.()]+$/;
const LOCAL = /^[0-9A-Fa-f*#\-.()]+$/;
const SEPARATORS = /[-.()]/g;
const NAME = /^[A-Za-z0-9-]+$/;
const VALUE = /^[A-Za-z0-9\-_.!~*'()[\]/:&+$%]+$/;
/** `isub` may hold what URIs may (section 3, uric), but what would end it. */
const SUBADDRESS = /^[A-Za-z0-9\-_.!~*'()/?:@&=+$,%]+$/;
const EXTENSION = /^[0-9\-.()]+$/;
/** domainname: labels of letters, digits and inner dashes, the last of which begins with a letter. */
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/** Whether the number means the same everywhere. */
export function isGlobalNumber({ number }: TelUri): boolean {
  return number.startsWith("+");
}

/** The number without visual separators (section 5.1.1): `+` and digits; a local one may hold `*`, `#` and the letters A to F. */
export function bareTelNumber({ number }: TelUri): string {
  return number.replace(SEPARATORS, "").toUpperCase();
}

/** Where a local number is one: a domain name or the beginning of global numbers; null when it does not say, which `tel:911` seldom does. */
export function phoneContextOf({ parameters }: TelUri): string | null {
  return parameterValue(parameters, "phone-context") ?? null;
}

function isNumber(text: string): boolean {
  if (text.startsWith("+")) return GLOBAL.test(text) && /[0-9]/.test(text);
  return LOCAL.test(text) && /[0-9A-Fa-f*#]/.test(text);
}

function isContext(text: string): boolean {
  if (text.startsWith("+")) return isNumber(text);
  const labels = (text.endsWith(".") ? text.slice(0, -1) : text).split(".");
  return labels.every((label) => LABEL.test(label)) && /^[A-Za-z]/.test(labels.at(-1) ?? "");
}

function fits(name: string, value: string | null): boolean {
  switch (name) {
    case "phone-context":
      return value !== null && isContext(value);
    case "ext":
      return value !== null && EXTENSION.test(value) && /[0-9]/.test(value);
    case "isub":
      return value !== null && SUBADDRESS.test(value);
    default:
      return NAME.test(name) && (value === null || VALUE.test(value));
  }
}

/** Reads a tel URI. Null when it is none, is malformed, or gives a parameter twice (section 3). */
export function parseTelUri(text: string): TelUri | null {
  if (!/^tel:/i.test(text) || BROKEN_ESCAPE.test(text)) return null;
  const [number = "", ...parts] = text.slice(4).split(";", TEL_PARAMETER_LIMIT + 2);
  if (!isNumber(number) || parts.length > TEL_PARAMETER_LIMIT) return null;
  const parameters: Parameter[] = [];
  const names = new Set<string>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? null : part.slice(equals + 1);
    const lower = name.toLowerCase();
    if (names.has(lower) || !fits(lower, value)) return null;
    names.add(lower);
    parameters.push({ name, value });
  }
  return { number, parameters };
}

/** The URI as text, parameters in their order. */
export function formatTelUri({ number, parameters }: TelUri): string {
  let text = `tel:${number}`;
  for (const { name, value } of parameters) text += value === null ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** A parameter's value in one spelling: numbers without separators, all without case. */
function comparable(name: string, value: string | null): string | null {
  if (value === null) return null;
  const isDigits = name === "ext" || (name === "phone-context" && value.startsWith("+"));
  return (isDigits ? value.replace(SEPARATORS, "") : normalizeEscapes(value)).toLowerCase();
}

/** Whether both are the same number in the same context with the same parameters, in any order (section 4). */
export function isSameTelUri(one: TelUri, other: TelUri): boolean {
  if (bareTelNumber(one) !== bareTelNumber(other) || one.parameters.length !== other.parameters.length) return false;
  return one.parameters.every(({ name, value }) => {
    const lower = name.toLowerCase();
    const theirs = parameterValue(other.parameters, lower);
    return theirs !== undefined && comparable(lower, value) === comparable(lower, theirs);
  });
}
