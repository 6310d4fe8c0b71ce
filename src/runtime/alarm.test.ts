import { expect, test } from "vitest";
import { createAlarm } from "./alarm.ts";
import { createTimers } from "./timers.ts";

/** Resolves when an alarm set for `delayMs` rings: by then every alarm set for less before it has rung. */
function ringAfter(delayMs: number): Promise<void> {
  return new Promise((resolve) => createAlarm().set(delayMs, resolve));
}

test("an alarm rings once; setting it again moves it, cancelling silences it", async () => {
  const rung: string[] = [];
  const once = createAlarm();
  once.set(1, () => rung.push("once"));
  const moved = createAlarm();
  moved.set(1, () => rung.push("too early"));
  moved.set(2, () => rung.push("moved"));
  const cancelled = createAlarm();
  cancelled.set(1, () => rung.push("cancelled"));
  cancelled.cancel();
  await ringAfter(20);
  expect(rung).toEqual(["once", "moved"]);
});

test("an alarm for weeks ahead does not ring at once", async () => {
  const rung: string[] = [];
  const far = createAlarm();
  far.set(2 ** 40, () => rung.push("far"));
  await ringAfter(5);
  far.cancel();
  expect(rung).toEqual([]);
});

test("timers on the system's clock fire in order and none before its time", async () => {
  const clock = (): number => performance.now();
  const fired: { key: string; at: number }[] = [];
  const begin = clock();
  const due = new Map([
    ["b", begin + 12.5],
    ["a", begin + 3.25],
    ["c", begin + 30],
  ]);
  await new Promise<void>((resolve) => {
    const timers = createTimers({
      clock,
      alarm: createAlarm(),
      onDue: (key) => {
        fired.push({ key, at: clock() });
        if (timers.size === 0) resolve();
      },
    });
    for (const [key, at] of due) timers.start(key, at);
    timers.start("stopped", begin + 5);
    timers.stop("stopped");
  });
  expect(fired.map(({ key }) => key)).toEqual(["a", "b", "c"]);
  for (const { key, at } of fired) expect(at).toBeGreaterThanOrEqual(due.get(key) as number);
});

test("nothing fires after close", async () => {
  const fired: string[] = [];
  const timers = createTimers({
    clock: () => performance.now(),
    alarm: createAlarm(),
    onDue: (key) => fired.push(key),
  });
  timers.start("a", performance.now() + 1);
  timers.close();
  timers.start("b", performance.now() + 1);
  await ringAfter(20);
  expect(fired).toEqual([]);
});
