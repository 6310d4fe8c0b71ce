// name-addr and addr-spec with parameters: From, To, Contact and all that name somebody (RFC 3261 sections 20.10, 20.20, 20.39).

import { trimBlanks } from "../characters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { BYTES, endOfQuotedIn, skipBlanksIn } from "../loaded-text.ts";
import { formatParameters, NO_PARAMETERS, type Parameters, parameterValue, readParametersIn } from "../parameters.ts";
import { isAbsoluteUriIn } from "../uri.ts";
import { inPlace, listInPlace, parseLoaded, quickOf, singleInPlace } from "./grammar.ts";
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

/** `<uri>` and parameters up to `to`, the bracket at `open`. */
function readBracketedIn(text: string, open: number, to: number): NameAddress | null {
  const close = text.indexOf(">", open);
  if (close < 0 || close >= to || !isAbsoluteUriIn(open + 1, close)) return null;
  const parameters = readParametersIn(text, close + 1, to);
  return parameters === null ? null : { displayName: null, uri: text.slice(open + 1, close), parameters };
}

/** Whether what stands at an index ends a URI without brackets: there a parameter of the header begins. */
function endsBareUri(index: number): boolean {
  const code = BYTES[index];
  return code === 0x20 || code === 0x09 || code === 0x3b || code === 0x2c || code === 0x3f;
}

function readBareIn(text: string, from: number, to: number): NameAddress | null {
  let end = from;
  while (end < to && !endsBareUri(end)) end += 1;
  if (!isAbsoluteUriIn(from, end)) return null;
  const parameters = readParametersIn(text, end, to);
  return parameters === null ? null : { displayName: null, uri: text.slice(from, end), parameters };
}

function named(displayName: string, address: NameAddress | null): NameAddress | null {
  return address === null ? null : { displayName, uri: address.uri, parameters: address.parameters };
}

/** A quoted name, and whom it names. */
function readQuotedIn(text: string, from: number, to: number): NameAddress | null {
  const end = endOfQuotedIn(from, to);
  const open = end < 0 ? to : skipBlanksIn(end, to);
  if (open === to || BYTES[open] !== 0x3c) return null;
  return named(unquote(text.slice(from, end)), readBracketedIn(text, open, to));
}

/** The bracket that opens in [from, to), with no comma before it; -1 when there is none. */
function openingBracketIn(from: number, to: number): number {
  for (let index = from; index < to; index += 1) {
    if (BYTES[index] === 0x3c) return index;
    if (BYTES[index] === 0x2c) return -1;
  }
  return -1;
}

function readAddressIn(text: string, from: number, to: number): NameAddress | null {
  const start = skipBlanksIn(from, to);
  if (start === to) return null;
  if (BYTES[start] === 0x3c) return readBracketedIn(text, start, to);
  if (BYTES[start] === 0x22) return readQuotedIn(text, start, to);
  const open = openingBracketIn(start, to);
  if (open < 0) return readBareIn(text, start, to);
  const name = trimBlanks(text.slice(start, open));
  // *(token LWS) by the grammar; what phones write without quotes besides (dots, UTF-8) is harmless, quotes and separators are not.
  return /["<>,;:\\]/.test(name) ? null : named(name, readBracketedIn(text, open, to));
}

/** The value of a From, To, Contact or Route: display name quoted, URI in angle brackets. `*` stays alone. */
export function formatNameAddress(address: NameAddress): string {
  if (address.uri === "*") return "*";
  const name = address.displayName === null ? "" : `${quote(address.displayName)} `;
  return `${name}<${address.uri}>${formatParameters(address.parameters)}`;
}

export const nameAddress = inPlace(readAddressIn, formatNameAddress);

/** From (RFC 3261 section 20.20). */
export const from = singleInPlace("from", nameAddress);
/** To (RFC 3261 section 20.39). */
export const to = singleInPlace("to", nameAddress);
export const replyTo = singleInPlace("reply-to", nameAddress);

const ALL_CONTACTS: readonly NameAddress[] = [{ displayName: null, uri: "*", parameters: NO_PARAMETERS }];
const addresses = listInPlace("contact", nameAddress);

function readContactsIn(text: string, from: number, to: number): readonly NameAddress[] | null {
  if (to - from === 1 && BYTES[from] === 0x2a) return ALL_CONTACTS;
  return addresses.parseIn(text, from, to);
}

/** Contacts; a lone `*` in a REGISTER stands for all (RFC 3261 section 10.2.2). */
export const contact = {
  ...addresses,
  parse: parseLoaded(readContactsIn),
  parseIn: readContactsIn,
};

/** The first Contact; a request or response that makes a dialog has exactly one. */
export const firstContact: HeaderCodec<NameAddress> = {
  name: "contact",
  parse: (value) => contact.parse(value)?.[0] ?? null,
  format: formatNameAddress,
  parseIn: (text, from, to) => readContactsIn(text, from, to)?.[0] ?? null,
  ...quickOf("contact"),
};

/** The tag; null where there is none. */
export function tagOf(address: NameAddress): string | null {
  return parameterValue(address.parameters, "tag") ?? null;
}
