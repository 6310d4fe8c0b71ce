// What a policy is asked of a call, and what it may say: the door `demarc/policy`, for whoever writes one.

import type { CallRecord } from "./call-record.ts";

/** A call as a policy sees it, under the names of its record. Numbers are E.164 where they could be understood. */
export interface PolicyCall {
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly startedAt: string;
  readonly ingressTrunk: string;
  /** As it came in. */
  readonly caller: string;
  /** Null where the caller gave none. */
  readonly callerName: string | null;
  /** Whether the called person is not to be shown the caller's number. */
  readonly withheld: boolean;
  readonly called: string;
  /** Emergency calls wait for no policy: of them it is told in `onEnd` alone. */
  readonly emergency: boolean;
  /** What the policy has called it before. */
  readonly tags: readonly string[];
}

/** As it came in. */
export interface NewPolicyCall extends PolicyCall {
  /** The lines of its INVITE by name, in small letters; those that hold credentials are left out. Empty of a call that a transfer makes. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** A place that a call would go to. */
export interface PolicyTarget {
  readonly trunk: string;
  /** Its URI. */
  readonly target: string;
}

/** With where it would go. */
export interface RoutedPolicyCall extends NewPolicyCall {
  /** The route that took it; null where `onCall` chose the trunks. */
  readonly route: string | null;
  /** In the order in which they would be tried, at least one; of more than fifty the first ones. */
  readonly targets: readonly PolicyTarget[];
}

/** With where it went. */
export interface AnsweredPolicyCall extends PolicyCall {
  readonly route: string | null;
  readonly egressTrunk: string;
  readonly target: string;
  readonly answeredAt: string;
}

/** What is done to a header of the INVITE to a target: what the rules of a trunk may do, and to no header that they may not touch. */
export type PolicyHeaderEdit =
  | { readonly set: string; readonly value: string }
  | { readonly add: string; readonly value: string }
  | { readonly remove: string };

/** The call is refused. */
export interface RejectCall {
  /** The SIP status, 400 to 699. */
  readonly reject: number;
  /** Default: the status's own phrase. */
  readonly reason?: string;
  /** The Q.850 cause, 1 to 127. Default: what the status means. */
  readonly cause?: number;
  readonly tags?: readonly string[];
}

/** The call goes on: as it is, or otherwise. */
export interface ContinueCall {
  readonly reject?: never;
  /** Trunks, or single targets of trunks by their URI, in the order to try them. Default: as the routes say. */
  readonly to?: readonly (string | { readonly trunk: string; readonly target?: string })[];
  /** Numbers, for the routes and for whoever is called. The record keeps them as they came. */
  readonly caller?: string;
  readonly called?: string;
  /** What the caller is shown as. Empty: nothing. */
  readonly callerName?: string;
  /** Up to 20 words of letters, digits, `-`, `_` and `.`, kept with the call. */
  readonly tags?: readonly string[];
  /** Up to 20, in this order. */
  readonly headers?: readonly PolicyHeaderEdit[];
  /** From the answer on: `90s`, `30m`. What trunks allow holds besides. */
  readonly maxDuration?: string;
}

/** Nothing at all lets the call go on as it is. */
export type CallDecision = RejectCall | ContinueCall | undefined | null;

/** Of a call that was answered: it goes on, or ends at once. */
export type AnswerDecision = { readonly end?: boolean; readonly tags?: readonly string[] } | undefined | null;

type Later<T> = T | Promise<T>;

/** Each hook may be left out. One that is late, throws, or answers what is no decision, leaves the call to `node.policy.onFailure`. */
export interface Policy {
  /** A call has come in and its numbers are read; no route has been looked for. */
  onCall?(call: NewPolicyCall): Later<CallDecision>;
  /** Its targets stand, and none was asked. */
  onRoute?(call: RoutedPolicyCall): Later<CallDecision>;
  /** Both parties talk. */
  onAnswer?(call: AnsweredPolicyCall): Later<AnswerDecision>;
  /** Nobody waits for it. */
  onEnd?(record: CallRecord): Later<void>;
}

export type PolicyHook = keyof Policy;

/** Gives `policy` back as it is: for its types, `export default definePolicy({ … })`. */
export function definePolicy(policy: Policy): Policy {
  return policy;
}
