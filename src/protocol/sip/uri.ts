// SIP and SIPS URIs (RFC 3261 section 19.1). Other schemes are carried as opaque text.

import { isToken } from "./characters.ts";
import { formatHostPort, parseHostPort } from "./host-port.ts";
import { formatParameters, NO_PARAMETERS, type Parameter, type Parameters } from "./parameters.ts";

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
const USER = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/#[\]%]+$/;
const PASSWORD = /^[A-Za-z0-9\-_.!~*'()&=+$,%]*$/;
const PARAMETER = /^[A-Za-z0-9\-_.!~*'()[\]/:&+$%]+$/;
/** Anything that is visible but quotes and angle brackets: semicolons and at signs are often left unescaped. */
const HEADERS = /^[!#-;=?-~]+$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

function parseUriParameters(text: string): Parameters | null {
  const parameters: Parameter[] = [];
  for (let start = 0; start <= text.length; ) {
    const semicolon = text.indexOf(";", start);
    const end = semicolon < 0 ? text.length : semicolon;
    const part = text.slice(start, end);
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? null : part.slice(equals + 1);
    if (!PARAMETER.test(name) || (value !== null && !PARAMETER.test(value)) || parameters.length === 64) return null;
    parameters.push({ name, value });
    start = end + 1;
  }
  return parameters;
}

/** Whether the text begins as a sip or sips URI does, readable or not. */
export function isSipScheme(text: string): boolean {
  return /^sips?:/i.test(text);
}

/** Reads a sip or sips URI. Null when it is none, or is malformed. */
export function parseSipUri(text: string): SipUri | null {
  const colon = text.indexOf(":");
  if ((colon !== 3 && colon !== 4) || (text.includes("%") && BROKEN_ESCAPE.test(text))) return null;
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme !== "sip" && scheme !== "sips") return null;
  const at = text.indexOf("@", colon);
  let user: string | null = null;
  let password: string | null = null;
  if (at >= 0) {
    const userinfo = text.slice(colon + 1, at);
    const split = userinfo.indexOf(":");
    user = split < 0 ? userinfo : userinfo.slice(0, split);
    password = split < 0 ? null : userinfo.slice(split + 1);
    if (!USER.test(user) || (password !== null && !PASSWORD.test(password))) return null;
  }
  let rest = text.slice((at < 0 ? colon : at) + 1);
  const question = rest.indexOf("?");
  const headers = question < 0 ? null : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  const semicolon = rest.indexOf(";");
  const hostPort = parseHostPort(semicolon < 0 ? rest : rest.slice(0, semicolon));
  if (hostPort === null || (headers !== null && !HEADERS.test(headers))) return null;
  const parameters = semicolon < 0 ? NO_PARAMETERS : parseUriParameters(rest.slice(semicolon + 1));
  if (parameters === null) return null;
  return { scheme, user, password, host: hostPort.host, port: hostPort.port, parameters, headers };
}

export function formatSipUri(uri: SipUri): string {
  const password = uri.password === null ? "" : `:${uri.password}`;
  const user = uri.user === null ? "" : `${uri.user}${password}@`;
  const headers = uri.headers === null ? "" : `?${uri.headers}`;
  return `${uri.scheme}:${user}${formatHostPort(uri.host, uri.port)}${formatParameters(uri.parameters)}${headers}`;
}

/** Whether text has the form `scheme:something` without blanks or angle brackets: what a request line may carry. */
export function isAbsoluteUri(text: string): boolean {
  const colon = text.indexOf(":");
  return colon > 0 && colon < text.length - 1 && isToken(text, 0, colon) && !/[^!-~]|[<>"]/.test(text);
}
