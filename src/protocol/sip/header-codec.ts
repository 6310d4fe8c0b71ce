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

/** Reads and writes one kind of header value. `parse` is total: null for what is malformed. */
export interface HeaderCodec<T> {
  readonly name: HeaderName;
  /**
   * How several lines of that name go together: `list`, as if they were one with commas between them (RFC 3261 section 7.3.1); `lines`,
   * each for itself. Absent where a message has one such line.
   */
  readonly shape?: "list" | "lines";
  parse(value: string): T | null;
  /**
   * What `parse` gives for the stretch [from, to) of the loaded text: a value without blanks around it and without line breaks. Only for headers
   * that every message has: they are read where they stand.
   */
  parseIn?(text: string, from: number, to: number): T | null;
  /** The place of its name in QUICK_HEADERS, where it is one of these and has `parseIn`. */
  readonly quick?: number;
  /** The value of one line. What `parse` gave is read the same again. */
  format(value: T): string;
}

/** Of a header whose lines and comma lists are one list. */
export interface ListCodec<E> extends HeaderCodec<readonly E[]> {
  readonly shape: "list";
}
