// The port of every store of call records, and of the audit records of emergency calls. One contract suite holds memory and SQLite to it.

import type { CallRecord } from "../../engine/index.ts";
import type { AuditStep, EmergencyCall } from "./audit-step.ts";

/** All of it must hold; null asks for nothing. */
export interface CdrFilter {
  /** ISO 8601, UTC, milliseconds: calls that started then or later. */
  readonly from: string | null;
  /** Calls that started before then. */
  readonly to: string | null;
  /** The trunk that the call came in from or went out to. */
  readonly trunk: string | null;
  readonly cause: string | null;
  /** A number; with `*` at its end, how the number begins. */
  readonly caller: string | null;
  readonly called: string | null;
}

export interface PageQuery {
  /** The most records of one page, from 1. */
  readonly limit: number;
  /** `next` of the page before; null for the first. Text that is no cursor begins at the first page. */
  readonly cursor: string | null;
}

export type CdrQuery = CdrFilter & PageQuery;

/** Newest first: by start, then by id. */
export interface CdrPage {
  readonly items: readonly CallRecord[];
  /** Null when there are no more. */
  readonly next: string | null;
}

/** Newest first: by start, then by id. */
export interface EmergencyCallPage {
  readonly items: readonly EmergencyCall[];
  /** Null when there are no more. */
  readonly next: string | null;
}

/** A step under a name of its own, so that it is there once however often it is written. */
export interface WrittenStep {
  readonly id: string;
  readonly step: AuditStep;
}

export interface StoreState {
  readonly up: boolean;
  /** Why it is not, in a sentence; null while it is. */
  readonly detail: string | null;
  /** Records that are not yet durable. */
  readonly waiting: number;
}

export interface Store {
  /**
   * Resolves once the record will survive a power cut (where the store survives anything). A record with an id that is
   * there already changes nothing.
   * @throws DemarcError store-unavailable when the store will not keep the record: the caller still has it.
   */
  writeRecord(record: CallRecord): Promise<void>;
  /** Sees every record that was given to `writeRecord` before, unless the store is in trouble. */
  cdrs(query: CdrQuery): Promise<CdrPage>;
  cdr(id: string): Promise<CallRecord | null>;
  /**
   * Adds a step to the audit record of an emergency call, behind those that were given before; nothing takes one away again. Resolves as `writeRecord`.
   * @throws DemarcError store-unavailable when the store will not keep it: the caller still has it.
   */
  writeStep(step: AuditStep): Promise<void>;
  /** Sees every step that was given before, unless the store is in trouble. */
  emergencyCalls(query: PageQuery): Promise<EmergencyCallPage>;
  emergencyCall(id: string): Promise<EmergencyCall | null>;
  /** Every step of the thousand newest calls that began at `from` (ISO 8601) or later, each call's together and in order. */
  stepsSince(from: string): Promise<readonly AuditStep[]>;
  state(): StoreState;
  /** Writes what waits, then lets go of everything. */
  close(): Promise<void>;
}

/** No filter at all. */
export const ANY_CALL: CdrFilter = { from: null, to: null, trunk: null, cause: null, caller: null, called: null };
