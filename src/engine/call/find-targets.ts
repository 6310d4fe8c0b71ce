// Where a new call goes, by the policy and by the routes: at once, or when whoever they ask has answered.

import { namedValue } from "../../base/index.ts";
import type { CallDecision } from "../../model/index.ts";
import { type HeaderLine, headerName } from "../../protocol/sip/index.ts";
import type { Rejection } from "../admission/index.ts";
import type { Answer, Question } from "../decide-contract.ts";
import type { CallTarget, EditedNumbers, Open } from "../routing/index.ts";
import { answersOf, waitFor } from "./ask-outside.ts";
import {
  chosenTargets,
  mark,
  onCallVerdict,
  onRouteVerdict,
  routeVerdictOf,
  type Verdict,
  withNumbers,
} from "./ask-policy.ts";
import { tryNextTarget } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Resume } from "./deciding.ts";
import { tellRouted } from "./emergency-steps.ts";
import { endCall } from "./release.ts";
import { isOpen, isRouted, type RoutedTo, routeCall } from "./route-call.ts";
import type { Turn } from "./turn.ts";

interface RoutedBy {
  /** The trunk by whose rights it goes. */
  readonly from: string;
  readonly caller: string;
  /** The first line of a header of its INVITE. */
  readonly header: (name: string) => string | null;
  /** All of them, for later. */
  readonly lines: () => readonly HeaderLine[];
}

/** Of the questions of `ask-policy.ts`. */
const ON_CALL = "policy|onCall";
const ON_ROUTE = "policy|onRoute";

export function findTargets(call: Call, by: RoutedBy, turn: Turn): void {
  const answers = answersOf(call, turn);
  const verdict = onCallVerdict(call, by, { answers, turn });
  if ("asks" in verdict) {
    wait(call, verdict.asks, { by, turn });
    return;
  }
  if ("status" in verdict) {
    refuse(call, verdict, turn);
    return;
  }
  const { decision } = verdict;
  const routed = routeBy(call, decision, { by, turn });
  if (isOpen(routed)) {
    wait(call, routed.asks, { by, turn });
    return;
  }
  const numbers = { called: decision.called ?? call.called, caller: decision.caller ?? by.caller };
  const targets = withNumbers(routed.targets, numbers, { called: call.called, caller: by.caller });
  call.route = routed.route;
  if (!isRouted(targets)) {
    refuse(call, targets, turn);
    return;
  }
  call.targets = targets;
  askOfTargets(call, by, turn);
}

/** By the trunks that the policy has chosen, or by the routes. */
function routeBy(
  call: Call,
  decision: CallDecision,
  { by, turn }: { readonly by: RoutedBy; readonly turn: Turn },
): RoutedTo | Open {
  if (decision.to !== null) return { route: null, targets: chosenTargets(decision.to, turn) };
  const { from, header } = by;
  const called = decision.called ?? call.called;
  const caller = decision.caller ?? by.caller;
  return routeCall({ from, called, caller, emergency: call.emergency, header }, answersOf(call, turn), turn);
}

function wait(call: Call, question: Question, { by, turn }: { readonly by: RoutedBy; readonly turn: Turn }): void {
  const { from, caller } = by;
  waitFor(call, { question, resume: { kind: "route", from, caller, lines: by.lines() } }, turn);
}

function refuse(call: Call, rejection: Rejection, turn: Turn): void {
  call.deciding = null;
  endCall(call, { ...rejection, endedBy: "demarc" }, turn);
}

/** The policy may have other targets, or the same in another order. */
function askOfTargets(call: Call, by: RoutedBy, turn: Turn): void {
  const verdict = onRouteVerdict(call, by, { answers: answersOf(call, turn), turn });
  if ("asks" in verdict) waitFor(call, { question: verdict.asks, resume: { kind: "targets" } }, turn);
  else tryTargets(call, verdict, turn);
}

function tryTargets(call: Call, verdict: Verdict, turn: Turn): void {
  if ("status" in verdict) {
    refuse(call, verdict, turn);
    return;
  }
  const { decision } = verdict;
  const { to } = decision;
  const targets = to === null ? call.targets : chosenTargets(to, turn);
  if (!isRouted(targets)) {
    refuse(call, targets, turn);
    return;
  }
  call.deciding = null;
  const before = call.targets[0]?.edited ?? call;
  call.targets = wantedOf(call, targets).map((one) => renumbered(one, before, decision));
  tellRouted(call, turn);
  tryNextTarget(call, turn);
}

/** With the numbers that the policy has chosen, or that stood before it was asked. */
function renumbered(one: CallTarget, before: EditedNumbers, { to, called, caller }: CallDecision): CallTarget {
  if (to === null && called === null && caller === null) return one;
  const numbers = one.edited ?? before;
  return { ...one, edited: { called: called ?? numbers.called, caller: caller ?? numbers.caller } };
}

/** A test of ours is for one trunk. */
function wantedOf({ test }: Call, targets: readonly CallTarget[]): readonly CallTarget[] {
  return test?.by === "schedule" ? targets.filter(({ trunk }) => trunk.name === test.trunk) : targets;
}

/** Whoever was asked has answered, or was given up. */
export function findTargetsAgain(call: Call, resume: Resume & { readonly kind: "route" }, turn: Turn): void {
  const { from, caller, lines } = resume;
  if (call.deciding?.question === ON_CALL) takeMarks(call, ON_CALL);
  const header = (name: string): string | null => lines.find(([one]) => one === headerName(name))?.[1] ?? null;
  findTargets(call, { from, caller, header, lines: () => lines }, turn);
}

/** The policy has seen the targets, or was given up. */
export function onTargetsDecided(call: Call, turn: Turn): void {
  tryTargets(call, routeVerdictOf(takeMarks(call, ON_ROUTE), turn), turn);
}

/** Once for each answer of the policy. */
function takeMarks(call: Call, question: string): Answer | undefined {
  const answer = namedValue(call.deciding?.answers ?? [], question);
  if (answer?.kind === "policy") mark(call, answer.decision);
  return answer;
}
