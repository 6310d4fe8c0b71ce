// The timers of the four machines (RFC 3261 table 4 and Appendix A, RFC 6026 section 7).

import { type Millis, SECOND } from "../../base/index.ts";

/**
 * A: INVITE retransmission. B: INVITE timeout. D: wait for retransmitted final responses. E: non-INVITE retransmission. F: non-INVITE timeout.
 * G: final response retransmission. H: wait for the ACK. I: wait for retransmitted ACKs. J: wait for retransmitted non-INVITE requests.
 * K: wait for retransmitted responses. L: wait for retransmitted INVITEs after a 2xx. M: wait for further 2xx.
 */
export type TransactionTimer =
  | "timerA"
  | "timerB"
  | "timerD"
  | "timerE"
  | "timerF"
  | "timerG"
  | "timerH"
  | "timerI"
  | "timerJ"
  | "timerK"
  | "timerL"
  | "timerM";

export interface TimerSettings {
  /** Round-trip estimate; RFC 3261 section 17.1.1.1: 500 ms. */
  readonly t1: Millis;
  /** The longest retransmission interval of anything but an INVITE: 4 s. */
  readonly t2: Millis;
  /** How long a message can stay in the network: 5 s. */
  readonly t4: Millis;
  /** How long an INVITE waits for a first response, and any other request for its final one: 64 × T1. */
  readonly timerB: Millis;
  readonly timerF: Millis;
}

/** The defaults of RFC 3261 table 4. */
export const RFC_TIMERS: TimerSettings = {
  t1: 500,
  t2: 4 * SECOND,
  t4: 5 * SECOND,
  timerB: 32 * SECOND,
  timerF: 32 * SECOND,
};

/** Timer D over UDP: at least 32 s (section 17.1.1.2). */
export const TIMER_D_UNRELIABLE: Millis = 32 * SECOND;
