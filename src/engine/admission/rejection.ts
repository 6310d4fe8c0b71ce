// A refusal as a value: made where the reason is known, answered at the one place where calls end.

import type { HeaderLine } from "../../protocol/sip/index.ts";
import type { CallCause } from "../causes.ts";

export interface Rejection {
  /** SIP status, 400 to 699. */
  readonly status: number;
  /** Instead of the status's own phrase; null for that. */
  readonly reason: string | null;
  readonly cause: CallCause;
  /** Seconds until it makes sense to come again. */
  readonly retryAfterS: number | null;
  /** The Q.850 cause; absent for what the word stands for. */
  readonly q850?: number;
  /** What the status asks for besides: Accept for 415, Unsupported for 420. */
  readonly headers: readonly HeaderLine[];
}

/** A refusal with nothing to it but its status and cause. */
export function reject(status: number, cause: CallCause, more: Partial<Rejection> = {}): Rejection {
  return { status, cause, reason: null, retryAfterS: null, headers: [], ...more };
}
