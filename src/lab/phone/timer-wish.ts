// What phones want of session timers (RFC 4028), told by a script and read from a request.

/** What a phone knows of session timers; whoever knows none has no script. */
export interface TimerScript {
  /** Asks for so many seconds, or grants so many at most. Null: asks for none, and grants whatever is asked. */
  readonly seconds: number | null;
  /** Whom it wants to refresh; null leaves it to the other side. */
  readonly refresher: "us" | "peer" | null;
  /** Asked for less, it answers 422 (section 6). */
  readonly least: number;
  /** False: it forgets what it has agreed on, and neither refreshes nor ends the call. */
  readonly refreshes: boolean;
  /** By UPDATE where the other side allows it. */
  readonly update: boolean;
}

/** What an INVITE or UPDATE asks for. */
export interface TimerWish {
  readonly seconds: number | null;
  readonly least: number;
  readonly refresher: "uac" | "uas" | null;
  readonly speaks: boolean;
}
