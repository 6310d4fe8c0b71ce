// When the way of emergency calls is tried: once a day that is one of them, as soon as the clock there shows the time, whatever that clock does.

import type { Millis } from "../../base/index.ts";
import { createZoneClock, localTime, weekdayOf, type ZoneClock } from "../../engine/index.ts";
import type { EmergencyTestSettings } from "../../model/index.ts";

type Times = Pick<EmergencyTestSettings, "at" | "days" | "timeZone">;

export interface TestSchedule {
  /** Whether it is time. True once for each time. @param now milliseconds since 1970 */
  isDue(times: Times | null, now: Millis): boolean;
}

interface Followed {
  readonly key: string;
  readonly clock: ZoneClock;
  /** The last day there whose time has come, in days since 1970-01-01. */
  doneDay: number;
}

/** Times that are over when it first hears of them are not made up for. */
export function createTestSchedule(): TestSchedule {
  let followed: Followed | null = null;
  return {
    isDue: (times, now) => {
      if (times === null) {
        followed = null;
        return false;
      }
      const key = JSON.stringify([times.at, times.days, times.timeZone]);
      const known = followed?.key === key ? followed : null;
      const clock = known?.clock ?? createZoneClock(times.timeZone);
      const { day, minute } = localTime(clock, now);
      const isOver = minute >= times.at;
      if (known === null) {
        followed = { key, clock, doneDay: isOver ? day : day - 1 };
        return false;
      }
      // A clock that was set back lives the same time twice; one that was set forward over it has it behind itself.
      if (!isOver || day <= known.doneDay) return false;
      known.doneDay = day;
      return (times.days & (1 << weekdayOf(day))) !== 0;
    },
  };
}
