// The INVITE client transaction (RFC 3261 section 17.1.1, RFC 6026 section 7.2).

import type { Millis } from "../../base/index.ts";
import { DELIVER, NOTHING, send, start, stop, TERMINATE, TIMEOUT, type TransactionEffect } from "./effects.ts";
import { TIMER_D_UNRELIABLE, type TimerSettings, type TransactionTimer } from "./timers.ts";

export interface InviteClientState {
  readonly machine: "invite-client";
  state: "calling" | "proceeding" | "completed" | "accepted" | "terminated";
  readonly reliable: boolean;
  readonly settings: TimerSettings;
  /** The INVITE as sent; kept for its retransmissions, its CANCEL and the ACK of a failure; empty once it has its final response. */
  request: string;
  /** The ACK to the final failure, once there is one. */
  ack: string | null;
  /** The next interval of timer A. */
  intervalMs: Millis;
}

export function startInviteClient(machine: InviteClientState): readonly TransactionEffect[] {
  const { t1, timerB } = machine.settings;
  machine.intervalMs = t1;
  const effects = [send(machine.request), start("timerB", timerB)];
  if (!machine.reliable) effects.push(start("timerA", t1));
  return effects;
}

/** @param ack the ACK for this very response; only read for a status from 300 */
export function receiveInviteResponse(
  machine: InviteClientState,
  status: number,
  ack: () => string,
): readonly TransactionEffect[] {
  switch (machine.state) {
    case "calling":
    case "proceeding":
      return answerCalling(machine, status, ack);
    case "completed":
      return status >= 300 && machine.ack !== null ? [send(machine.ack)] : NOTHING;
    case "accepted":
      return status >= 200 && status < 300 ? DELIVER : NOTHING;
    default:
      return NOTHING;
  }
}

function answerCalling(machine: InviteClientState, status: number, ack: () => string): readonly TransactionEffect[] {
  const effects: TransactionEffect[] = machine.state === "calling" ? [stop("timerA"), stop("timerB")] : [];
  if (status < 200) {
    machine.state = "proceeding";
    effects.push({ kind: "deliver" });
    return effects;
  }
  if (status < 300) {
    machine.state = "accepted";
    machine.request = "";
    effects.push(start("timerM", 64 * machine.settings.t1), { kind: "deliver" });
    return effects;
  }
  machine.state = "completed";
  machine.ack = ack();
  machine.request = "";
  effects.push(send(machine.ack), { kind: "deliver" });
  if (machine.reliable) {
    machine.state = "terminated";
    effects.push({ kind: "terminate" });
  } else {
    effects.push(start("timerD", TIMER_D_UNRELIABLE));
  }
  return effects;
}

export function fireInviteClientTimer(
  machine: InviteClientState,
  timer: TransactionTimer,
): readonly TransactionEffect[] {
  if (timer === "timerA" && machine.state === "calling") {
    machine.intervalMs *= 2;
    return [send(machine.request), start("timerA", machine.intervalMs)];
  }
  if (timer === "timerB" && machine.state === "calling") {
    machine.state = "terminated";
    return TIMEOUT;
  }
  if ((timer === "timerD" && machine.state === "completed") || (timer === "timerM" && machine.state === "accepted")) {
    machine.state = "terminated";
    return TERMINATE;
  }
  return NOTHING;
}

/**
 * Stops calling without a CANCEL, which may not be sent before a provisional response (RFC 3261 section 9.1): no more retransmissions, but
 * what still arrives is delivered until timer B.
 */
export function abandonInviteClient(machine: InviteClientState): readonly TransactionEffect[] {
  return machine.state === "calling" ? [stop("timerA")] : NOTHING;
}
