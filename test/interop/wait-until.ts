// Waiting for a condition of the real world, with a deadline and a sentence for the case that it never comes true.
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

export interface WaitOptions {
  readonly timeoutMs: number;
  /** What is waited for, and what is known when it did not come. */
  readonly describe: () => string;
}

/** Resolves to the first value that is neither false, null nor undefined. Throws after `timeoutMs`. */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { timeoutMs, describe }: WaitOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) {
      return value as Exclude<T, false | null | undefined>;
    }
    if (performance.now() >= deadline) throw new Error(`waited ${timeoutMs} ms for ${describe()}`);
    await delay(POLL_MS);
  }
}
