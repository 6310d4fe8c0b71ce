// What clocks on walls show in a time zone. The zone's rules are asked for twice a day and remembered: between, it is arithmetic.

import { HOUR, MINUTE, type Millis } from "../../base/index.ts";

const DAY: Millis = 24 * HOUR;

/** A day of UTC in a zone: its offset, and from when on it is another one. */
interface ZoneDay {
  readonly day: number;
  readonly before: Millis;
  /** `Infinity` on a day without a change. */
  readonly changesAt: number;
  readonly after: Millis;
}

export interface ZoneClock {
  readonly format: Intl.DateTimeFormat;
  /** The day that was asked for last: nothing that could be asked is changed by it. */
  last: ZoneDay;
}

export interface LocalTime {
  /** Days since 1970-01-01 there. */
  readonly day: number;
  /** Since midnight, as the clock shows it. */
  readonly minute: number;
}

export function createZoneClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return { format, last: { day: Number.NaN, before: 0, changesAt: 0, after: 0 } };
}

/** Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** What is added to UTC there and then, by the rules of the zone. */
function offsetByRules({ format }: ZoneClock, at: Millis): Millis {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts as Readonly<Record<string, number>>;
  const local = daysOf(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * 1000;
  return local - Math.floor(at / 1000) * 1000;
}

/** No zone changes twice in one day. */
function zoneDay(clock: ZoneClock, day: number): ZoneDay {
  const [start, end] = [day * DAY, (day + 1) * DAY];
  const [before, after] = [offsetByRules(clock, start), offsetByRules(clock, end)];
  if (before === after) return { day, before, changesAt: Number.POSITIVE_INFINITY, after };
  let [low, high] = [start, end];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetByRules(clock, middle) === before) low = middle;
    else high = middle;
  }
  return { day, before, changesAt: high, after };
}

/** @param at Unix milliseconds */
export function localTime(clock: ZoneClock, at: Millis): LocalTime {
  const day = Math.floor(at / DAY);
  if (clock.last.day !== day) clock.last = zoneDay(clock, day);
  const { before, changesAt, after } = clock.last;
  const local = at + (at < changesAt ? before : after);
  const localDay = Math.floor(local / DAY);
  return { day: localDay, minute: Math.floor((local - localDay * DAY) / MINUTE) };
}

/** 0 for Sunday to 6. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** `2026-12-25` of days since 1970-01-01 (the way back of `daysOf`). */
export function dateOf(day: number): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const place = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * place + 2) / 5) + 1;
  const month = place < 10 ? place + 3 : place - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(date)}`;
}
