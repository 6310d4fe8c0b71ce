// name-addr and addr-spec with parameters: From, To, Contact and all that name somebody (RFC 3261 sections 20.10, 20.20, 20.39).

import { trimBlanks } from "../characters.ts";
import { firstInPlace, listInPlace, singleInPlace } from "../in-place.ts";
import { endOfQuotedIn, LOADED, skipBlanksIn } from "../loaded-text.ts";
import {
  behindBlanksIn,
  formatParameters,
  NO_PARAMETERS,
  type Parameters,
  parameterValue,
  READING,
  readParametersIn,
} from "../parameters.ts";
import { endOfAbsoluteUriIn, isAbsoluteUriIn } from "../uri.ts";
import { inPlace } from "./grammar.ts";
import { quote, unescaped } from "./words.ts";

const BYTES = LOADED;
const reading = READING;

/** Somebody named in a header: an address with what the header adds to it. */
export interface NameAddress {
  /** Unquoted and unescaped; null when there is none. */
  readonly displayName: string | null;
  /** As written, without angle brackets. `*` for Contact: *. */
  readonly uri: string;
  /** Header parameters. Of a URI without angle brackets every parameter is one (RFC 3261 section 20). */
  readonly parameters: Parameters;
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

/** The bracket that opens in [from, to), with no comma before it; -1 when there is none. */
function openingBracketIn(from: number, to: number): number {
  for (let index = from; index < to; index += 1) {
    if (BYTES[index] === 0x3c) return index;
    if (BYTES[index] === 0x2c) return -1;
  }
  return -1;
}

/** The name without quotes in [from, to); null where it is none: *(token LWS) by the grammar. What phones write besides (dots, UTF-8) is harmless. */
function plainNameIn(text: string, from: number, to: number): string | null {
  const name = trimBlanks(text.slice(from, to));
  return /["<>,;:\\]/.test(name) ? null : name;
}

function readAddressIn(text: string, from: number, to: number): NameAddress | null {
  const start = behindBlanksIn(from, to);
  if (start === to) return null;
  let open = start;
  let displayName: string | null = null;
  if (BYTES[start] === 0x22) {
    const end = endOfQuotedIn(start, to);
    open = end < 0 ? to : skipBlanksIn(end, to);
    displayName = unescaped(text.slice(start + 1, end - 1));
  } else if (BYTES[start] !== 0x3c) {
    open = openingBracketIn(start, to);
    if (open < 0) return readBareIn(text, start, to);
    displayName = plainNameIn(text, start, open);
    if (displayName === null) return null;
  }
  if (open >= to || BYTES[open] !== 0x3c) return null;
  const close = endOfAbsoluteUriIn(open + 1, to);
  if (close === open + 1 || close === to || BYTES[close] !== 0x3e) return null;
  const uri = text.slice(open + 1, close);
  const parameters = readParametersIn(text, close + 1, to);
  return parameters === null ? null : { displayName, uri, parameters };
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

const EVERY_CONTACT: NameAddress = { displayName: null, uri: "*", parameters: NO_PARAMETERS };

function readContactIn(text: string, from: number, to: number): NameAddress | null {
  if (to - from !== 1 || BYTES[from] !== 0x2a) return readAddressIn(text, from, to);
  reading.end = to;
  return EVERY_CONTACT;
}

const contactAddress = { readIn: readContactIn, format: formatNameAddress };
/** Contacts; a lone `*` in a REGISTER stands for all (RFC 3261 section 10.2.2). */
export const contact = listInPlace("contact", contactAddress);
/** The first Contact; a request or response that makes a dialog has exactly one. */
export const firstContact = firstInPlace("contact", contactAddress, { strict: true });

/** The tag; null where there is none. */
export function tagOf(address: NameAddress): string | null {
  return parameterValue(address.parameters, "tag") ?? null;
}
