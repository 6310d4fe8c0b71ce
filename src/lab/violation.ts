// What a checker found wrong.

import type { Millis } from "../base/index.ts";

export type Rule =
  /** A message that was sent cannot be read, or is not valid. */
  | "message"
  /** A second, different final response in one server transaction, or a provisional one after it (RFC 3261 section 17.2). */
  | "one-final-response"
  /** A 2xx to an INVITE without its ACK (section 13.2.2.4). */
  | "acknowledged"
  /** A session description that is no legal answer, or whose origin lies (RFC 3264 sections 6 and 8). */
  | "session"
  /** The phones of a call and the media plane do not believe the same of its audio, though nothing is open. */
  | "agreement"
  /** A leg outlived the interval of its session timer (RFC 4028 section 10). */
  | "session-timer"
  /** CSeq does not go up within a dialog and direction (section 12.2.1.1). */
  | "sequence"
  /** Something of one side in what the other side is sent. */
  | "leak"
  /** Something was sent to an address that is neither configured nor signalled. */
  | "destination"
  /** A call went out that may not. */
  | "forbidden-call"
  /** More calls stand on a trunk than it allows. */
  | "limit"
  /** Not one record for one call, or one that does not say what happened. */
  | "record"
  /** Of an emergency call not every step was told, or one twice; or something was told of another call. */
  | "audit"
  /** Something is left when all is over. */
  | "left-over"
  /** The agent under test threw, or says itself that it made a mistake. */
  | "fault"
  /** The call did not become what its script must lead to. */
  | "outcome";

export interface Violation {
  readonly rule: Rule;
  readonly at: Millis;
  readonly detail: string;
  /** A Call-ID of the call it belongs to; null where it belongs to none. */
  readonly callId: string | null;
}

/** Takes what was found. */
export type Accuse = (violation: Violation) => void;
