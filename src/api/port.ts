// What the API sees of the running system. Nothing of HTTP is known behind it, nothing of the engine in front of it.

import type {
  CallRecord,
  ExplainQuestion,
  ExplainRefusal,
  Explanation,
  LiveCall,
  TrunkActivity,
} from "../engine/index.ts";
import type { NumberBlock, Trunk } from "../model/index.ts";
import type { RecipientStatus, TestOutcome } from "../runtime/emergency/index.ts";
import type { HookStatus } from "../runtime/hooks/index.ts";
import type { PolicyStatus } from "../runtime/policy/index.ts";
import type { CdrPage, CdrQuery, EmergencyCall, EmergencyCallPage, PageQuery } from "../runtime/store/index.ts";

export interface Readiness {
  /** Every listener of the configuration is bound. */
  readonly listeners: boolean;
  /** The media relay answers. */
  readonly relay: boolean;
  /** The store takes records. */
  readonly store: boolean;
  /** No new calls are taken any more. */
  readonly draining: boolean;
}

export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

export interface ApiPort {
  liveCalls(): readonly LiveCall[];
  trunks(): readonly { readonly trunk: Trunk; readonly activity: TrunkActivity }[];
  /** All of the configuration, in its order. */
  numbers(): readonly NumberBlock[];
  /** Null where none is configured. */
  policy(): PolicyStatus | null;
  /** @param at Unix milliseconds; null for now. @param live whether those outside whom the call would ask are really asked */
  explain(
    question: ExplainQuestion,
    by: { readonly at: number | null; readonly live: boolean },
  ): Promise<Explanation | ExplainRefusal>;
  /** How each hook of the configuration stands. */
  hooks(): readonly HookStatus[];
  /** Asks for the end of a live call, which comes a little later. False when no live call has this id. */
  hangUp(id: string): boolean;
  /** @throws DemarcError store-unavailable */
  cdrs(query: CdrQuery): Promise<CdrPage>;
  /** @throws DemarcError store-unavailable */
  cdr(id: string): Promise<CallRecord | null>;
  /** The audit records. @throws DemarcError store-unavailable */
  emergencyCalls(query: PageQuery): Promise<EmergencyCallPage>;
  /** @throws DemarcError store-unavailable */
  emergencyCall(id: string): Promise<EmergencyCall | null>;
  /** What came of the last test of emergency calls over each trunk that was tried. */
  emergencyTests(): readonly TestOutcome[];
  /** Has trunks tried, null for those of the schedule. Gives which, or why none is. */
  testEmergency(trunks: readonly string[] | null): readonly string[] | { readonly why: string };
  /** Who is told of emergency calls, and how that goes. */
  emergencyRecipients(): readonly RecipientStatus[];
  ready(): Readiness;
  metrics(): Promise<MetricsText>;
}

/** The lab, where one runs. */
export interface LabPort {
  /** A user of the simulated PBX, 1000 to 1099, calls a number. Null when the lab plays no PBX. */
  placeCall(call: {
    readonly user: number;
    readonly called: string;
    /** Counted from the answer; null: the other side hangs up. */
    readonly hangUpAfterMs: number | null;
  }): string | null;
}
