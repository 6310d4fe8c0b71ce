// A hierarchical timing wheel over string keys: starting, moving and stopping a timer cost the same with 20 or 20,000.

import { invariant, type Millis } from "../base/index.ts";

/**
 * A timer due in tick t lies in the level of the highest base-256 digit in which t differs from the current tick, in the
 * slot of that digit. So every timer of a level comes before every timer of the next one, and the next thing to do is
 * always the first occupied slot of the lowest level that is not empty. Six levels of milliseconds are 8,900 years.
 */
const LEVELS = 6;
const SLOTS = 256;
const WORDS = SLOTS / 32;

/** How many ticks one slot of each level spans; the last is how far the wheel reaches. */
const SPANS = Array.from({ length: LEVELS + 1 }, (_, level) => SLOTS ** level);

function spanOf(level: number): number {
  return SPANS[level] ?? 0;
}

interface Timer {
  readonly key: string;
  /** Since the wheel began, as its ticks are: so they are small numbers, which need no memory of their own for 12 days. */
  at: Millis;
  tick: number;
  /** Order among timers due at the same instant: that of their starts. */
  sequence: number;
  slot: number;
  previous: Timer | null;
  next: Timer | null;
}

export class TimerWheel {
  readonly #timers = new Map<string, Timer>();
  readonly #heads: (Timer | null)[] = new Array<Timer | null>(LEVELS * SLOTS).fill(null);
  /** One bit for each slot that is not empty. */
  readonly #occupied = new Uint32Array(LEVELS * WORDS);
  readonly #began: Millis;
  #tick = 0;
  #sequence = 0;

  constructor(now: Millis) {
    this.#began = Math.floor(now);
  }

  /** How many timers are running. */
  get size(): number {
    return this.#timers.size;
  }

  /** Starts `key`, or moves it when it is running. Due at or up to 1 ms after `at`; an instant in the past is due next. */
  start(key: string, at: Millis): void {
    invariant(at < spanOf(LEVELS), `timer ${key} has no time to fire at: ${at}`);
    const running = this.#timers.get(key);
    if (running !== undefined) this.#unlink(running);
    const timer = running ?? { key, at: 0, tick: 0, sequence: 0, slot: 0, previous: null, next: null };
    timer.at = at - this.#began;
    timer.tick = Math.max(Math.ceil(timer.at), this.#tick + 1);
    timer.sequence = this.#sequence;
    this.#sequence += 1;
    if (running === undefined) this.#timers.set(key, timer);
    this.#link(timer);
  }

  /** Stops `key`. False when it was not running. */
  stop(key: string): boolean {
    const timer = this.#timers.get(key);
    if (timer === undefined) return false;
    this.#unlink(timer);
    this.#timers.delete(key);
    return true;
  }

  /** When `advance` has something to do next, a little early for timers that are far off; null when nothing runs. */
  nextAt(): Millis | null {
    const slot = this.#firstOccupied();
    return slot === null ? null : this.#began + this.#tickOf(slot);
  }

  /** Moves to `now` and returns the keys that are due, in the order of their instants, then of their starts. */
  advance(now: Millis): string[] {
    const target = Math.floor(now) - this.#began;
    const due: string[] = [];
    for (let slot = this.#firstOccupied(); slot !== null; slot = this.#firstOccupied()) {
      const tick = this.#tickOf(slot);
      if (tick > target) break;
      this.#tick = tick;
      const timers = this.#empty(slot);
      if (slot < SLOTS) this.#finish(timers, due);
      // A higher slot: its timers now differ from the current tick in lower digits only, or in none.
      else this.#spread(timers, due);
    }
    if (target > this.#tick) this.#tick = target;
    return due;
  }

  #finish(timers: Timer[], due: string[]): void {
    timers.sort((left, right) => left.at - right.at || left.sequence - right.sequence);
    for (const timer of timers) {
      this.#timers.delete(timer.key);
      due.push(timer.key);
    }
  }

  #spread(timers: readonly Timer[], due: string[]): void {
    const now: Timer[] = [];
    for (const timer of timers) {
      if (timer.tick <= this.#tick) now.push(timer);
      else this.#link(timer);
    }
    this.#finish(now, due);
  }

  #link(timer: Timer): void {
    let level = 0;
    while (Math.floor(timer.tick / spanOf(level + 1)) !== Math.floor(this.#tick / spanOf(level + 1))) level += 1;
    const slot = level * SLOTS + (Math.floor(timer.tick / spanOf(level)) % SLOTS);
    const head = this.#heads[slot] ?? null;
    timer.slot = slot;
    timer.previous = null;
    timer.next = head;
    if (head !== null) head.previous = timer;
    this.#heads[slot] = timer;
    this.#occupied[slot >> 5] = (this.#occupied[slot >> 5] ?? 0) | (1 << (slot & 31));
  }

  #unlink(timer: Timer): void {
    if (timer.next !== null) timer.next.previous = timer.previous;
    if (timer.previous !== null) timer.previous.next = timer.next;
    else this.#setHead(timer.slot, timer.next);
  }

  #setHead(slot: number, head: Timer | null): void {
    this.#heads[slot] = head;
    if (head === null) this.#occupied[slot >> 5] = (this.#occupied[slot >> 5] ?? 0) & ~(1 << (slot & 31));
  }

  #empty(slot: number): Timer[] {
    const timers: Timer[] = [];
    for (let timer = this.#heads[slot] ?? null; timer !== null; timer = timer.next) timers.push(timer);
    this.#setHead(slot, null);
    return timers;
  }

  #firstOccupied(): number | null {
    for (let word = 0; word < this.#occupied.length; word += 1) {
      const bits = this.#occupied[word] ?? 0;
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
    }
    return null;
  }

  /** The first tick of a slot, seen from the current one. */
  #tickOf(slot: number): number {
    const level = Math.floor(slot / SLOTS);
    const above = spanOf(level + 1);
    return Math.floor(this.#tick / above) * above + (slot % SLOTS) * spanOf(level);
  }
}
