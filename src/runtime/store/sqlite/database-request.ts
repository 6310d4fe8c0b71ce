// What the signalling thread and the thread of the database say to each other.

import type { CallRecord } from "../../../engine/index.ts";
import type { AuditStep, EmergencyCall } from "../audit-step.ts";
import type { CdrPage, CdrQuery, EmergencyCallPage, PageQuery } from "../store.ts";

/** What the thread answers with. */
export type StoreAnswer = CdrPage | CallRecord | EmergencyCallPage | EmergencyCall | readonly AuditStep[] | null;

export type StoreRequest =
  /** Records as JSON: the copy of objects that threads are given costs several times as much. */
  | { readonly kind: "write"; readonly records: string; readonly steps: string }
  | { readonly kind: "page"; readonly query: CdrQuery }
  | { readonly kind: "find"; readonly id: string }
  | { readonly kind: "emergency-page"; readonly query: PageQuery }
  | { readonly kind: "emergency-find"; readonly id: string }
  | { readonly kind: "emergency-since"; readonly from: string }
  | { readonly kind: "close" };

export interface NumberedRequest {
  readonly number: number;
  readonly request: StoreRequest;
}

export interface StoreFailure {
  /** SQLite's code, such as SQLITE_FULL; null for other errors. */
  readonly code: string | null;
  readonly message: string;
}

export type StoreReply = {
  /** Of the request; 0 for the opening of the file. */
  readonly number: number;
} & ({ readonly ok: true; readonly value: StoreAnswer } | { readonly ok: false; readonly failure: StoreFailure });
