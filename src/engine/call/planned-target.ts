// A target that a call will try: one of its route, or one that a redirection named.

import type { Trunk } from "../../model/index.ts";
import type { Redirection } from "../interop/index.ts";
import type { CallTarget } from "../routing/index.ts";

/** Where a 3xx sends a call instead of to the number that was called. */
export interface Redirected {
  /** Tells the Contacts of all the call's redirections apart, counted from 1. */
  readonly contact: number;
  /** How many redirections led here, one after the other. */
  readonly depth: number;
  readonly called: string;
  /** Who sent the call on, the last one included. */
  readonly redirections: readonly Redirection[];
  /** Whose call it is besides, and by whose limits; null where it stays with the trunk that it was sent to. */
  readonly by: Trunk | null;
}

export interface PlannedTarget extends CallTarget {
  /** Absent where the target is the route's own. */
  readonly redirected?: Redirected;
}
