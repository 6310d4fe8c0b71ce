// Calendars: when a place is open, in its own time zone, and its holidays.

import { z } from "zod";
import { group, list } from "./group.ts";
import { nearestName } from "./nearest-name.ts";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Hours of some days of the week. */
export interface OpenHours {
  /** A bit for each day, Sunday the lowest. */
  readonly days: number;
  /** Minutes since midnight. Where `to` is not behind `from`, it is the next day's. */
  readonly from: number;
  readonly to: number;
}

/** Dates in the calendar's time zone, both included: `2026-12-25`, or `12-25` of every year. */
export interface Holiday {
  readonly from: string;
  readonly to: string;
}

const EXPECTED_DAYS = "expected days of the week, such as mon-fri, sat or [mon, wed, fri]";

/** The bits of `mon` or `mon-fri`, which may go over Saturday; null for anything else. */
function daysIn(text: string): number | null {
  const [, first = "", last = first] = /^([a-z]{3})(?:-([a-z]{3}))?$/.exec(text.toLowerCase()) ?? [];
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  if (from < 0 || to < 0) return null;
  let bits = 0;
  for (let day = from; ; day = (day + 1) % DAYS.length) {
    bits |= 1 << day;
    if (day === to) return bits;
  }
}

const dayTextSchema = z.string({ error: EXPECTED_DAYS }).transform((text, context): number => {
  const days = daysIn(text);
  if (days !== null) return days;
  context.addIssue({ code: "custom", message: EXPECTED_DAYS });
  return z.NEVER;
});

export const daysSchema = z
  .union([dayTextSchema, list(dayTextSchema, { from: 1, to: 7, of: "days" })], { error: EXPECTED_DAYS })
  .transform((days) => (typeof days === "number" ? days : days.reduce((all, one) => all | one, 0)));

const EXPECTED_TIME = 'expected a time of day in quotes, such as "09:00" or "24:00"';

export const timeSchema = z
  .string({ error: EXPECTED_TIME })
  .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/, { error: EXPECTED_TIME })
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const hoursSchema = group({
  days: daysSchema,
  from: timeSchema,
  /** A time that is not behind `from` is the next day's: `from: "22:00", to: "06:00"`. */
  to: timeSchema,
});

const EXPECTED_DATE = 'expected a date in quotes, such as "2026-12-25", or "12-25" for every year';
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(text: string): boolean {
  const [, year, month = "", day = ""] = /^(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})$/.exec(text) ?? [];
  const most = DAYS_IN_MONTH[Number(month) - 1] ?? 0;
  const leap = year === undefined || (Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0));
  return Number(day) >= 1 && Number(day) <= (month === "02" && !leap ? 28 : most);
}

const dateSchema = z.string({ error: EXPECTED_DATE }).refine(isDate, { error: EXPECTED_DATE });

const holidaySchema = z
  .union([dateSchema, group({ from: dateSchema, to: dateSchema })], { error: `${EXPECTED_DATE}, or { from, to }` })
  .transform((holiday, context): Holiday => {
    if (typeof holiday === "string") return { from: holiday, to: holiday };
    const { from, to } = holiday;
    if (from.length !== to.length) context.addIssue({ code: "custom", message: "both dates have a year, or neither" });
    else if (from > to && from.length > 5)
      context.addIssue({ code: "custom", message: "the first date comes before the last" });
    return holiday;
  });

export const timeZoneSchema = z
  .string({ error: "expected a time zone, such as America/New_York" })
  .transform((text, context) => {
    try {
      new Intl.DateTimeFormat("en", { timeZone: text });
      return text;
    } catch {
      const nearest = nearestName(text, Intl.supportedValuesOf("timeZone"));
      const remedy = nearest === null ? "expected one such as America/New_York" : `did you mean "${nearest}"?`;
      context.addIssue({ code: "custom", message: `there is no time zone "${text.slice(0, 64)}"; ${remedy}` });
      return z.NEVER;
    }
  });

export const calendarSchema = group({
  /** Default UTC. */
  timeZone: timeZoneSchema.prefault("UTC"),
  /** Default null: at every hour of every day that is no holiday. */
  hours: list(hoursSchema, { from: 1, to: 100, of: "hours" }).nullable().default(null),
  /** Closed all day. Default none. */
  holidays: list(holidaySchema, { from: 0, to: 1000, of: "dates" }).default([]),
});

export type Calendar = z.output<typeof calendarSchema>;
