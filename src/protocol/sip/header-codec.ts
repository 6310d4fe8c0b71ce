// What it takes to read and write one header's value.

/** A header's identity: its name in lower case, compact form resolved. */
export type HeaderName = string;

/** The first headers of the table, which every message has. Where their lines are is noted when they are found, under their place in this list. */
export const QUICK_HEADERS: readonly HeaderName[] = [
  "via",
  "from",
  "to",
  "call-id",
  "cseq",
  "contact",
  "max-forwards",
  "content-length",
  "content-type",
  "route",
  "record-route",
  "allow",
];

/** The place of one of them. */
export function quickPlace(name: HeaderName): number {
  return QUICK_HEADERS.indexOf(name);
}

/** How many codecs have a place of their own in each message. */
export const SLOTS = 8;

/** Reads one value, or one element of a list, where it stands in [from, to) of the loaded text; blanks around it belong to it, and `reading` tells where it ends. */
export type ElementReader = (text: string, from: number, to: number) => unknown;

/** Reads and writes one kind of header value. `parse` is total: null for what is malformed. */
export interface HeaderCodec<T> {
  readonly name: HeaderName;
  /**
   * How several lines of that name go together: `list`, as if they were one with commas between them (RFC 3261 section 7.3.1); `lines`,
   * each for itself. Absent where a message has one such line.
   */
  readonly shape?: "list" | "lines";
  parse(value: string): T | null;
  /** The value of one line. What `parse` gave is read the same again. */
  format(value: T): string;
  /** The rest is of headers that every message has (in-place.ts): where messages keep what was read, and the place of the name in QUICK_HEADERS. */
  readonly slot?: number;
  readonly quick?: number;
  readonly form?: number;
  readonly readIn?: ElementReader;
}

/** Of a header whose lines and comma lists are one list. */
export interface ListCodec<E> extends HeaderCodec<readonly E[]> {
  readonly shape: "list";
}
