// name-addr and addr-spec with parameters: From, To, Contact and all that name somebody (RFC 3261 sections 20.10, 20.20, 20.39).

import { trimBlanks } from "../characters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import {
  endOfQuoted,
  formatParameters,
  NO_PARAMETERS,
  type Parameters,
  parameterValue,
  parseParameters,
  skipBlanks,
} from "../parameters.ts";
import { isAbsoluteUri } from "../uri.ts";
import { type Element, type Grammar, list, single } from "./grammar.ts";
import { quote, unquote } from "./words.ts";

/** Somebody named in a header: an address with what the header adds to it. */
export interface NameAddress {
  /** Unquoted and unescaped; null when there is none. */
  readonly displayName: string | null;
  /** As written, without angle brackets. `*` for Contact: *. */
  readonly uri: string;
  /** Header parameters. Of a URI without angle brackets every parameter is one (RFC 3261 section 20). */
  readonly parameters: Parameters;
}

/** Reads the display name; returns it and the index of what follows, or null where it is malformed. */
function parseDisplayName(value: string, from: number): { name: string | null; end: number } | null {
  if (value.charCodeAt(from) === 0x22) {
    const end = endOfQuoted(value, from);
    return end < 0 ? null : { name: unquote(value.slice(from, end)), end: skipBlanks(value, end) };
  }
  const open = value.indexOf("<", from);
  const name = trimBlanks(value.slice(from, open));
  if (name === "") return { name: null, end: open };
  // *(token LWS) by the grammar; what phones write without quotes besides (dots, UTF-8) is harmless, quotes and separators are not.
  return /["<>,;:\\]/.test(name) ? null : { name, end: open };
}

function parseOne(value: string, from: number): Element<NameAddress> | null {
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
    return { value: { displayName: name.name, uri, parameters: parsed.parameters }, end: parsed.end };
  }
  let uriEnd = start;
  while (uriEnd < value.length && !" \t;,?".includes(value.charAt(uriEnd))) uriEnd += 1;
  const uri = value.slice(start, uriEnd);
  const parsed = parseParameters(value, uriEnd);
  if (parsed === null || !isAbsoluteUri(uri)) return null;
  return { value: { displayName: null, uri, parameters: parsed.parameters }, end: parsed.end };
}

/** The value of a From, To, Contact or Route: display name quoted, URI in angle brackets. `*` stays alone. */
export function formatNameAddress(address: NameAddress): string {
  if (address.uri === "*") return "*";
  const name = address.displayName === null ? "" : `${quote(address.displayName)} `;
  return `${name}<${address.uri}>${formatParameters(address.parameters)}`;
}

export const nameAddress: Grammar<NameAddress> = { read: parseOne, format: formatNameAddress };

/** From (RFC 3261 section 20.20). */
export const from = single("from", nameAddress);
/** To (RFC 3261 section 20.39). */
export const to = single("to", nameAddress);
export const replyTo = single("reply-to", nameAddress);

const ALL_CONTACTS: readonly NameAddress[] = [{ displayName: null, uri: "*", parameters: NO_PARAMETERS }];
const addresses = list("contact", nameAddress);

/** Contacts; a lone `*` in a REGISTER stands for all (RFC 3261 section 10.2.2). */
export const contact = {
  ...addresses,
  parse: (value: string) => (value === "*" ? ALL_CONTACTS : addresses.parse(value)),
};

/** The first Contact; a request or response that makes a dialog has exactly one. */
export const firstContact: HeaderCodec<NameAddress> = {
  name: "contact",
  parse: (value) => contact.parse(value)?.[0] ?? null,
  format: formatNameAddress,
};

/** The tag; null where there is none. */
export function tagOf(address: NameAddress): string | null {
  return parameterValue(address.parameters, "tag") ?? null;
}
