// What is asked of somebody outside while a call is routed, and what that says. A question has a name, by which its answer is found when the call is
// routed again from the beginning: so nothing of the way to it need be kept.

import type { AnswerDecision, CallDecision, HookAnswer } from "../model/index.ts";
import type { AnsweredPolicyCall, NewPolicyCall, RoutedPolicyCall } from "./policy-contract.ts";

export type Question =
  | {
      readonly kind: "hook";
      readonly hook: string;
      /** The route that asks. */
      readonly route: string;
      /** The trunk that the call came in by. */
      readonly from: string;
      /** As edited by then. */
      readonly called: string;
      readonly caller: string;
    }
  /** The URIs of a number (RFC 6116). */
  | { readonly kind: "enum"; readonly suffix: string; readonly called: string }
  /** What the operator's policy says of the call; asked once of each hook. */
  | { readonly kind: "policy"; readonly hook: "onCall"; readonly about: NewPolicyCall }
  | { readonly kind: "policy"; readonly hook: "onRoute"; readonly about: RoutedPolicyCall }
  /** Nobody waits for this one. */
  | { readonly kind: "policy"; readonly hook: "onAnswer"; readonly about: AnsweredPolicyCall };

export type Answer =
  | { readonly kind: "hook"; readonly decision: HookAnswer }
  /** SIP URIs in the order to try them; none where the number has none. */
  | { readonly kind: "enum"; readonly uris: readonly string[] }
  | { readonly kind: "policy"; readonly decision: CallDecision }
  | { readonly kind: "judgement"; readonly decision: AnswerDecision }
  /** Nobody answered, or nothing that could be used. */
  | { readonly kind: "none"; readonly detail: string };

/** The name of a question. Two questions of the same name have the same answer. */
export function nameOfQuestion(question: Question): string {
  if (question.kind === "policy") return `policy|${question.hook}`;
  if (question.kind === "enum") return `enum|${question.suffix}|${question.called}`;
  const { hook, route, from, called, caller } = question;
  return `hook|${hook}|${route}|${from}|${called}|${caller}`;
}

/** Undefined where the question has not been asked yet. */
export type Answers = (question: Question) => Answer | undefined;

/** The call about which it is asked, under the names of its record. */
export interface CallSummary {
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly startedAt: string;
  /** As they came in. */
  readonly caller: string;
  readonly callerName: string | null;
  readonly called: string;
  readonly ingressTrunk: string;
  /** The call out of which a party of this one comes, by transfer; null mostly. */
  readonly transferredFrom: string | null;
  /** Of its INVITE, those that whoever is asked is told of: the first line of each that is there. */
  readonly headers: Readonly<Record<string, string>>;
}
