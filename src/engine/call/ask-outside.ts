// A call waits until somebody outside has decided: a question at a time, each with a deadline, and so many calls at once and no more. Emergency calls never
// come here: routing asks nothing about them.

import { type Millis, namedValue, SECOND, setNamed } from "../../base/index.ts";
import { headerName } from "../../protocol/sip/index.ts";
import { type Answer, type Answers, type CallSummary, nameOfQuestion, type Question } from "../decide-contract.ts";
import { askOutside, takePending } from "./ask.ts";
import type { Call } from "./call.ts";
import type { Resume } from "./deciding.ts";
import { logCall, type Turn } from "./turn.ts";

/** Of one call on one way: beyond them nobody is asked. */
const QUESTIONS_MOST = 8;
/** Calls that wait at once; the others go by their fallback. */
const WAITING_MOST = 5000;
/** Name servers have so long, both rounds of them. */
const ENUM_DEADLINE: Millis = 2.5 * SECOND;

function none(detail: string): Answer {
  return { kind: "none", detail };
}

/** What the call has been told, for routing it. */
export function answersOf(call: Call, { world: { waiting } }: Turn): Answers {
  const known = call.deciding?.answers ?? [];
  return (question) => {
    const answer = namedValue(known, nameOfQuestion(question));
    if (answer !== undefined) return answer;
    if (known.length >= QUESTIONS_MOST) return none("one call asked too often");
    return waiting.size >= WAITING_MOST ? none("too many calls wait for an answer") : undefined;
  };
}

function deadlineOf(question: Question, { world: { border } }: Turn): Millis {
  if (question.kind === "enum") return ENUM_DEADLINE;
  const { hooks, node } = border.configuration;
  if (question.kind === "policy") return node.policy?.deadline ?? SECOND;
  return (Object.hasOwn(hooks, question.hook) ? hooks[question.hook]?.deadline : undefined) ?? SECOND;
}

/** Asks; `resume` is done again when the answer is there, or the time is over. */
export function waitFor(call: Call, asked: { readonly question: Question; readonly resume: Resume }, turn: Turn): void {
  const { question, resume } = asked;
  const about = { question, call: summaryOf(call, asked, turn), until: turn.now + deadlineOf(question, turn) };
  const token = askOutside(turn, { call: call.id, purpose: { kind: "decide" } }, about);
  const answers = call.deciding?.answers ?? [];
  call.deciding = { token, question: nameOfQuestion(question), answers, resume };
  turn.world.waiting.add(call.id);
}

function summaryOf(
  call: Call,
  { question, resume }: { readonly question: Question; readonly resume: Resume },
  { world: { border } }: Turn,
): CallSummary {
  const { id, caller, callerName, called, comesFrom: transferredFrom } = call;
  const startedAt = new Date(call.startedAt).toISOString();
  const { hooks } = border.configuration;
  const hook = question.kind === "hook" && Object.hasOwn(hooks, question.hook) ? hooks[question.hook] : undefined;
  const lines = resume.kind === "route" ? resume.lines : [];
  const headers = (hook?.inviteHeaders ?? []).flatMap((name): [string, string][] => {
    const line = lines.find(([one]) => one === headerName(name));
    return line === undefined ? [] : [[name, line[1]]];
  });
  const ingressTrunk = call.ingress.name;
  return {
    id,
    startedAt,
    caller,
    callerName,
    called,
    ingressTrunk,
    transferredFrom,
    headers: Object.fromEntries(headers),
  };
}

/** Asks about a call that goes on meanwhile. */
export function askAside(call: Call, question: Question, turn: Turn): void {
  const resume = { kind: "targets" } as const;
  const about = {
    question,
    call: summaryOf(call, { question, resume }, turn),
    until: turn.now + deadlineOf(question, turn),
  };
  call.judging = askOutside(turn, { call: call.id, purpose: { kind: "judge" } }, about);
}

/** Takes the answer that the call waits for. Gives what is to be done again; null where it waits for none. */
export function takeAnswer(call: Call, answer: Answer, turn: Turn): Resume | null {
  const { deciding } = call;
  if (deciding === null) return null;
  const { world } = turn;
  world.waiting.delete(call.id);
  const usable = isEmergencyIn(answer, turn) ? none("it sends the call to the emergency services") : answer;
  if (usable.kind === "none") {
    world.counters.undecided += 1;
    const fields = { question: deciding.question, detail: usable.detail };
    logCall(call, { level: "debug", message: "Nobody decided where a call goes.", fields }, turn);
  }
  setNamed(deciding.answers, deciding.question, usable);
  return deciding.resume;
}

/** Nobody's calls are sent on to the emergency services. */
function isEmergencyIn(answer: Answer, { world: { border } }: Turn): boolean {
  const decides = answer.kind === "hook" || answer.kind === "policy";
  return decides && border.emergencyNumbers.has(answer.decision.called ?? "");
}

/** Nothing is waited for any more: what is asked is answered in vain. */
export function stopWaiting(call: Call, turn: Turn): void {
  if (call.judging !== null) takePending(turn, call.judging);
  call.judging = null;
  if (call.deciding === null) return;
  takePending(turn, call.deciding.token);
  turn.world.waiting.delete(call.id);
  call.deciding = null;
}
