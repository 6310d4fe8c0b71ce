// The INVITE server transaction (RFC 3261 section 17.2.1, RFC 6026 section 7.1).

import type { Millis } from "../../base/index.ts";
import { DELIVER, NOTHING, send, start, stop, TERMINATE, TIMEOUT, type TransactionEffect } from "./effects.ts";
import type { TimerSettings, TransactionTimer } from "./timers.ts";

export interface InviteServerState {
  readonly machine: "invite-server";
  state: "proceeding" | "completed" | "accepted" | "confirmed" | "terminated";
  readonly reliable: boolean;
  readonly settings: TimerSettings;
  /** What a retransmitted INVITE is answered with; null before the first response and after a 2xx. */
  lastResponse: string | null;
  /** The next interval of timer G. */
  intervalMs: Millis;
}

export function receiveInviteAgain(machine: InviteServerState): readonly TransactionEffect[] {
  const repeats = machine.state === "proceeding" || machine.state === "completed";
  return repeats && machine.lastResponse !== null ? [send(machine.lastResponse)] : NOTHING;
}

export function receiveInviteAck(machine: InviteServerState): readonly TransactionEffect[] {
  if (machine.state === "accepted") return DELIVER;
  if (machine.state !== "completed") return NOTHING;
  machine.lastResponse = null;
  if (machine.reliable) {
    machine.state = "terminated";
    return TERMINATE;
  }
  machine.state = "confirmed";
  return [stop("timerG"), stop("timerH"), start("timerI", machine.settings.t4)];
}

/** A response by the transaction user. After a final failure every further one is ignored; after a 2xx only 2xx pass. */
export function respondToInvite(
  machine: InviteServerState,
  status: number,
  text: string,
): readonly TransactionEffect[] {
  if (machine.state === "accepted") return status >= 200 && status < 300 ? [send(text)] : NOTHING;
  if (machine.state !== "proceeding") return NOTHING;
  if (status < 200) {
    machine.lastResponse = text;
    return [send(text)];
  }
  const { t1 } = machine.settings;
  if (status < 300) {
    machine.state = "accepted";
    machine.lastResponse = null;
    return [send(text), start("timerL", 64 * t1)];
  }
  machine.state = "completed";
  machine.lastResponse = text;
  machine.intervalMs = t1;
  const effects = [send(text), start("timerH", 64 * t1)];
  if (!machine.reliable) effects.push(start("timerG", t1));
  return effects;
}

export function fireInviteServerTimer(
  machine: InviteServerState,
  timer: TransactionTimer,
): readonly TransactionEffect[] {
  if (timer === "timerG" && machine.state === "completed" && machine.lastResponse !== null) {
    machine.intervalMs = Math.min(machine.intervalMs * 2, machine.settings.t2);
    return [send(machine.lastResponse), start("timerG", machine.intervalMs)];
  }
  if (timer === "timerH" && machine.state === "completed") {
    machine.state = "terminated";
    return TIMEOUT;
  }
  if ((timer === "timerI" && machine.state === "confirmed") || (timer === "timerL" && machine.state === "accepted")) {
    machine.state = "terminated";
    return TERMINATE;
  }
  return NOTHING;
}
