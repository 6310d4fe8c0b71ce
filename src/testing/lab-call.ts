// What whoever tests a policy says to the lab, and is told by it.

import type { Millis } from "../base/index.ts";
import type { CallRecord, Policy, PolicyHook } from "../engine/index.ts";
import { type AnswerScript, answerAfter, failWith, RING, SILENT } from "../lab/index.ts";

/** How the peers of a trunk answer. */
export type PeerAnswer =
  /** They ring for `ringMs` (default 1000) and answer; they hang up `talkMs` after it, or wait for the caller to. */
  | { readonly ringMs?: Millis; readonly talkMs?: Millis }
  /** They refuse, with a SIP status from 300. */
  | { readonly status: number }
  /** They ring until they are given up, or say nothing at all. */
  | "rings"
  | "silent";

export interface LabOptions {
  /** The path of the configuration. */
  readonly file: string;
  /** In place of the one that the configuration names; null for none. */
  readonly policy?: Policy | null;
  /** By trunk. Default: they ring for a second and answer. */
  readonly answers?: Readonly<Record<string, PeerAnswer>>;
  /** What the clock shows at first, ISO 8601 with a zone. Default 2026-01-05T12:00:00Z, a Monday. */
  readonly at?: string;
  /** Makes all that is left to chance. Default 1. */
  readonly seed?: number;
}

/** A call that is placed in the lab. */
export interface LabCall {
  /** The trunk that it comes from. */
  readonly from: string;
  /** As its caller dials it, and as the trunk writes the caller. */
  readonly called: string;
  readonly caller: string;
  /** Default none. */
  readonly callerName?: string;
  /** Further headers of its INVITE. Default none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** From the answer until the caller hangs up. Default 10,000. */
  readonly talkMs?: Millis;
  /** Until the caller gives up, where nobody has answered. Default: it does not. */
  readonly patienceMs?: Millis;
}

/** A target that was asked, as its INVITE says. */
export interface AskedTarget {
  readonly trunk: string;
  /** Its URI, as configured. */
  readonly target: string;
  readonly called: string;
  readonly caller: string;
  /** The lines of the INVITE by name, in small letters. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** What the policy said; `fault` is null where it could be used. */
export interface LabDecision {
  readonly hook: PolicyHook;
  readonly said: unknown;
  readonly fault: string | null;
}

/** What became of a call. */
export interface LabOutcome {
  /** The final SIP status towards the caller. */
  readonly status: number;
  /** In the order in which they were asked. */
  readonly targets: readonly AskedTarget[];
  /** In the order in which the policy was asked. */
  readonly decisions: readonly LabDecision[];
  /** As call records are kept, and `onEnd` is told. */
  readonly record: CallRecord;
}

/** What its phones are told. */
export function scriptOf(answer: PeerAnswer | undefined): AnswerScript {
  if (answer === "rings") return RING;
  if (answer === "silent") return SILENT;
  if (answer !== undefined && "status" in answer) return failWith(answer.status);
  const { ringMs = 1000, talkMs = null } = answer ?? {};
  return answerAfter(ringMs, { hangUpAfterMs: talkMs });
}
