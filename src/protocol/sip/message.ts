// A SIP message: its start line read, its headers found, its body cut out; all else is read when asked for.

import type { HeaderFields } from "./header-fields.ts";
import type { SipUri } from "./uri.ts";

export interface SipRequest {
  readonly kind: "request";
  /** As written: methods are case-sensitive. */
  readonly method: string;
  /** The Request-URI as written. */
  readonly uri: string;
  /** The Request-URI read; null when its scheme is neither sip nor sips. */
  readonly sipUri: SipUri | null;
  readonly headers: HeaderFields;
  /** Bytes as latin1 characters. */
  readonly body: string;
}

export interface SipResponse {
  readonly kind: "response";
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderFields;
  readonly body: string;
}

/** What parseMessage gives. Told apart by `kind`. */
export type SipMessage = SipRequest | SipResponse;

/** What is wrong with a message, by the peer's doing. */
export interface ParseFailure {
  /** What to answer where an answer is possible: 400, 413, 505 … */
  readonly status: number;
  /** A short sentence that names the place; fit for a log and for a Warning, without the peer's own text. */
  readonly detail: string;
  /** The request as far as it was readable, so that it can be answered; null when it is not a request or not readable. */
  readonly request: SipRequest | null;
}
