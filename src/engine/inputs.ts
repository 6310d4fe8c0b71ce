// Everything that can happen to the pure world. With actions.ts, the whole contract of the engine.

import type { Millis } from "../base/index.ts";
import type { Configuration } from "../model/index.ts";
import type { Flow, ServerPlace } from "../protocol/transport/index.ts";
import type { Answer } from "./decide-contract.ts";
import type { EmergencyTestOrder } from "./emergency-step.ts";
import type { MediaEvent, MediaResult, MediaSessionId } from "./media-contract.ts";

/** Names a timer. Starting a key again moves the timer; it fires at most once a start. */
export type TimerKey = string;

/** Ties a reply to the action that asked for it. */
export type Token = string;

export type ResolveResult =
  /** In the order to try them; at least one. */
  { readonly ok: true; readonly places: readonly ServerPlace[] } | { readonly ok: false; readonly detail: string };

export type Input =
  /** One SIP datagram, or one framed message of a stream. Characters are bytes, one to one (latin1). */
  | { readonly kind: "datagram"; readonly flow: Flow; readonly text: string }
  /** A send on this flow failed. */
  | { readonly kind: "transport-error"; readonly flow: Flow; readonly detail: string }
  /** ICMP says that a datagram to the flow's peer did not arrive, and quotes its beginning (latin1). Anybody can say so. */
  | { readonly kind: "unreachable"; readonly flow: Flow; readonly quoted: string }
  /** A connection is gone, after whatever was sent on it: what was to come over it comes no more. */
  | { readonly kind: "flow-closed"; readonly flow: Flow }
  | { readonly kind: "timer"; readonly key: TimerKey }
  | { readonly kind: "media-reply"; readonly token: Token; readonly result: MediaResult }
  | { readonly kind: "media-event"; readonly session: MediaSessionId; readonly event: MediaEvent }
  | { readonly kind: "resolved"; readonly token: Token; readonly result: ResolveResult }
  /** An answer to a `decide`. One that comes late, or again, is ignored. */
  | { readonly kind: "decided"; readonly token: Token; readonly answer: Answer }
  /**
   * A configuration, already validated as a whole: a new one, or the first one once the sockets are open, with which begins what is done unasked. Calls in
   * progress keep what they were set up with.
   */
  | { readonly kind: "configuration"; readonly configuration: Configuration }
  /** How busy the process was since the last of these, some four a second: how late its loop was, and the share of time it worked, 0 to 1. */
  | { readonly kind: "load"; readonly lagMs: Millis; readonly busy: number }
  /** The way of emergency calls is to be tried over one trunk, by a call of our own to the test number. */
  | { readonly kind: "emergency-test"; readonly order: EmergencyTestOrder }
  /** An operator ends a call. Unknown ids are ignored. */
  | { readonly kind: "hang-up"; readonly call: string }
  /** No new calls from now on (503). With `endCalls`, the standing ones are hung up too. */
  | { readonly kind: "drain"; readonly endCalls: boolean };
