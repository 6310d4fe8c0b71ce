// The header names we know, from the table of headers: one identity per name, whatever its spelling and form.

import type { HeaderName } from "./header-codec.ts";
import { HEADER_TABLE } from "./headers/header-table.ts";

/** How we write the names whose capitals are not one at each word. */
const SPELLING = new Map<HeaderName, string>();
/** Known names and compact forms, in lower case, by identity. Fixed: what peers send never grows it. */
const IDENTITIES = new Map<string, HeaderName>();
for (const { codec, compact, spelling } of HEADER_TABLE) {
  IDENTITIES.set(codec.name, codec.name);
  if (compact !== undefined) IDENTITIES.set(compact, codec.name);
  if (spelling !== undefined) SPELLING.set(codec.name, spelling);
}

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
    SPELLING.get(name) ??
    name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase())
  );
}
