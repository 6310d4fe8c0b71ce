// How long whoever gives wrong secrets is not listened to: a value for each address or user, kept by whoever asks for the secrets.

import type { Millis } from "../../../base/index.ts";

export interface LockoutPolicy {
  /** Failures in a row that cost nothing: people mistype. From 0. */
  readonly free: number;
  /** After the first failure beyond; it doubles with each further one. */
  readonly firstLockMs: Millis;
  readonly longestLockMs: Millis;
  /** Without a failure for so long, all is forgotten. Longer than `longestLockMs`. */
  readonly forgetAfterMs: Millis;
}

export interface LockoutState {
  readonly failures: number;
  readonly lockedUntil: Millis;
  readonly forgottenAt: Millis;
}

/** Another failure; `state` is null for the first. */
export function noteFailure(state: LockoutState | null, policy: LockoutPolicy, now: Millis): LockoutState {
  const failures = (state === null || now >= state.forgottenAt ? 0 : state.failures) + 1;
  const beyond = failures - policy.free;
  const lockMs = beyond <= 0 ? 0 : Math.min(policy.firstLockMs * 2 ** (beyond - 1), policy.longestLockMs);
  return { failures, lockedUntil: now + lockMs, forgottenAt: now + policy.forgetAfterMs };
}

/** Whether requests are refused unread now. */
export function isLockedOut(state: LockoutState | null, now: Millis): boolean {
  return state !== null && now < state.lockedUntil;
}
