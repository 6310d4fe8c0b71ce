// Whom the numbers lead to that emergency calls have shown.

import { BoundedMap } from "../../base/index.ts";

/** Whom calls to a number reach, since an emergency call showed it. */
export interface Callback {
  readonly caller: string;
  /** The trunk that brought the call. */
  readonly trunk: string;
  /** Unix milliseconds. */
  readonly since: number;
  readonly until: number;
  /** How many more calls back are held to no limit. */
  freeLeft: number;
}

/** By the number that was shown. */
export type Callbacks = BoundedMap<string, Callback>;

const CALLBACKS_MOST = 10_000;

export function createCallbacks(): Callbacks {
  return new BoundedMap(CALLBACKS_MOST);
}
