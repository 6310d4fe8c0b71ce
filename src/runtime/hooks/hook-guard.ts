// Leaves a hook alone that does not answer: after some failures in a row nobody waits for it, but for one question now and then.

import { type Millis, SECOND } from "../../base/index.ts";

export type HookState =
  /** Asked by every call. */
  | "up"
  /** Its last question failed, and it is asked yet. */
  | "failing"
  /** Asked by one call now and then. */
  | "left-alone";

const FAILURES_MOST = 5;
const PAUSE_FIRST: Millis = SECOND;
const PAUSE_LONGEST: Millis = 32 * SECOND;

export class HookGuard {
  #failures = 0;
  #pauseMs: Millis = PAUSE_FIRST;
  #closedUntil: Millis = 0;
  /** Whether a question is under way by which it is tried again. */
  #trying = false;

  get state(): HookState {
    if (this.#failures === 0) return "up";
    return this.#failures < FAILURES_MOST ? "failing" : "left-alone";
  }

  get failures(): number {
    return this.#failures;
  }

  /** Whether it may be asked now; each true is followed by one `succeeded` or `failed`. */
  enter(now: Millis): boolean {
    if (this.state !== "left-alone") return true;
    if (this.#trying || now < this.#closedUntil) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#pauseMs = PAUSE_FIRST;
    this.#trying = false;
  }

  failed(now: Millis): void {
    const before = this.state;
    this.#failures += 1;
    if (this.state !== "left-alone") return;
    // Questions that were under way when it was closed say nothing new.
    if (before === "left-alone" && !this.#trying) return;
    this.#trying = false;
    this.#closedUntil = now + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_LONGEST);
  }
}
