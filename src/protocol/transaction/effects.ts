// What a transaction machine asks for when something happens to it. The layer carries it out; the machines stay plain functions.

import type { Millis } from "../../base/index.ts";
import type { TransactionTimer } from "./timers.ts";

export type TransactionEffect =
  | { readonly kind: "send"; readonly text: string }
  | { readonly kind: "start"; readonly timer: TransactionTimer; readonly afterMs: Millis }
  | { readonly kind: "stop"; readonly timer: TransactionTimer }
  /** The transaction user shall see what came in. */
  | { readonly kind: "deliver" }
  /** The transaction user shall know that no answer, or no ACK, will come. */
  | { readonly kind: "timeout" }
  /** Nothing more will happen here; every timer still running ends with it. */
  | { readonly kind: "terminate" };

export const NOTHING: readonly TransactionEffect[] = [];
export const DELIVER: readonly TransactionEffect[] = [{ kind: "deliver" }];
export const TERMINATE: readonly TransactionEffect[] = [{ kind: "terminate" }];
export const TIMEOUT: readonly TransactionEffect[] = [{ kind: "timeout" }, { kind: "terminate" }];

export function start(timer: TransactionTimer, afterMs: Millis): TransactionEffect {
  return { kind: "start", timer, afterMs };
}

export function stop(timer: TransactionTimer): TransactionEffect {
  return { kind: "stop", timer };
}

export function send(text: string): TransactionEffect {
  return { kind: "send", text };
}
