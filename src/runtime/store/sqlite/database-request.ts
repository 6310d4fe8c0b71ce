// What the signalling thread and the thread of the database say to each other.

import type { CallRecord } from "../../../engine/index.ts";
import type { CdrPage, CdrQuery } from "../store.ts";

export type StoreRequest =
  /** Records as JSON: the copy of objects that threads are given costs several times as much. */
  | { readonly kind: "write"; readonly records: string }
  | { readonly kind: "page"; readonly query: CdrQuery }
  | { readonly kind: "find"; readonly id: string }
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
} & (
  | { readonly ok: true; readonly value: CdrPage | CallRecord | null }
  | { readonly ok: false; readonly failure: StoreFailure }
);
