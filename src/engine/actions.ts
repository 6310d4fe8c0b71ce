// Everything the pure world can ask of the outside. With inputs.ts, the whole contract of the engine.

import type { Millis } from "../base/index.ts";
import type { Flow, LocateQuery } from "../protocol/transport/index.ts";
import type { CallRecord } from "./call-record.ts";
import type { CallSummary, Question } from "./decide-contract.ts";
import type { EmergencyStep } from "./emergency-step.ts";
import type { TimerKey, Token } from "./inputs.ts";
import type { MediaCommand } from "./media-contract.ts";

export type Action =
  /** Characters are bytes, one to one (latin1). */
  | { readonly kind: "send"; readonly flow: Flow; readonly text: string }
  /** Fires as `{ kind: "timer" }` at or after `at`. Starting a running key moves it. */
  | { readonly kind: "start-timer"; readonly key: TimerKey; readonly at: Millis }
  /** Stopping a key that is not running does nothing. */
  | { readonly kind: "stop-timer"; readonly key: TimerKey }
  /** Answered by exactly one `media-reply` with the same token. */
  | { readonly kind: "media"; readonly token: Token; readonly command: MediaCommand }
  /** Answered by exactly one `resolved` with the same token. The host is a name, never an IP literal. */
  | { readonly kind: "resolve"; readonly token: Token; readonly query: LocateQuery }
  /** Answered by exactly one `decided` with the same token; after `until` (Unix milliseconds) nobody waits for it any more. */
  | {
      readonly kind: "decide";
      readonly token: Token;
      readonly question: Question;
      readonly call: CallSummary;
      readonly until: Millis;
    }
  /** A call has ended: its record, once. */
  | { readonly kind: "record"; readonly record: CallRecord }
  /** Something was done for an emergency call: the next line of its audit record. */
  | { readonly kind: "emergency"; readonly step: EmergencyStep }
  /** A line for the operator. `call` is the call's id where it belongs to one. Never one per SIP message. */
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly call: string | null;
      readonly fields: Readonly<Record<string, string | number | boolean | null>>;
    };
