// The engine's running timers: a wheel, and one alarm that sleeps until the wheel has something to do.

import type { Millis } from "../base/index.ts";
import type { TimerKey } from "../engine/index.ts";
import type { Alarm } from "./alarm.ts";
import { TimerWheel } from "./timer-wheel.ts";

export interface Timers {
  readonly size: number;
  start(key: TimerKey, at: Millis): void;
  stop(key: TimerKey): void;
  /** Nothing fires any more. */
  close(): void;
}

export interface TimersOptions {
  readonly clock: () => Millis;
  readonly alarm: Alarm;
  /** Called for each key that is due, in order. It may start and stop timers; a stopped one does not fire any more. */
  readonly onDue: (key: TimerKey) => void;
}

export function createTimers({ clock, alarm, onDue }: TimersOptions): Timers {
  const wheel = new TimerWheel(clock());
  /** Due, and about to be told. Stopping or starting one again takes it out. */
  const due = new Set<TimerKey>();
  let wakeAt = Number.POSITIVE_INFINITY;
  let closed = false;

  const sleep = (): void => {
    const nextAt = wheel.nextAt() ?? Number.POSITIVE_INFINITY;
    if (closed || nextAt >= wakeAt) return;
    wakeAt = nextAt;
    alarm.set(nextAt - clock(), wake);
  };
  const wake = (): void => {
    wakeAt = Number.POSITIVE_INFINITY;
    for (const key of wheel.advance(clock())) due.add(key);
    for (const key of due) {
      due.delete(key);
      onDue(key);
    }
    sleep();
  };

  return {
    get size() {
      return wheel.size + due.size;
    },
    start(key, at) {
      due.delete(key);
      wheel.start(key, at);
      sleep();
    },
    stop(key) {
      if (!due.delete(key)) wheel.stop(key);
    },
    close() {
      closed = true;
      due.clear();
      alarm.cancel();
    },
  };
}
