// Date (RFC 3261 section 20.17): the date of RFC 1123, in GMT and in no other zone.

import type { HeaderCodec } from "../header-codec.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Case-sensitive. */
const PATTERN = /^([A-Z][a-z]{2}), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function formatDate(atMs: number): string {
  const at = new Date(atMs);
  const day = `${DAYS[at.getUTCDay()]}, ${twoDigits(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]}`;
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(twoDigits).join(":");
  return `${day} ${String(at.getUTCFullYear()).padStart(4, "0")} ${time} GMT`;
}

/** Milliseconds since 1970, in whole seconds; the years 1000 to 9999. A date that no calendar has, or of another weekday, is none. */
export const date: HeaderCodec<number> = {
  name: "date",
  parse(value) {
    const match = PATTERN.exec(value);
    if (match === null) return null;
    const [day, year, hours, minutes, seconds] = [match[2], match[4], match[5], match[6], match[7]].map(Number);
    const atMs = Date.UTC(year as number, MONTHS.indexOf(match[3] as string), day, hours, minutes, seconds);
    // What overflows (31 Feb, 24:00) comes out as another date than it went in.
    return formatDate(atMs) === value ? atMs : null;
  },
  format: formatDate,
};
