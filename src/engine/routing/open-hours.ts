// Whether a calendar is open now, and whether it is a holiday there.

import type { Millis } from "../../base/index.ts";
import type { Calendar, Holiday, OpenHours } from "../../model/index.ts";
import { createZoneClock, dateOf, type LocalTime, localTime, weekdayOf, type ZoneClock } from "./zone-clock.ts";

export interface CompiledCalendar {
  readonly clock: ZoneClock;
  readonly hours: readonly OpenHours[] | null;
  readonly holidays: readonly Holiday[];
  /** What was found of the day asked for last. */
  lastHoliday: { day: number; is: boolean };
}

export function compileCalendar({ timeZone, hours, holidays }: Calendar): CompiledCalendar {
  return { clock: createZoneClock(timeZone), hours, holidays, lastHoliday: { day: Number.NaN, is: false } };
}

function isWithin({ from, to }: Holiday, date: string): boolean {
  // Dates of every year have no year: `12-25`. Such a range may go over the new year.
  const day = from.length === 5 ? date.slice(5) : date;
  return from <= to ? day >= from && day <= to : day >= from || day <= to;
}

function isHolidayOn(calendar: CompiledCalendar, day: number): boolean {
  if (calendar.holidays.length === 0) return false;
  if (calendar.lastHoliday.day !== day) {
    const date = dateOf(day);
    calendar.lastHoliday = { day, is: calendar.holidays.some((holiday) => isWithin(holiday, date)) };
  }
  return calendar.lastHoliday.is;
}

/** @param at Unix milliseconds */
export function isHoliday(calendar: CompiledCalendar, at: Millis): boolean {
  return isHolidayOn(calendar, localTime(calendar.clock, at).day);
}

function isOpenBy(calendar: CompiledCalendar, { days, from, to }: OpenHours, { day, minute }: LocalTime): boolean {
  const begins = (on: number): boolean => (days & (1 << weekdayOf(on))) !== 0 && !isHolidayOn(calendar, on);
  if (to > from) return minute >= from && minute < to && begins(day);
  // Over midnight: what began yesterday is yesterday's, be it a holiday or not.
  return (minute >= from && begins(day)) || (minute < to && begins(day - 1));
}

/** @param at Unix milliseconds */
export function isOpen(calendar: CompiledCalendar, at: Millis): boolean {
  const local = localTime(calendar.clock, at);
  if (calendar.hours === null) return !isHolidayOn(calendar, local.day);
  return calendar.hours.some((hours) => isOpenBy(calendar, hours, local));
}
