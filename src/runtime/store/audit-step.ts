// The lines of an emergency call's audit record, and the record that they make together.

import type { EmergencyDeed, EmergencyPlace, EmergencyStep, EmergencyTest, PlacedBy } from "../../engine/index.ts";
import type { EmergencyEvent } from "../../model/index.ts";

/** What is done about an emergency call by others than the engine. */
export type AfterDeed =
  /** Demarc ended in the middle of the call, and what became of it is not known. */
  | { readonly kind: "interrupted" }
  /** A recipient of `emergency.notify` is to be told, until it is, or is given up. */
  | ({ readonly kind: "owed" } & NoticeName)
  | ({ readonly kind: "told" | "untold" } & NoticeName & {
        readonly tries: number;
        /** What the other side said last. */
        readonly detail: string;
      });

/** One message to one recipient about one event of a call. */
export interface NoticeName {
  readonly notice: string;
  readonly recipient: string;
  readonly event: EmergencyEvent;
}

/** One line. The engine's own are as it told them. */
export type AuditStep =
  | EmergencyStep
  | (AfterDeed & {
      readonly call: string;
      /** ISO 8601, UTC, milliseconds. */
      readonly at: string;
    });

type Begun = Extract<EmergencyDeed, { kind: "begun" }>;

/** An emergency call as its steps tell it. What is not known yet, or was never told, is null. */
export interface EmergencyCall {
  readonly id: string;
  readonly startedAt: string;
  /** `interrupted`: Demarc ended in the middle of it. */
  readonly state: "calling" | "answered" | "ended" | "interrupted";
  /** Null for a call for help. */
  readonly test: EmergencyTest | null;
  readonly caller: string;
  readonly callerName: string | null;
  readonly called: string;
  readonly recognisedBy: Begun["recognisedBy"];
  readonly ingressTrunk: string;
  readonly egressTrunk: string | null;
  readonly location: (EmergencyPlace & { readonly by: PlacedBy }) | null;
  /** The number that was shown last, and until when it leads to the caller. */
  readonly callback: { readonly number: string; readonly until: string | null } | null;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly durationMs: number;
  readonly status: number | null;
  readonly cause: string | null;
  readonly endedBy: string | null;
  /** In the order in which they were taken. */
  readonly steps: readonly AuditStep[];
}

type Draft = { -readonly [Key in keyof EmergencyCall]: EmergencyCall[Key] };

function begin(step: EmergencyStep & Begun, steps: readonly AuditStep[]): Draft {
  const { call, at, test, caller, callerName, called, recognisedBy, ingressTrunk, location } = step;
  return {
    id: call,
    startedAt: at,
    state: "calling",
    test: test ?? null,
    caller,
    callerName,
    called,
    recognisedBy,
    ingressTrunk,
    egressTrunk: null,
    location,
    callback: null,
    answeredAt: null,
    endedAt: null,
    durationMs: 0,
    status: null,
    cause: null,
    endedBy: null,
    steps,
  };
}

function add(call: Draft, step: AuditStep): void {
  switch (step.kind) {
    case "tried":
      call.egressTrunk = step.trunk;
      call.callback = { number: step.shown, until: step.callbackUntil };
      return;
    case "answered":
      call.state = "answered";
      call.answeredAt = step.at;
      return;
    case "interrupted":
      call.state = "interrupted";
      return;
    case "ended": {
      const { at, status, cause, endedBy, durationMs } = step;
      Object.assign(call, { state: "ended", endedAt: at, status, cause, endedBy, durationMs });
    }
  }
}

/** Null where the steps do not begin with the call's beginning. @param steps of one call, in order */
export function emergencyCallOf(steps: readonly AuditStep[]): EmergencyCall | null {
  const [first, ...rest] = steps;
  if (first?.kind !== "begun") return null;
  const call = begin(first, steps);
  for (const step of rest) add(call, step);
  return call;
}
