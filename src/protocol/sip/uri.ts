// SIP and SIPS URIs (RFC 3261 section 19.1). Other schemes are carried as opaque text.

import { endOfPattern } from "./characters.ts";
import { formatHostPort, parseHostPortIn } from "./host-port.ts";
import { formatParameters, NO_PARAMETERS, type Parameter, type Parameters } from "./parameters.ts";

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

/** unreserved, escaped, and the user-unreserved of section 25.1. Square brackets appear in the wild and are let through. */
const USER = /[A-Za-z0-9\-_.!~*'()&=+$,;?/#[\]%]*/y;
const PASSWORD = /[A-Za-z0-9\-_.!~*'()&=+$,%]*/y;
const PARAMETER = /[A-Za-z0-9\-_.!~*'()[\]/:&+$%]*/y;
/** Anything that is visible but quotes and angle brackets: semicolons and at signs are often left unescaped. */
const HEADERS = /^[!#-;=?-~]+$/;
/** A token, a colon, and anything that is visible but quotes and angle brackets. */
const ABSOLUTE = /^[A-Za-z0-9\-.!%*_+`'~]+:[!#-;=?-~]+$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/** Reads `a=b;c` from `from` up to `to`, where the text ends or a question mark stands. At most 64 of them. */
function parseUriParameters(text: string, from: number, to: number): Parameters | null {
  const parameters: Parameter[] = [];
  for (let start = from; ; start += 1) {
    const nameEnd = endOfPattern(PARAMETER, text, start);
    if (nameEnd === start || parameters.length === 64) return null;
    const name = text.slice(start, nameEnd);
    let end = nameEnd;
    if (text.charCodeAt(nameEnd) === 0x3d) end = endOfPattern(PARAMETER, text, nameEnd + 1);
    if (end === nameEnd + 1) return null;
    parameters.push({ name, value: end === nameEnd ? null : text.slice(nameEnd + 1, end) });
    if (end === to) return parameters;
    if (text.charCodeAt(end) !== 0x3b) return null;
    start = end;
  }
}

/** Whether the text begins as a sip or sips URI does, readable or not. */
export function isSipScheme(text: string): boolean {
  return /^sips?:/i.test(text);
}

interface UserInfo {
  readonly user: string;
  readonly password: string | null;
}

/** Reads `user` or `user:password` in [from, to). */
function parseUserInfo(text: string, from: number, to: number): UserInfo | null {
  const end = endOfPattern(USER, text, from);
  if (end === from || end > to) return null;
  const user = text.slice(from, end);
  if (end === to) return { user, password: null };
  if (text.charCodeAt(end) !== 0x3a || endOfPattern(PASSWORD, text, end + 1) !== to) return null;
  return { user, password: text.slice(end + 1, to) };
}

/** Reads a sip or sips URI. Null when it is none, or is malformed. */
export function parseSipUri(text: string): SipUri | null {
  if (!isSipScheme(text) || (text.includes("%") && BROKEN_ESCAPE.test(text))) return null;
  const colon = text.charCodeAt(3) === 0x3a ? 3 : 4;
  const at = text.indexOf("@", colon);
  const userInfo = at < 0 ? null : parseUserInfo(text, colon + 1, at);
  if (at >= 0 && userInfo === null) return null;
  const hostStart = (at < 0 ? colon : at) + 1;
  const question = text.indexOf("?", hostStart);
  const end = question < 0 ? text.length : question;
  const semicolon = text.indexOf(";", hostStart);
  const hostEnd = semicolon < 0 || semicolon > end ? end : semicolon;
  const hostPort = parseHostPortIn(text, hostStart, hostEnd);
  const headers = question < 0 ? null : text.slice(question + 1);
  if (hostPort === null || (headers !== null && !HEADERS.test(headers))) return null;
  const parameters = hostEnd === end ? NO_PARAMETERS : parseUriParameters(text, hostEnd + 1, end);
  if (parameters === null) return null;
  return {
    scheme: colon === 3 ? "sip" : "sips",
    user: userInfo === null ? null : userInfo.user,
    password: userInfo === null ? null : userInfo.password,
    host: hostPort.host,
    port: hostPort.port,
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
  return ABSOLUTE.test(text);
}
