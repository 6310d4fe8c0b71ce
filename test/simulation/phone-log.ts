// What the callers' phones say of their calls, to hold the records against: a bill is right when the phone would sign it.

import type { CallRecord } from "../../src/engine/index.ts";
import type { LabAction } from "../../src/lab/index.ts";

interface PhoneView {
  answeredAt: number | null;
  endedAt: number | null;
  failedWith: number | null;
}

/** In a world without faults: a few messages of 30 ms each, and the media plane between them. */
const TOLERANCE_MS = 250;

export class PhoneLog {
  /** By the id of the call's script. */
  readonly #views = new Map<string, PhoneView>();

  note(action: LabAction, now: number): void {
    if (action.kind !== "report") return;
    const { call, event } = action;
    const view = this.#views.get(call) ?? { answeredAt: null, endedAt: null, failedWith: null };
    this.#views.set(call, view);
    if (event.kind === "answered") view.answeredAt = now;
    else if (event.kind === "ended") view.endedAt = now;
    else if (event.kind === "failed") view.failedWith = event.status;
  }

  /** Why the record is not what the caller's phone has seen; null when it is. */
  disagreement(call: string, record: CallRecord): string | null {
    const view = this.#views.get(call);
    if (view === undefined) return "its phone knows nothing of it";
    if (record.status !== 200) {
      return view.failedWith === record.status
        ? null
        : `its phone was told ${view.failedWith}, the record says ${record.status}`;
    }
    if (view.answeredAt === null || view.endedAt === null) return "its phone was never answered, the record says 200";
    const lastedMs = view.endedAt - view.answeredAt;
    if (Math.abs(lastedMs - record.durationMs) <= TOLERANCE_MS) return null;
    return `its phone talked for ${lastedMs} ms, the record says ${record.durationMs} ms`;
  }
}
