// The non-INVITE server transaction (RFC 3261 section 17.2.2).

import { NOTHING, send, start, TERMINATE, type TransactionEffect } from "./effects.ts";
import type { TimerSettings, TransactionTimer } from "./timers.ts";

export interface NonInviteServerState {
  readonly machine: "non-invite-server";
  state: "trying" | "proceeding" | "completed" | "terminated";
  readonly reliable: boolean;
  readonly settings: TimerSettings;
  lastResponse: string | null;
}

export function receiveNonInviteAgain(machine: NonInviteServerState): readonly TransactionEffect[] {
  const repeats = machine.state === "proceeding" || machine.state === "completed";
  return repeats && machine.lastResponse !== null ? [send(machine.lastResponse)] : NOTHING;
}

export function respondToNonInvite(
  machine: NonInviteServerState,
  status: number,
  text: string,
): readonly TransactionEffect[] {
  if (machine.state !== "trying" && machine.state !== "proceeding") return NOTHING;
  machine.lastResponse = text;
  if (status < 200) {
    machine.state = "proceeding";
    return [send(text)];
  }
  if (machine.reliable) {
    machine.state = "terminated";
    return [send(text), { kind: "terminate" }];
  }
  machine.state = "completed";
  return [send(text), start("timerJ", 64 * machine.settings.t1)];
}

export function fireNonInviteServerTimer(
  machine: NonInviteServerState,
  timer: TransactionTimer,
): readonly TransactionEffect[] {
  if (timer !== "timerJ" || machine.state !== "completed") return NOTHING;
  machine.state = "terminated";
  return TERMINATE;
}
