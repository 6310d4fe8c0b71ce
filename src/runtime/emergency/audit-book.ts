// The audit records of emergency calls: each step goes into the store as it is taken, and what a process that died left open is closed.

import { HOUR, type Millis } from "../../base/index.ts";
import type { AuditStep, Store } from "../store/index.ts";
import type { Log } from "../telemetry/index.ts";

export interface AuditBook {
  /** Never throws and never waits: a step that the store will not have goes into the log. */
  note(step: AuditStep): void;
}

export interface AuditBookOptions {
  readonly store: Store;
  readonly log: Log;
}

/** The longest that a call may be (`limits.maxDuration`). */
const LOOK_BACK_MS: Millis = 30 * 24 * HOUR;

export function createAuditBook({ store, log }: AuditBookOptions): AuditBook {
  return {
    note: (step) => {
      const lost = (error: unknown): void => {
        log.error("the store did not keep a step of an emergency call; this line is its only copy", {
          call: step.call,
          step,
          error,
        });
      };
      store.writeStep(step).catch(lost);
    },
  };
}

/** The calls that have begun and not ended, as their steps tell it. */
function unfinishedCalls(steps: readonly AuditStep[]): readonly string[] {
  const open = new Set<string>();
  for (const { kind, call } of steps) {
    if (kind === "begun") open.add(call);
    else if (kind === "ended" || kind === "interrupted") open.delete(call);
  }
  return [...open];
}

/** Closes the records of calls that a process before this one was in the middle of when it died. @throws DemarcError store-unavailable */
export async function closeInterrupted({ store, log }: AuditBookOptions, now: Millis): Promise<void> {
  const steps = await store.stepsSince(new Date(now - LOOK_BACK_MS).toISOString());
  const at = new Date(now).toISOString();
  for (const call of unfinishedCalls(steps)) {
    await store.writeStep({ kind: "interrupted", call, at });
    log.error("Demarc ended in the middle of an emergency call; see whether its caller needs help", { call });
  }
}
