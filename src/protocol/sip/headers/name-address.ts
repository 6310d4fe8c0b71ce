// name-addr and addr-spec with parameters: From, To, Contact, Route, Record-Route (RFC 3261 sections 20.10, 20.20, 20.30, 20.34, 20.39).

import { trimBlanks } from "../characters.ts";
import type { HeaderCodec, HeaderFields } from "../header-fields.ts";
import type { HeaderName } from "../header-names.ts";
import {
  endOfQuoted,
  formatParameters,
  type Parameters,
  parameterValue,
  parseParameters,
  skipBlanks,
} from "../parameters.ts";
import { isAbsoluteUri } from "../uri.ts";

export interface NameAddress {
  /** Unquoted and unescaped; null when there is none. */
  readonly displayName: string | null;
  /** As written, without angle brackets. `*` for Contact: *. */
  readonly uri: string;
  /** Header parameters. Of a URI without angle brackets every parameter is one (RFC 3261 section 20). */
  readonly parameters: Parameters;
}

interface Parsed {
  readonly address: NameAddress;
  readonly end: number;
}

/** Reads the display name; returns it and the index of what follows, or null where it is malformed. */
function parseDisplayName(value: string, from: number): { name: string | null; end: number } | null {
  if (value.charCodeAt(from) === 0x22) {
    const end = endOfQuoted(value, from);
    if (end < 0) return null;
    const inner = value.slice(from + 1, end - 1);
    const name = inner.includes("\\") ? inner.replace(/\\([\s\S])/g, "$1") : inner;
    return { name, end: skipBlanks(value, end) };
  }
  const open = value.indexOf("<", from);
  const name = trimBlanks(value.slice(from, open));
  if (name === "") return { name: null, end: open };
  // *(token LWS) by the grammar; what phones write without quotes besides (dots, UTF-8) is harmless, quotes and separators are not.
  return /["<>,;:\\]/.test(name) ? null : { name, end: open };
}

function parseOne(value: string, from: number): Parsed | null {
  const start = skipBlanks(value, from);
  const open = value.indexOf("<", start);
  const quoted = value.charCodeAt(start) === 0x22;
  const comma = value.indexOf(",", start);
  if (quoted || (open >= 0 && (comma < 0 || open < comma))) {
    const name = parseDisplayName(value, start);
    if (name === null || value.charCodeAt(name.end) !== 0x3c) return null;
    const close = value.indexOf(">", name.end);
    if (close < 0) return null;
    const uri = value.slice(name.end + 1, close);
    const parsed = parseParameters(value, close + 1);
    if (parsed === null || !isAbsoluteUri(uri)) return null;
    return { address: { displayName: name.name, uri, parameters: parsed.parameters }, end: parsed.end };
  }
  let uriEnd = start;
  while (uriEnd < value.length && !" \t;,?".includes(value.charAt(uriEnd))) uriEnd += 1;
  const uri = value.slice(start, uriEnd);
  const parsed = parseParameters(value, uriEnd);
  if (parsed === null || !(isAbsoluteUri(uri) || uri === "*")) return null;
  return { address: { displayName: null, uri, parameters: parsed.parameters }, end: parsed.end };
}

/** Reads a comma list. Null when any element is malformed, or when there are more than 64. */
function parseNameAddresses(value: string): NameAddress[] | null {
  const addresses: NameAddress[] = [];
  for (let index = 0; ; ) {
    const parsed = parseOne(value, index);
    if (parsed === null || addresses.length === 64) return null;
    addresses.push(parsed.address);
    if (parsed.end >= value.length) return addresses;
    index = parsed.end + 1;
  }
}

function parseSingle(value: string): NameAddress | null {
  const parsed = parseOne(value, 0);
  return parsed === null || parsed.end < value.length ? null : parsed.address;
}

export function formatNameAddress(address: NameAddress): string {
  const name = address.displayName === null ? "" : `"${address.displayName.replace(/["\\]/g, "\\$&")}" `;
  return `${name}<${address.uri}>${formatParameters(address.parameters)}`;
}

function single(name: HeaderName): HeaderCodec<NameAddress> {
  return { name, parse: parseSingle, format: formatNameAddress };
}

export const from = single("from");
export const to = single("to");

/** The first Contact; a request or response that makes a dialog has exactly one. */
export const firstContact: HeaderCodec<NameAddress> = {
  name: "contact",
  parse: (value) => parseNameAddresses(value)?.[0] ?? null,
  format: formatNameAddress,
};

/** Every element of every line of that name, in order. Null when one is malformed. */
export function readNameAddresses(headers: HeaderFields, name: HeaderName): NameAddress[] | null {
  const all: NameAddress[] = [];
  for (const value of headers.all(name)) {
    const addresses = parseNameAddresses(value);
    if (addresses === null) return null;
    all.push(...addresses);
  }
  return all;
}

/** The tag; null where there is none. */
export function tagOf(address: NameAddress): string | null {
  return parameterValue(address.parameters, "tag") ?? null;
}
