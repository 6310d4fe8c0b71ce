// The heap against a sorted list, and the laws of cancelled and simultaneous events.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClockEvent, VirtualClock } from "./virtual-clock.ts";

function eventAt(clock: VirtualClock<ClockEvent>, at: number): ClockEvent {
  return { at, sequence: clock.nextSequence(), cancelled: false };
}

test("events come by time, then by the order they were scheduled in, whatever was taken out between", () => {
  const times = fc.array(fc.record({ at: fc.integer({ min: 0, max: 20 }), cancel: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(times, (planned) => {
      const clock = new VirtualClock<ClockEvent>(0);
      const events = planned.map(({ at }) => eventAt(clock, at));
      for (const event of events) clock.schedule(event);
      planned.forEach(({ cancel }, index) => {
        if (cancel) (events[index] as ClockEvent).cancelled = true;
      });
      const expected = events
        .filter(({ cancelled }) => !cancelled)
        .sort((one, other) => one.at - other.at || one.sequence - other.sequence);
      const taken: ClockEvent[] = [];
      for (let event = clock.next(100); event !== null; event = clock.next(100)) taken.push(event);
      expect(taken).toEqual(expected);
      expect(clock.idle).toBe(true);
    }),
  );
});

test("an event scheduled while others happen takes its place among them", () => {
  const clock = new VirtualClock<ClockEvent>(0);
  for (const at of [5, 1, 9]) clock.schedule(eventAt(clock, at));
  expect(clock.next(100)?.at).toBe(1);
  clock.schedule(eventAt(clock, 7));
  clock.schedule(eventAt(clock, 1));
  expect([clock.next(100)?.at, clock.next(100)?.at, clock.next(100)?.at]).toEqual([1, 5, 7]);
});

test("the time stays where it is when nothing is due", () => {
  const clock = new VirtualClock<ClockEvent>(3);
  clock.schedule(eventAt(clock, 10));
  expect(clock.next(9)).toBeNull();
  expect(clock.now).toBe(3);
  expect(clock.idle).toBe(false);
});

test("the past cannot be scheduled", () => {
  const clock = new VirtualClock<ClockEvent>(3);
  expect(() => clock.schedule(eventAt(clock, 2))).toThrow("past");
});
