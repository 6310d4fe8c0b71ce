// Virtual time: a binary heap of events by time, then by the order they were scheduled in, so that a run repeats exactly.

import { invariant, type Millis } from "../base/index.ts";

export interface ClockEvent {
  readonly at: Millis;
  readonly sequence: number;
  /** Set instead of taking it out: it is dropped when its time comes. */
  cancelled: boolean;
}

function before(one: ClockEvent, other: ClockEvent): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
}

export class VirtualClock<E extends ClockEvent> {
  now: Millis;
  #sequence = 0;
  readonly #heap: E[] = [];

  constructor(now: Millis) {
    this.now = now;
  }

  /** The number for the next event's `sequence`. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  schedule(event: E): void {
    invariant(event.at >= this.now, "an event cannot be in the past");
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(event, heap[parent] as E)) break;
      heap[index] = heap[parent] as E;
      index = parent;
    }
    heap[index] = event;
  }

  /** Takes the next event not later than `until`, and moves the time to it. Null when there is none; the time then stays. */
  next(until: Millis): E | null {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > until) return null;
      this.#removeFirst();
      if (first.cancelled) continue;
      this.now = first.at;
      return first;
    }
  }

  /** Whether nothing is to come any more. */
  get idle(): boolean {
    while (this.#heap[0]?.cancelled === true) this.#removeFirst();
    return this.#heap.length === 0;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as E;
    const { length } = heap;
    if (length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= length) break;
      if (child + 1 < length && before(heap[child + 1] as E, heap[child] as E)) child += 1;
      if (!before(heap[child] as E, last)) break;
      heap[index] = heap[child] as E;
      index = child;
    }
    heap[index] = last;
  }
}
