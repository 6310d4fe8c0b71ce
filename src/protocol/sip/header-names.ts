// The header names we know, from the table of headers: one identity per name, whatever its spelling and form.

import type { HeaderName } from "./header-codec.ts";
import { HEADER_TABLE } from "./headers/header-table.ts";
import { learnName } from "./name-finder.ts";

/** A header's place in the table; what is in no row is UNKNOWN_HEADER. Below 255. */
export type HeaderId = number;

export const UNKNOWN_HEADER: HeaderId = 255;

/** How we write the names whose capitals are not one at each word. */
const SPELLING = new Map<HeaderName, string>();
/** Known names and compact forms, in lower case, by their place in the table. Fixed: what peers send never grows it. */
const IDS = new Map<string, HeaderId>();
for (const [id, { codec, compact, spelling }] of HEADER_TABLE.entries()) {
  IDS.set(codec.name, id);
  if (compact !== undefined) IDS.set(compact, id);
  if (spelling !== undefined) SPELLING.set(codec.name, spelling);
}

/** The places again, by what tells names apart without hashing them; names in the program are mostly one and the same string as there. */
const PLACES = 4096;
const NAME_AT: string[] = new Array(PLACES).fill("");
const ID_AT: HeaderId[] = new Array(PLACES).fill(UNKNOWN_HEADER);
for (const [name, id] of IDS) {
  const place = placeOf(name);
  if (NAME_AT[place] !== "") continue;
  NAME_AT[place] = name;
  ID_AT[place] = id;
}

function placeOf(name: string): number {
  const { length } = name;
  if (length === 0) return 0;
  return ((length * 97) ^ (name.charCodeAt(0) * 33) ^ (name.charCodeAt(length - 1) * 5)) & (PLACES - 1);
}

/** The place of a header in the table, by its name or compact form in lower case. */
export function headerId(name: string): HeaderId {
  const place = placeOf(name);
  return NAME_AT[place] === name ? (ID_AT[place] as HeaderId) : (IDS.get(name) ?? UNKNOWN_HEADER);
}

/** The name at a place of the table. */
export function nameOfId(id: HeaderId): HeaderName {
  return (HEADER_TABLE[id] as (typeof HEADER_TABLE)[number]).codec.name;
}

/** The identity of a name as written on the wire. */
export function headerName(written: string): HeaderName {
  const lower = written.toLowerCase();
  const id = headerId(lower);
  return id === UNKNOWN_HEADER ? lower : nameOfId(id);
}

/** How we write a name: `call-id` as `Call-ID`, `x-own-thing` as `X-Own-Thing`. */
export function headerSpelling(name: HeaderName): string {
  return (
    SPELLING.get(name) ??
    name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase())
  );
}

// Names as most write them, and all in lower case: these are found where they stand.
for (const [name, id] of IDS) learnName(name.length === 1 ? name : headerSpelling(name), id);
for (const [name, id] of IDS) learnName(name, id);
