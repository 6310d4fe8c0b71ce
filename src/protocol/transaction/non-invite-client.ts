// The non-INVITE client transaction (RFC 3261 section 17.1.2).

import type { Millis } from "../../base/index.ts";
import { NOTHING, send, start, stop, TERMINATE, TIMEOUT, type TransactionEffect } from "./effects.ts";
import type { TimerSettings, TransactionTimer } from "./timers.ts";

export interface NonInviteClientState {
  readonly machine: "non-invite-client";
  state: "trying" | "proceeding" | "completed" | "terminated";
  readonly reliable: boolean;
  readonly settings: TimerSettings;
  /** As sent; empty once it has its final response. */
  request: string;
  /** The next interval of timer E. */
  intervalMs: Millis;
}

export function startNonInviteClient(machine: NonInviteClientState): readonly TransactionEffect[] {
  const { t1, timerF } = machine.settings;
  machine.intervalMs = t1;
  const effects = [send(machine.request), start("timerF", timerF)];
  if (!machine.reliable) effects.push(start("timerE", t1));
  return effects;
}

export function receiveNonInviteResponse(machine: NonInviteClientState, status: number): readonly TransactionEffect[] {
  if (machine.state !== "trying" && machine.state !== "proceeding") return NOTHING;
  if (status < 200) {
    machine.state = "proceeding";
    return [{ kind: "deliver" }];
  }
  if (machine.reliable) {
    machine.state = "terminated";
    return [{ kind: "deliver" }, { kind: "terminate" }];
  }
  machine.state = "completed";
  machine.request = "";
  return [stop("timerE"), stop("timerF"), start("timerK", machine.settings.t4), { kind: "deliver" }];
}

export function fireNonInviteClientTimer(
  machine: NonInviteClientState,
  timer: TransactionTimer,
): readonly TransactionEffect[] {
  const waiting = machine.state === "trying" || machine.state === "proceeding";
  if (timer === "timerE" && waiting) {
    const { t2 } = machine.settings;
    machine.intervalMs = machine.state === "proceeding" ? t2 : Math.min(machine.intervalMs * 2, t2);
    return [send(machine.request), start("timerE", machine.intervalMs)];
  }
  if (timer === "timerF" && waiting) {
    machine.state = "terminated";
    return TIMEOUT;
  }
  if (timer === "timerK" && machine.state === "completed") {
    machine.state = "terminated";
    return TERMINATE;
  }
  return NOTHING;
}
