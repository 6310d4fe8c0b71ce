import { expect, test } from "vitest";
import { createTestSchedule } from "./test-schedule.ts";

const EVERY_DAY = 0b1111111;
const MINUTE_MS = 60_000;

/** The moments at which it is due, looking every minute from `from` to `to`. */
function due(times: { at: number; days?: number; timeZone?: string }, from: string, to: string): readonly string[] {
  const schedule = createTestSchedule();
  const found: string[] = [];
  for (let now = Date.parse(from); now <= Date.parse(to); now += MINUTE_MS) {
    if (schedule.isDue({ days: EVERY_DAY, timeZone: "UTC", ...times }, now))
      found.push(new Date(now).toISOString().slice(0, 16));
  }
  return found;
}

test("once a day, at its time in its zone", () => {
  expect(due({ at: 210 }, "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")).toEqual([
    "2026-01-01T03:30",
    "2026-01-02T03:30",
  ]);
  expect(due({ at: 210, timeZone: "America/New_York" }, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")).toEqual([
    "2026-01-01T08:30",
  ]);
});

test("on its days alone", () => {
  // 2026-01-01 is a Thursday.
  const thursdays = 1 << 4;
  expect(due({ at: 0, days: thursdays }, "2025-12-31T12:00:00Z", "2026-01-09T00:00:00Z")).toEqual([
    "2026-01-01T00:00",
    "2026-01-08T00:00",
  ]);
});

test("once on the days on which the clock is set, be the time left out or there twice", () => {
  const newYork = { at: 150, timeZone: "America/New_York" };
  expect(due(newYork, "2026-03-08T05:00:00Z", "2026-03-09T05:00:00Z")).toEqual(["2026-03-08T07:00"]);
  const halfPastOne = { at: 90, timeZone: "America/New_York" };
  expect(due(halfPastOne, "2026-11-01T04:00:00Z", "2026-11-02T04:00:00Z")).toEqual(["2026-11-01T05:30"]);
});

test("a time that was over at the start, or when it was set, is not made up for", () => {
  expect(due({ at: 210 }, "2026-01-01T03:30:00Z", "2026-01-01T23:59:00Z")).toEqual([]);
  const schedule = createTestSchedule();
  const now = Date.parse("2026-01-01T12:00:00Z");
  const times = { at: 1000, days: EVERY_DAY, timeZone: "UTC" };
  expect(schedule.isDue(times, now)).toBe(false);
  expect(schedule.isDue({ ...times, at: 600 }, now + MINUTE_MS)).toBe(false);
  expect(schedule.isDue({ ...times, at: 600 }, now + 2 * MINUTE_MS)).toBe(false);
});

test("a process that slept over the time has it as soon as it wakes, once", () => {
  const schedule = createTestSchedule();
  const times = { at: 210, days: EVERY_DAY, timeZone: "UTC" };
  const at = (time: string) => schedule.isDue(times, Date.parse(`2026-01-0${time}:00Z`));
  expect(["1T00:00", "3T09:00", "3T09:01", "4T03:29", "4T03:31"].map(at)).toEqual([false, true, false, false, true]);
});

test("nothing is due where nothing is to be tried", () => {
  expect(createTestSchedule().isDue(null, 0)).toBe(false);
});
