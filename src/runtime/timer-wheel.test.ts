import fc from "fast-check";
import { expect, test } from "vitest";
import { TimerWheel } from "./timer-wheel.ts";

/** What the wheel promises, as slowly and plainly as it can be said. */
class NaiveTimers {
  readonly #timers = new Map<string, { at: number; tick: number; sequence: number }>();
  #tick: number;
  #sequence = 0;

  constructor(now: number) {
    this.#tick = Math.floor(now);
  }

  get size(): number {
    return this.#timers.size;
  }

  start(key: string, at: number): void {
    this.#sequence += 1;
    this.#timers.set(key, { at, tick: Math.max(Math.ceil(at), this.#tick + 1), sequence: this.#sequence });
  }

  stop(key: string): boolean {
    return this.#timers.delete(key);
  }

  advance(now: number): string[] {
    this.#tick = Math.max(this.#tick, Math.floor(now));
    const due = [...this.#timers].filter(([, { tick }]) => tick <= this.#tick);
    due.sort(([, a], [, b]) => a.tick - b.tick || a.at - b.at || a.sequence - b.sequence);
    for (const [key] of due) this.#timers.delete(key);
    return due.map(([key]) => key);
  }

  nextTick(): number {
    return Math.min(...[...this.#timers.values()].map(({ tick }) => tick));
  }
}

const key = fc.integer({ min: 0, max: 30 }).map((number) => `t${number}`);
const delay = fc.oneof(
  fc.double({ min: -5, max: 700, noNaN: true }),
  fc.integer({ min: 0, max: 40_000 }),
  fc.constantFrom(255, 256, 257, 65_535, 65_536, 65_537, 16_777_216, 5_000_000_000),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("start" as const), key, delay }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("stop" as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), delay }) },
);
const origin = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2 ** 40, noNaN: true }), fc.constant(2 ** 32 - 100.5));

test("does what a plain list of timers does", () => {
  fc.assert(
    fc.property(origin, fc.array(step, { maxLength: 120 }), (begin, steps) => {
      let now = begin;
      const wheel = new TimerWheel(now);
      const model = new NaiveTimers(now);
      for (const action of steps) {
        if (action.kind === "start") {
          wheel.start(action.key, now + action.delay);
          model.start(action.key, now + action.delay);
        } else if (action.kind === "stop") {
          expect(wheel.stop(action.key)).toBe(model.stop(action.key));
        } else {
          now += Math.max(0, action.delay);
          expect(wheel.advance(now)).toEqual(model.advance(now));
        }
        expect(wheel.size).toBe(model.size);
        const next = wheel.nextAt();
        expect(next === null).toBe(model.size === 0);
        if (next !== null) expect(next).toBeLessThanOrEqual(model.nextTick());
      }
    }),
    { numRuns: 2000 },
  );
});

test("sleeping until nextAt, again and again, misses nothing and does not spin", () => {
  fc.assert(
    fc.property(fc.array(delay, { minLength: 1, maxLength: 40 }), (delays) => {
      const wheel = new TimerWheel(7.25);
      const model = new NaiveTimers(7.25);
      for (const [index, after] of delays.entries()) {
        wheel.start(`t${index}`, 7.25 + after);
        model.start(`t${index}`, 7.25 + after);
      }
      let naps = 0;
      for (let at = wheel.nextAt(); at !== null; at = wheel.nextAt()) {
        const expected = model.nextTick();
        const due = wheel.advance(at);
        if (due.length > 0) expect(at).toBe(expected);
        expect(due).toEqual(model.advance(at));
        naps += 1;
      }
      expect(model.size).toBe(0);
      // Each timer moves down at most once a level.
      expect(naps).toBeLessThanOrEqual(delays.length * 6);
    }),
  );
});

test("keeps nothing of 100,000 timers that came and went", () => {
  const wheel = new TimerWheel(0);
  for (let call = 0; call < 50_000; call += 1) {
    wheel.start(`fires-${call}`, call / 10);
    wheel.start(`stopped-${call}`, call + 32_000);
    wheel.stop(`stopped-${call}`);
  }
  expect(wheel.size).toBe(50_000);
  expect(wheel.advance(5_001)).toHaveLength(50_000);
  expect(wheel.size).toBe(0);
  expect(wheel.nextAt()).toBeNull();
});

test("refuses an instant that never comes", () => {
  const wheel = new TimerWheel(0);
  expect(() => wheel.start("t", Number.NaN)).toThrow("no time to fire");
  expect(() => wheel.start("t", Number.POSITIVE_INFINITY)).toThrow("no time to fire");
});
