// What is kept of a call of our own to the test number. Plain data.

import type { RunningTimer } from "../../base/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { EmergencyTestOrder } from "../emergency-step.ts";

export interface OwnCall {
  readonly order: EmergencyTestOrder;
  readonly flow: Flow;
  readonly callId: string;
  readonly uri: string;
  /** From, with its tag. */
  readonly from: string;
  readonly branch: string;
  /** To, with the tag of who answered; null before. */
  to: string | null;
  contact: string | null;
  state: "calling" | "given-up" | "talking" | "leaving";
  readonly timers: RunningTimer<OwnTimer>[];
}

/** By Call-ID. */
export type OwnCalls = Map<string, OwnCall>;

export type OwnTimer = "give-up" | "hang-up" | "forget";
