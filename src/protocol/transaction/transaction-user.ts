// What passes between the transaction layer and who uses it.

import type { Millis } from "../../base/index.ts";
import type { SipRequest, SipResponse } from "../sip/index.ts";
import type { Flow, TransportAction } from "../transport/index.ts";
import type { TransactionKey } from "./keys.ts";
import type { TimerSettings } from "./timers.ts";

/** What the transaction user is told. At most one comes of one input. */
export type TransactionEvent =
  /** A new request; it must be answered by `respond`. */
  | {
      readonly kind: "request";
      readonly transaction: TransactionKey;
      readonly request: SipRequest;
      readonly flow: Flow;
    }
  /** An ACK for a 2xx: it belongs to no transaction (section 13.3.1.4). */
  | { readonly kind: "ack"; readonly request: SipRequest; readonly flow: Flow }
  /** A new CANCEL, already answered; `invite` is what it means to end. */
  | { readonly kind: "cancel"; readonly invite: TransactionKey; readonly request: SipRequest }
  | {
      readonly kind: "response";
      readonly transaction: TransactionKey;
      readonly user: string;
      readonly response: SipResponse;
      readonly flow: Flow;
    }
  /** No final response (client), or no ACK to a failure (INVITE server). */
  | { readonly kind: "timeout"; readonly transaction: TransactionKey; readonly user: string }
  | { readonly kind: "transport-error"; readonly transaction: TransactionKey; readonly user: string }
  /** No further 2xx can come for this INVITE (RFC 6026 timer M). */
  | { readonly kind: "terminated"; readonly transaction: TransactionKey; readonly user: string };

export interface ActionSink {
  push(action: TransportAction): unknown;
}

/** The moment, and where what follows from it is put. */
export interface Moment {
  readonly now: Millis;
  readonly actions: ActionSink;
}

export interface OutgoingRequest {
  readonly method: string;
  /** The branch of the topmost Via of `text`. */
  readonly branch: string;
  readonly text: string;
  readonly flow: Flow;
  /** Handed back with every event of this transaction; empty to hear nothing. */
  readonly user: string;
  /** Whether there are any events. Default true. */
  readonly told?: boolean;
  /** Of the peer that it goes to. Default: the RFC's. */
  readonly timers?: TimerSettings;
}
