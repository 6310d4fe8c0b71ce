// SIP and SIPS URIs (RFC 3261 section 19.1). Other schemes are carried as opaque text.

import { TOKEN, tableOf, VISIBLE } from "./characters.ts";
import { formatHostPort, readHostPortIn } from "./host-port.ts";
import { LOADED, load, type RunEnd, runIn } from "./loaded-text.ts";
import { formatParameters, NO_PARAMETERS, nameIn, type Parameter, type Parameters, READING } from "./parameters.ts";

const BYTES = LOADED;
const reading = READING;

/** A sip or sips URI taken apart; what is escaped stays so. */
export interface SipUri {
  readonly scheme: "sip" | "sips";
  /** As written, escapes kept; null when there is no user part. */
  readonly user: string | null;
  /** What follows a colon in the user part. Deprecated, and never passed on. */
  readonly password: string | null;
  readonly host: string;
  readonly port: number | null;
  readonly parameters: Parameters;
  /** What follows the question mark, as written; null when there is none. */
  readonly headers: string | null;
}

const endOfTokenIn = runIn(TOKEN);
const endOfVisibleIn = runIn(VISIBLE);

function isHexDigitIn(index: number): boolean {
  const code = BYTES[index] as number;
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

/** Runs of alphanumerics, the given characters, and escapes: `%` and two hexadecimal digits. */
function escapableRunIn(characters: string): RunEnd {
  const plain = runIn(tableOf(characters));
  return (from, to) => {
    let index = plain(from, to);
    while (index + 3 <= to && BYTES[index] === 0x25 && isHexDigitIn(index + 1) && isHexDigitIn(index + 2)) {
      index = plain(index + 3, to);
    }
    return index;
  };
}

/** unreserved, escaped, and the user-unreserved of section 25.1. Square brackets appear in the wild and are let through. */
const endOfUserIn = escapableRunIn("-_.!~*'()&=+$,;?/#[]");
const endOfPasswordIn = escapableRunIn("-_.!~*'()&=+$,");
const endOfParameterIn = escapableRunIn("-_.!~*'()[]/:&+$");
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/** Where host and port end: before parameters, before headers, or at `to`. */
function endOfHostAndPortIn(from: number, to: number): number {
  let end = from;
  while (end < to && BYTES[end] !== 0x3b && BYTES[end] !== 0x3f) end += 1;
  return end;
}

/** Reads `a=b;c` up to a question mark or `to`, where `reading` then stands. At most 64 of them. */
function readUriParametersIn(text: string, from: number, to: number): Parameters | null {
  let parameters: Parameter[] | null = null;
  for (let start = from; ; start += 1) {
    const nameEnd = endOfParameterIn(start, to);
    if (nameEnd === start || (parameters !== null && parameters.length === 64)) return null;
    let end = nameEnd;
    if (nameEnd < to && BYTES[nameEnd] === 0x3d) {
      end = endOfParameterIn(nameEnd + 1, to);
      if (end === nameEnd + 1) return null;
    }
    const name = nameIn(text, start, nameEnd);
    const parameter = { name, value: end === nameEnd ? null : text.slice(nameEnd + 1, end) };
    // Most have one: an array that grows would be larger than all else of the URI.
    if (parameters === null) parameters = [parameter];
    else parameters.push(parameter);
    if (end === to || BYTES[end] === 0x3f) {
      reading.end = end;
      return parameters;
    }
    if (BYTES[end] !== 0x3b) return null;
    start = end;
  }
}

/** Where the colon of `sip:` or `sips:` stands; -1 where there is neither. */
function schemeColonIn(from: number, to: number): number {
  if (to - from < 4) return -1;
  if (((BYTES[from] as number) | 0x20) !== 0x73 || ((BYTES[from + 1] as number) | 0x20) !== 0x69) return -1;
  if (((BYTES[from + 2] as number) | 0x20) !== 0x70) return -1;
  if (BYTES[from + 3] === 0x3a) return from + 3;
  const isSecure = to - from > 4 && ((BYTES[from + 3] as number) | 0x20) === 0x73;
  return isSecure && BYTES[from + 4] === 0x3a ? from + 4 : -1;
}

/** Whether the text begins as a sip or sips URI does, readable or not. */
export function isSipScheme(text: string): boolean {
  return /^sips?:/i.test(text);
}

/** Where the host begins behind `user@` or `user:password@`, the user ending at `userEnd`; `from` where there is no user, -1 where it is malformed. */
function startOfHostIn(text: string, from: number, { userEnd, to }: { userEnd: number; to: number }): number {
  if (userEnd < to && BYTES[userEnd] === 0x40) return userEnd > from ? userEnd + 1 : -1;
  const at = text.indexOf("@", userEnd);
  if (at < 0 || at >= to) return from;
  const isPassword = userEnd > from && BYTES[userEnd] === 0x3a;
  return isPassword && endOfPasswordIn(userEnd + 1, at) === at ? at + 1 : -1;
}

/** Reads a sip or sips URI. Null when it is none, or is malformed. */
export function parseSipUri(text: string): SipUri | null {
  load(text);
  return readSipUriIn(text, 0, text.length);
}

/** Reads the sip or sips URI in [from, to) of the loaded text. */
export function readSipUriIn(text: string, from: number, to: number): SipUri | null {
  const colon = schemeColonIn(from, to);
  if (colon < 0) return null;
  const userEnd = endOfUserIn(colon + 1, to);
  const hostStart = startOfHostIn(text, colon + 1, { userEnd, to });
  if (hostStart < 0) return null;
  const hostEnd = endOfHostAndPortIn(hostStart, to);
  const place = readHostPortIn(text, hostStart, hostEnd);
  if (place === null) return null;
  let parameters = NO_PARAMETERS;
  let end = hostEnd;
  if (end < to && BYTES[end] === 0x3b) {
    const read = readUriParametersIn(text, end + 1, to);
    if (read === null) return null;
    parameters = read;
    end = reading.end;
  }
  const headers = end === to ? null : text.slice(end + 1, to);
  if (headers !== null && (endOfVisibleIn(end + 1, to) < to || end + 1 === to || BROKEN_ESCAPE.test(headers)))
    return null;
  const hasUser = hostStart > colon + 1;
  return {
    scheme: colon - from === 3 ? "sip" : "sips",
    user: hasUser ? text.slice(colon + 1, userEnd) : null,
    password: hasUser && hostStart > userEnd + 1 ? text.slice(userEnd + 1, hostStart - 1) : null,
    host: place.host,
    port: place.port,
    parameters,
    headers,
  };
}

/** The URI as text, its parts as they are: escape them first where they need it (escapeUser and its like). */
export function formatSipUri(uri: SipUri): string {
  const password = uri.password === null ? "" : `:${uri.password}`;
  const user = uri.user === null ? "" : `${uri.user}${password}@`;
  const headers = uri.headers === null ? "" : `?${uri.headers}`;
  return `${uri.scheme}:${user}${formatHostPort(uri.host, uri.port)}${formatParameters(uri.parameters)}${headers}`;
}

/** Whether text has the form `scheme:something` without blanks or angle brackets: what a request line may carry. */
export function isAbsoluteUri(text: string): boolean {
  load(text);
  return isAbsoluteUriIn(0, text.length);
}

/** The same of [from, to) in the loaded text. */
export function isAbsoluteUriIn(from: number, to: number): boolean {
  return from < to && endOfAbsoluteUriIn(from, to) === to;
}

/** Where such a URI that begins at `from` ends: at the first character that cannot be in it. At `from` where there is none. */
export function endOfAbsoluteUriIn(from: number, to: number): number {
  const colon = endOfTokenIn(from, to);
  if (colon === from || colon >= to - 1 || BYTES[colon] !== 0x3a) return from;
  const end = endOfVisibleIn(colon + 1, to);
  return end === colon + 1 ? from : end;
}
