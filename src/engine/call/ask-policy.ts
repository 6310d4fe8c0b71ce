// What the operator's policy is asked about a call, and what its answer makes of it. Emergency calls, and those that call the caller of one back, never
// wait for it.

import { type CallDecision, CONTINUE } from "../../model/index.ts";
import { displayText, type HeaderLine } from "../../protocol/sip/index.ts";
import { type Rejection, reject } from "../admission/index.ts";
import type { Answer, Answers, Question } from "../decide-contract.ts";
import type { AnsweredPolicyCall, NewPolicyCall, PolicyCall } from "../policy-contract.ts";
import { boundTargets } from "../registration/index.ts";
import { type CallTarget, type EditedNumbers, orderTargets } from "../routing/index.ts";
import { askAside } from "./ask-outside.ts";
import { trunkNamed } from "./border.ts";
import { type Call, currentAttempt } from "./call.ts";
import { callbackTargets } from "./emergency-call.ts";
import { endCall } from "./release.ts";
import { isRouted } from "./route-call.ts";
import type { Turn } from "./turn.ts";

/** Of the targets that it is told: more would be read by nobody. */
const TARGETS_TOLD = 50;
const CREDENTIALS = /^(?:proxy-)?(?:authorization|authenticate|authentication-info)$|^www-authenticate$/;

/** Who asks a policy, and by which numbers. */
interface Asking {
  readonly from: string;
  readonly caller: string;
  readonly lines: () => readonly HeaderLine[];
}

/** What a policy makes of a call that waits for nothing any more. */
export type Verdict = Rejection | { readonly decision: CallDecision };

function isAsked(call: Call, { from, caller }: Asking, turn: Turn): boolean {
  if (turn.world.border.configuration.node.policy === null || call.emergency) return false;
  return callbackTargets({ from, caller, called: call.called }, turn) === null;
}

function factsOf(call: Call): PolicyCall {
  const { id, startedAt, ingress, caller, callerName, interop, called, emergency, marks } = call;
  return {
    id,
    startedAt: new Date(startedAt).toISOString(),
    ingressTrunk: ingress.name,
    caller: displayText(caller),
    callerName,
    withheld: interop.withheld,
    called: displayText(called),
    emergency,
    tags: marks.tags,
  };
}

function headersOf(lines: readonly HeaderLine[]): NewPolicyCall["headers"] {
  const byName = new Map<string, string[]>();
  for (const [name, value] of lines) {
    if (CREDENTIALS.test(name)) continue;
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [displayText(value)]);
    else values.push(displayText(value));
  }
  return Object.fromEntries(byName);
}

/** What was said to a question; the question, where nothing was yet. */
function verdictOf(question: Question, answers: Answers, turn: Turn): Verdict | { readonly asks: Question } {
  const answer = answers(question);
  if (answer === undefined) return { asks: question };
  return answer.kind === "policy" ? judged(answer.decision) : unanswered(turn);
}

function judged(decision: CallDecision): Verdict {
  if (decision.reject === null) return { decision };
  const { status, reason, cause } = decision.reject;
  return reject(status, "rejected", { reason, ...(cause === null ? {} : { q850: cause }) });
}

function unanswered({ world: { border } }: Turn): Verdict {
  const { onFailure } = border.configuration.node.policy ?? {};
  if (onFailure?.kind !== "reject") return { decision: CONTINUE };
  return reject(onFailure.status, "no-decision", { reason: onFailure.reason });
}

/** Before the call is routed. */
export function onCallVerdict(
  call: Call,
  asking: Asking,
  by: { readonly answers: Answers; readonly turn: Turn },
): Verdict | { readonly asks: Question } {
  if (!isAsked(call, asking, by.turn)) return { decision: CONTINUE };
  const about = { ...factsOf(call), headers: headersOf(asking.lines()) };
  return verdictOf({ kind: "policy", hook: "onCall", about }, by.answers, by.turn);
}

/** With its targets, before the first is asked. */
export function onRouteVerdict(
  call: Call,
  asking: Asking,
  by: { readonly answers: Answers; readonly turn: Turn },
): Verdict | { readonly asks: Question } {
  if (!isAsked(call, asking, by.turn)) return { decision: CONTINUE };
  const targets = call.targets.slice(0, TARGETS_TOLD).map(({ trunk, target }) => {
    return { trunk: trunk.name, target: target.uri };
  });
  const about = { ...factsOf(call), headers: headersOf(asking.lines()), route: call.route, targets };
  return verdictOf({ kind: "policy", hook: "onRoute", about }, by.answers, by.turn);
}

/** What was said to it. */
export function routeVerdictOf(answer: Answer | undefined, turn: Turn): Verdict {
  return answer?.kind === "policy" ? judged(answer.decision) : unanswered(turn);
}

/** The policy hears of a call that was answered, and may end it. */
export function askOnAnswer(call: Call, turn: Turn): void {
  const attempt = currentAttempt(call);
  if (turn.world.border.configuration.node.policy === null || call.emergency || attempt === null) return;
  const about: AnsweredPolicyCall = {
    ...factsOf(call),
    route: call.route,
    egressTrunk: attempt.trunk.name,
    target: attempt.target.uri,
    answeredAt: new Date(call.answeredAt ?? call.startedAt).toISOString(),
  };
  askAside(call, { kind: "policy", hook: "onAnswer", about }, turn);
}

export function onJudged(call: Call, answer: Answer, turn: Turn): void {
  call.judging = null;
  if (answer.kind !== "judgement" || call.end !== null) return;
  const { tags, end } = answer.decision;
  call.marks = { ...call.marks, tags: [...call.marks.tags, ...tags] };
  if (end) endCall(call, { cause: "rejected", endedBy: "demarc" }, turn);
}

/** Keeps what was decided about the call besides where it goes. */
export function mark(call: Call, { tags, headers, callerName, maxDurationMs }: CallDecision): void {
  const { marks } = call;
  call.marks = {
    tags: [...marks.tags, ...tags],
    headers: [...marks.headers, ...headers],
    maxDurationMs: maxDurationMs ?? marks.maxDurationMs,
  };
  if (callerName !== null) call.callerName = callerName === "" ? null : callerName;
}

/** The targets that a policy has chosen; a refusal where there are none of them by now. */
export function chosenTargets(to: NonNullable<CallDecision["to"]>, turn: Turn): readonly CallTarget[] | Rejection {
  const { border, random, contacts } = turn.world;
  const targets = to.flatMap(({ trunk: name, target: uri }): readonly CallTarget[] => {
    const trunk = trunkNamed(border, name);
    if (trunk === null) return [];
    const ordered = orderTargets([trunk], random, (one) => boundTargets(contacts, one, turn.now));
    return uri === null ? ordered : ordered.filter(({ target }) => target.uri === uri);
  });
  return targets.length > 0 ? targets : reject(480, "target-failure", { reason: "Not Registered" });
}

/** The targets with the numbers that a policy has chosen. What a route has edited it has edited after `onCall`. */
export function withNumbers(
  targets: readonly CallTarget[] | Rejection,
  numbers: EditedNumbers,
  before: EditedNumbers,
): readonly CallTarget[] | Rejection {
  const same = numbers.called === before.called && numbers.caller === before.caller;
  if (same || !isRouted(targets)) return targets;
  return targets.map((one) => ({ ...one, edited: one.edited ?? numbers }));
}
