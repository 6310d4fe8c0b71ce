// Hours, holidays and time zones, across the changes of daylight saving.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "../../model/index.ts";
import { compileCalendar, isHoliday, isOpen } from "./open-hours.ts";
import { createZoneClock, dateOf, localTime, weekdayOf } from "./zone-clock.ts";

const NETWORK = {
  listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
  media: { address: "127.0.0.1", ports: "20000-20999" },
};

function calendar(settings: Record<string, unknown>) {
  const parsed = parseConfiguration({ networks: { n: NETWORK }, calendars: { it: settings } });
  if (!parsed.ok)
    throw new Error(parsed.failure.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  const { it: read } = parsed.value.calendars;
  if (read === undefined) throw new Error("no calendar");
  return compileCalendar(read);
}

const OFFICE = { hours: [{ days: "mon-fri", from: "09:00", to: "17:30" }] };
const at = (iso: string): number => Date.parse(iso);

describe("hours", () => {
  it.each([
    ["2026-11-27T08:59:59.999Z", false],
    ["2026-11-27T09:00:00Z", true],
    ["2026-11-27T17:29:59.999Z", true],
    ["2026-11-27T17:30:00Z", false],
    ["2026-11-28T12:00:00Z", false],
  ])("of an office in UTC at %s: %s", (time, open) => {
    expect(isOpen(calendar(OFFICE), at(time))).toBe(open);
  });

  it.each([
    ["the day before it springs forward", "2026-03-07T13:59:00Z", "2026-03-07T14:00:00Z"],
    ["the day on which it does", "2026-03-08T12:59:00Z", "2026-03-08T13:00:00Z"],
    ["the day before it falls back", "2026-10-31T12:59:00Z", "2026-10-31T13:00:00Z"],
    ["the day on which it does", "2026-11-01T13:59:00Z", "2026-11-01T14:00:00Z"],
  ])("open at nine on New York's clocks %s (%s is too early)", (_what, early, open) => {
    const nine = calendar({ timeZone: "America/New_York", hours: [{ days: "sun-sat", from: "09:00", to: "10:00" }] });
    expect([isOpen(nine, at(early)), isOpen(nine, at(open))]).toEqual([false, true]);
  });

  it("an hour that the clocks skip is not there, one that they show twice is there twice", () => {
    const half = calendar({ timeZone: "Europe/Berlin", hours: [{ days: "sun", from: "02:00", to: "03:00" }] });
    const minutesOpen = (day: string): number => {
      let minutes = 0;
      for (let minute = 0; minute < 1440; minute += 1)
        if (isOpen(half, at(`${day}T00:00:00Z`) + minute * 60_000)) minutes += 1;
      return minutes;
    };
    expect(minutesOpen("2026-03-22")).toBe(60);
    expect(minutesOpen("2026-03-29")).toBe(0);
    expect(minutesOpen("2026-10-25")).toBe(120);
  });

  it("over midnight belong to the day on which they began", () => {
    const night = calendar({ hours: [{ days: "fri", from: "22:00", to: "06:00" }], holidays: ["2026-12-25"] });
    expect(isOpen(night, at("2026-11-27T22:00:00Z"))).toBe(true);
    expect(isOpen(night, at("2026-11-28T05:59:00Z"))).toBe(true);
    expect(isOpen(night, at("2026-11-27T05:59:00Z"))).toBe(false);
    expect(isOpen(night, at("2026-12-25T23:00:00Z"))).toBe(false);
    expect(isOpen(night, at("2026-12-26T05:00:00Z"))).toBe(false);
  });

  it("can be lists of days, over the week's end too", () => {
    const days = calendar({ hours: [{ days: ["sat-mon", "Wed"], from: "00:00", to: "24:00" }] });
    const open = [..."0123456"].map((day) => isOpen(days, at("2026-11-22T12:00:00Z") + Number(day) * 86_400_000));
    expect(open).toEqual([true, true, false, true, false, false, true]);
  });
});

describe("holidays", () => {
  const closed = calendar({
    timeZone: "Asia/Tokyo",
    holidays: ["2026-11-27", "12-25", { from: "12-30", to: "01-02" }, { from: "2026-05-03", to: "2026-05-05" }],
  });
  it.each([
    ["2026-11-26T14:59:59Z", false],
    ["2026-11-26T15:00:00Z", true],
    ["2026-11-27T15:00:00Z", false],
    ["2027-11-27T00:00:00Z", false],
    ["2031-12-25T00:00:00Z", true],
    ["2026-12-31T00:00:00Z", true],
    ["2027-01-02T00:00:00Z", true],
    ["2027-01-03T00:00:00Z", false],
    ["2026-05-04T00:00:00Z", true],
    ["2026-05-06T00:00:00Z", false],
  ])("in Tokyo at %s: %s", (time, is) => {
    expect([isHoliday(closed, at(time)), isOpen(closed, at(time))]).toEqual([is, !is]);
  });
});

describe("the clock of a zone", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
  ];

  it.each(zones)("of %s shows what the platform's shows, at any time", (zone) => {
    const clock = createZoneClock(zone);
    const theirs = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
    fc.assert(
      fc.property(fc.integer({ min: at("2000-01-01T00:00:00Z"), max: at("2037-01-01T00:00:00Z") }), (time) => {
        const { day, minute } = localTime(clock, time);
        const shown = `${dateOf(day)} ${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
        expect(shown).toBe(theirs.format(time));
        expect(weekdayOf(day)).toBe(new Date(day * 86_400_000).getUTCDay());
      }),
    );
  });

  it("is right in every minute of the days on which clocks change", () => {
    const clock = createZoneClock("Australia/Lord_Howe");
    const theirs = new Intl.DateTimeFormat("sv-SE", { timeZone: "Australia/Lord_Howe", timeStyle: "short" });
    for (const day of ["2026-04-04", "2026-10-03"]) {
      for (let minute = 0; minute < 2880; minute += 7) {
        const time = at(`${day}T00:00:00Z`) + minute * 60_000;
        const shown = localTime(clock, time).minute;
        expect(`${String(Math.floor(shown / 60)).padStart(2, "0")}:${String(shown % 60).padStart(2, "0")}`).toBe(
          theirs.format(time),
        );
      }
    }
  });
});
