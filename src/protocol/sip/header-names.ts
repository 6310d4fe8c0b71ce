// The header names we know: compact forms (RFC 3261 section 7.3.3 and later), and one identity per name whatever its spelling.

import type { HeaderName } from "./header-codec.ts";

const COMPACT: Readonly<Record<string, HeaderName>> = {
  a: "accept-contact",
  b: "referred-by",
  c: "content-type",
  d: "request-disposition",
  e: "content-encoding",
  f: "from",
  i: "call-id",
  j: "reject-contact",
  k: "supported",
  l: "content-length",
  m: "contact",
  n: "identity-info",
  o: "event",
  r: "refer-to",
  s: "subject",
  t: "to",
  u: "allow-events",
  v: "via",
  x: "session-expires",
  y: "identity",
};

/** How we write the names whose capitals are not one at each word. */
const SPELLING: Readonly<Record<HeaderName, string>> = {
  "call-id": "Call-ID",
  cseq: "CSeq",
  "www-authenticate": "WWW-Authenticate",
  "mime-version": "MIME-Version",
  rack: "RAck",
  rseq: "RSeq",
};

const KNOWN = [
  "accept", "allow", "call-id", "contact", "content-disposition", "content-length", "content-type", "cseq", "date", "from", "max-forwards",
  "min-se", "organization", "p-asserted-identity", "p-preferred-identity", "privacy", "proxy-authenticate", "proxy-authorization",
  "proxy-require", "rack", "reason", "record-route", "refer-to", "remote-party-id", "require", "retry-after", "route", "rseq", "server",
  "session-expires", "subject", "supported", "timestamp", "to", "unsupported", "user-agent", "via", "warning", "www-authenticate",
]; // biome-ignore format: a table

/** Known names and compact forms, in lower case, by identity. Fixed: what peers send never grows it. */
const IDENTITIES = new Map<string, HeaderName>();
for (const name of KNOWN) IDENTITIES.set(name, name);
for (const [letter, name] of Object.entries(COMPACT)) IDENTITIES.set(letter, name);

/** The identity of a name as written on the wire. */
export function headerName(written: string): HeaderName {
  const lower = written.toLowerCase();
  return IDENTITIES.get(lower) ?? lower;
}

/** Usual spellings by bucket: a comparison is cheaper than hashing a name that was just cut out of a message. */
const BUCKETS = 1024;
const SPELLED: string[] = new Array(BUCKETS).fill("");
for (const name of IDENTITIES.keys()) {
  for (const written of [name.length === 1 ? name : headerSpelling(name), name]) {
    const bucket = bucketOf(written);
    if (SPELLED[bucket] === "") SPELLED[bucket] = written;
  }
}
const IDENTITY: HeaderName[] = SPELLED.map(headerName);

function bucketOf(written: string): number {
  const last = written.length - 1;
  return ((written.length * 37) ^ (written.charCodeAt(0) * 5) ^ written.charCodeAt(last)) & (BUCKETS - 1);
}

/** The identity of a name in one of its usual spellings, which is a token for certain; null for any other. Not of an empty text. */
export function usualHeaderName(written: string): HeaderName | null {
  const bucket = bucketOf(written);
  return SPELLED[bucket] === written ? (IDENTITY[bucket] as HeaderName) : null;
}

/** How we write a name: `call-id` as `Call-ID`, `x-own-thing` as `X-Own-Thing`. */
export function headerSpelling(name: HeaderName): string {
  return (
    SPELLING[name] ?? name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase())
  );
}
