// When a hook is left alone, and when it is tried again.
import { expect, test } from "vitest";
import { HookGuard } from "./hook-guard.ts";

function fail(guard: HookGuard, times: number, now = 0): void {
  for (let at = 0; at < times; at += 1) {
    expect(guard.enter(now)).toBe(true);
    guard.failed(now);
  }
}

test("five failures in a row close it; an answer in between begins anew", () => {
  const guard = new HookGuard();
  fail(guard, 4);
  expect([guard.state, guard.enter(0)]).toEqual(["failing", true]);
  guard.succeeded();
  expect(guard.state).toBe("up");
  fail(guard, 5);
  expect([guard.state, guard.enter(999)]).toEqual(["left-alone", false]);
});

test("it is tried again by one question at a time, after pauses of 1 to 32 seconds", () => {
  const guard = new HookGuard();
  fail(guard, 5);
  let now = 0;
  for (const pause of [1, 2, 4, 8, 16, 32, 32]) {
    expect(guard.enter(now + pause * 1000 - 1)).toBe(false);
    now += pause * 1000;
    expect([guard.enter(now), guard.enter(now)]).toEqual([true, false]);
    guard.failed(now);
  }
  expect(guard.enter(now + 32_000)).toBe(true);
  guard.succeeded();
  expect([guard.state, guard.enter(now), guard.enter(now)]).toEqual(["up", true, true]);
  fail(guard, 5, now);
  expect([guard.enter(now + 999), guard.enter(now + 1000)]).toEqual([false, true]);
});

test("questions that were under way when it was closed do not make the pause longer; an answer to one opens it", () => {
  const guard = new HookGuard();
  for (let at = 0; at < 9; at += 1) expect(guard.enter(0)).toBe(true);
  for (let at = 0; at < 8; at += 1) guard.failed(0);
  expect([guard.enter(999), guard.enter(1000)]).toEqual([false, true]);
  guard.succeeded();
  expect(guard.state).toBe("up");
});
