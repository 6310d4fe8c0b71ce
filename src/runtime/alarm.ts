// The one timer of the operating system that drives all of the engine's.

import type { Millis } from "../base/index.ts";

/** Calls `ring` once, about `delayMs` from now; setting it again moves it. */
export interface Alarm {
  set(delayMs: Millis, ring: () => void): void;
  cancel(): void;
}

/** Node counts delays in 32 bits and fires at once beyond them. */
const LONGEST_MS = 2 ** 31 - 1;

/** An alarm on the timers of Node. Early by a fraction of a millisecond at times: who is woken looks at the clock. */
export function createAlarm(): Alarm {
  let timeout: NodeJS.Timeout | null = null;
  const cancel = (): void => {
    if (timeout !== null) clearTimeout(timeout);
    timeout = null;
  };
  return {
    cancel,
    set(delayMs, ring) {
      cancel();
      timeout = setTimeout(ring, Math.min(Math.max(1, Math.ceil(delayMs)), LONGEST_MS));
    },
  };
}
