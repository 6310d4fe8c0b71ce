// What it takes to read and write one header's value.

/** A header's identity: its name in lower case, compact form resolved. */
export type HeaderName = string;

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
}

/** Of a header whose lines and comma lists are one list. */
export interface ListCodec<E> extends HeaderCodec<readonly E[]> {
  readonly shape: "list";
}
