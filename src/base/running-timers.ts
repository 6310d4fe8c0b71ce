// The timers that something of the pure world has running, with their instants: few at a time, so a list.

import type { Millis } from "./millis.ts";

export interface RunningTimer<Name extends string = string> {
  readonly name: Name;
  readonly at: Millis;
}

/** Notes that `timer` runs now, in place of an earlier one of its name. */
export function noteTimer<Name extends string>(running: RunningTimer<Name>[], timer: RunningTimer<Name>): void {
  const index = indexOf(running, timer.name);
  if (index < 0) running.push(timer);
  else running[index] = timer;
}

/** Notes that the timer of this name runs no more. False where none did. */
export function dropTimer<Name extends string>(running: RunningTimer<Name>[], name: Name): boolean {
  const index = indexOf(running, name);
  if (index >= 0) running.splice(index, 1);
  return index >= 0;
}

function indexOf(running: readonly RunningTimer[], name: string): number {
  for (let index = 0; index < running.length; index += 1) if (running[index]?.name === name) return index;
  return -1;
}
