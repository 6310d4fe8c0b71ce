// Wrong secrets cost ever more time, and are forgotten.
import { expect, test } from "vitest";
import { isLockedOut, type LockoutPolicy, type LockoutState, noteFailure } from "./lockout.ts";

const POLICY: LockoutPolicy = { free: 2, firstLockMs: 1000, longestLockMs: 5000, forgetAfterMs: 60_000 };

function fail(times: number, now = 0): LockoutState | null {
  let state: LockoutState | null = null;
  for (let index = 0; index < times; index += 1) state = noteFailure(state, POLICY, now);
  return state;
}

test.each([
  [0, 0],
  [2, 0],
  [3, 1000],
  [4, 2000],
  [5, 4000],
  [6, 5000],
  [2000, 5000],
])("after %d failures one waits %d ms", (times, waitMs) => {
  const state = fail(times);
  expect(isLockedOut(state, Math.max(0, waitMs - 1))).toBe(waitMs > 0);
  expect(isLockedOut(state, waitMs)).toBe(false);
});

test("what is long ago does not count", () => {
  expect(noteFailure(fail(5), POLICY, 59_999).failures).toBe(6);
  expect(noteFailure(fail(5), POLICY, 60_000).failures).toBe(1);
});
