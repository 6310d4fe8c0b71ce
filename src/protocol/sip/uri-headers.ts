// The headers component of a URI (RFC 3261 section 19.1.1): what a URI's author would like a request made from it to carry. It is read to be
// compared and shown; nothing here acts on it, as it would be somebody else's headers in our name (section 19.1.5).

import { escapeUriHeader, unescapeUser } from "./uri-escapes.ts";

export interface UriHeader {
  /** Without escapes. `body` stands for a body. */
  readonly name: string;
  /** Without escapes, so that it may hold anything, line breaks too. May be empty. */
  readonly value: string;
}

/** More in one URI are refused. */
export const URI_HEADER_LIMIT = 64;

/** Anything that is visible but what parts headers and what would end a URI; semicolons and at signs are often left unescaped. */
const PART = /^[!#-%'-;=?-~]*$/;

/** Reads `a=b&c=d`, what follows the question mark. Null when it is malformed. */
export function parseUriHeaders(text: string): readonly UriHeader[] | null {
  const headers: UriHeader[] = [];
  for (let start = 0; start <= text.length; ) {
    const ampersand = text.indexOf("&", start);
    const end = ampersand < 0 ? text.length : ampersand;
    const equals = text.indexOf("=", start);
    if (equals <= start || equals >= end || headers.length === URI_HEADER_LIMIT) return null;
    const name = text.slice(start, equals);
    const value = text.slice(equals + 1, end);
    if (!PART.test(name) || !PART.test(value)) return null;
    headers.push({ name: unescapeUser(name), value: unescapeUser(value) });
    start = end + 1;
  }
  return headers;
}

/** What stands behind the question mark of a URI, escaped. */
export function formatUriHeaders(headers: readonly UriHeader[]): string {
  return headers.map(({ name, value }) => `${escapeUriHeader(name)}=${escapeUriHeader(value)}`).join("&");
}
