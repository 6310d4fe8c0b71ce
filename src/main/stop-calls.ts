// Stopping: every call is hung up and its record written, and every registration taken back, before anything is closed.

import { type Millis, SECOND } from "../base/index.ts";
import type { Parts } from "./open-parts.ts";

/** How long hanging up every call may take when Demarc stops, and how long BYEs may still be repeated after it. */
const HANG_UP_WITHIN_MS: Millis = 5 * SECOND;
const LINGER_MS: Millis = 1 * SECOND;
/** How long registrars may take to answer that we are gone. */
const UNREGISTER_WITHIN_MS: Millis = 2 * SECOND;
const LOOK_AGAIN_MS: Millis = 20;

async function waitWhile(condition: () => boolean, withinMs: Millis, given: { readonly up: boolean }): Promise<void> {
  const until = performance.now() + withinMs;
  while (condition() && performance.now() < until && !given.up) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Hangs up every call and waits for it, unless a second signal says that there is no time. */
export async function hangUpAll({ engine, loop, log }: Parts, again: Promise<string>): Promise<void> {
  const given = { up: false };
  void again.then(() => {
    given.up = true;
  });
  const { calls } = engine.status();
  log.info("stopping", { calls });
  loop.submit({ kind: "drain", endCalls: true });
  await waitWhile(() => engine.status().calls > 0, HANG_UP_WITHIN_MS, given);
  if (calls > 0) await waitWhile(() => engine.status().kept > 0, LINGER_MS, given);
  await waitWhile(() => engine.status().registrations > 0, UNREGISTER_WITHIN_MS, given);
  const left = engine.status().calls;
  if (left > 0) log.warn("stopped before every call was over", { calls: left });
}
