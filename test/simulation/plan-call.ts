// Draws the calls of a batch: who calls whom, how it is answered, who ends it and when, and what must become of it in a good world.

import { type Random, randomBelow } from "../../src/base/index.ts";
import {
  type AnswerScript,
  answerAfter,
  type CallScript,
  callScript,
  earlyMediaThenAnswer,
  failWith,
  type MidCallDeed,
  type MidCallStep,
  RING,
  SILENT,
  type TimerScript,
} from "../../src/lab/index.ts";
import { numberOf, type Plan, towards } from "./plan.ts";
import { planMove } from "./plan-moves.ts";

/** A way for the called side to behave. */
interface Behaviour {
  readonly kind: string;
  /** By the carriers in the order they are asked; of a call to the PBX the first counts. */
  readonly answers: readonly [AnswerScript, AnswerScript];
  readonly script?: Partial<CallScript>;
  readonly operatorAfterMs?: number;
  readonly mediaTimeoutAfterMs?: number;
  readonly expected: readonly string[];
  /** The same of a call that has only one target, where that differs. */
  readonly expectedOfOne?: readonly string[];
}

const NORMAL = ["200 normal-clearing"];

/** What one side knows of session timers: half of them nothing. */
function drawTimer(random: Random): TimerScript | null {
  const seconds = ([null, 90, 120, 180] as const)[randomBelow(random, 4)] ?? null;
  const refresher = ([null, "us", "peer"] as const)[randomBelow(random, 3)] ?? null;
  const least = seconds === null || seconds === 180 ? ([90, 150] as const)[randomBelow(random, 2)] : 90;
  const update = randomBelow(random, 2) === 0;
  return randomBelow(random, 2) === 0 ? null : { seconds, refresher, least: least ?? 90, refreshes: true, update };
}

/** How long a call stands, half of the time with both sides hanging up within a few milliseconds. */
function answeredCall(
  random: Random,
  kind: string,
  answer: (rest: Partial<AnswerScript>) => AnswerScript,
  [fromMs, toMs]: readonly [number, number] = [0, 30_000],
): Behaviour {
  const lastsMs = fromMs + randomBelow(random, toMs - fromMs);
  const who = randomBelow(random, 3);
  const calleeMs = who === 0 ? null : lastsMs + (who === 1 ? 0 : randomBelow(random, 60));
  const script = { hangUpAfterMs: who === 1 ? null : lastsMs + randomBelow(random, 60) };
  const answers = [answer({ hangUpAfterMs: calleeMs }), failWith(500)] as const;
  return { kind: `${kind}, ended by ${["the caller", "the callee", "both"][who]}`, answers, script, expected: NORMAL };
}

const DEEDS: readonly MidCallDeed[] = ["hold", "mute", "resume", "move", "recode", "repeat", "ask", "info", "options"];

/** Up to five things that one side does in the standing call. */
function drawDeeds(random: Random, betweenMs = 6000): MidCallStep[] {
  return Array.from({ length: randomBelow(random, 6) }, () => ({
    afterMs: randomBelow(random, betweenMs),
    deed: DEEDS[randomBelow(random, DEEDS.length)] ?? "repeat",
    update: randomBelow(random, 3) === 0,
  }));
}

/** Both sides change the session, now and then at the same time. */
function changed(random: Random): Behaviour {
  const ours = drawDeeds(random);
  const theirs = randomBelow(random, 4) === 0 ? ours : drawDeeds(random);
  const answered = answeredCall(random, "changed", (rest) =>
    answerAfter(randomBelow(random, 2000), { ...rest, deeds: theirs }),
  );
  return { ...answered, script: { ...answered.script, deeds: ours } };
}

/** Stands for longer than a session may without being refreshed, some with changes between the refreshes, and now and then at the same moment. */
function kept(random: Random): Behaviour {
  const betweenMs = [6000, 45_000, 46_000][randomBelow(random, 3)];
  const [ours, theirs] = [drawDeeds(random, betweenMs), drawDeeds(random, betweenMs)];
  const answer = (rest: Partial<AnswerScript>) => answerAfter(500, { ...rest, deeds: theirs });
  const stands = answeredCall(random, "kept", answer, [60_000, 280_000]);
  return { ...stands, script: { ...stands.script, deeds: ours } };
}

/** One side takes the refreshing on itself, and forgets it. */
function forgotten(random: Random): Behaviour {
  const timer: TimerScript = { seconds: 120, refresher: "us", least: 90, refreshes: false, update: false };
  const caller = randomBelow(random, 2) === 0;
  const answer = answerAfter(500, caller ? {} : { timer });
  return {
    kind: `forgotten by the ${caller ? "caller" : "callee"}`,
    answers: [answer, answer],
    script: caller ? { timer } : {},
    expected: ["200 session-expired"],
  };
}

function refused(random: Random): Behaviour {
  const afterMs = randomBelow(random, 2) * randomBelow(random, 3000);
  const [status, expected] = [
    [486, "486 busy"],
    [404, "404 unknown-number"],
    [603, "603 rejected"],
    [488, "488 not-acceptable"],
  ][randomBelow(random, 4)] as [number, string];
  return {
    kind: `refused with ${status}`,
    answers: [failWith(status, afterMs), failWith(status, afterMs)],
    expected: [expected],
  };
}

function failedOver(random: Random): Behaviour {
  const first = [failWith(503), failWith(500), failWith(480), SILENT, failWith(503, 500)][
    randomBelow(random, 5)
  ] as AnswerScript;
  const hangUpAfterMs = randomBelow(random, 20_000);
  return {
    kind: "failed over",
    answers: [first, answerAfter(randomBelow(random, 3000))],
    script: { hangUpAfterMs },
    expected: NORMAL,
    expectedOfOne: ["500 target-failure", "480 no-answer", "408 target-failure"],
  };
}

function failedTwice(random: Random): Behaviour {
  const [script, outcome] = [
    [failWith(503), "500 target-failure"],
    [SILENT, "408 target-failure"],
    [failWith(500), "500 target-failure"],
  ][randomBelow(random, 3)] as [AnswerScript, string];
  return { kind: "failed on every target", answers: [script, script], expected: [outcome] };
}

function cancelled(random: Random): Behaviour {
  const cancelAfterMs = randomBelow(random, 8000);
  const crosses = randomBelow(random, 3) === 0;
  const answer = { ...RING, answersCancel: crosses };
  return {
    kind: crosses ? "cancelled, answered all the same" : "cancelled",
    answers: [answer, answer],
    script: { cancelAfterMs },
    // What is wrong with its INVITE is found before it gives up.
    expected: ["487 cancelled", "422 bad-request"],
  };
}

/** CANCEL and 200 within a few round trips of each other. */
function raced(random: Random): Behaviour {
  const answerMs = 500 + randomBelow(random, 2000);
  const cancelAfterMs = Math.max(0, answerMs + randomBelow(random, 200) - 50);
  const answer = answerAfter(answerMs);
  return {
    kind: "cancelled while it was answered",
    answers: [answer, answer],
    script: { cancelAfterMs, hangUpAfterMs: 1000 },
    expected: ["487 cancelled", ...NORMAL],
  };
}

function earlyMedia(random: Random): Behaviour {
  if (randomBelow(random, 3) > 0) {
    return answeredCall(random, "early media", (rest) => earlyMediaThenAnswer(randomBelow(random, 4000), rest));
  }
  const script = earlyMediaThenAnswer(0);
  const steps = [
    { afterMs: 0, status: 183, description: true },
    { afterMs: 1500, status: 486, description: false },
  ];
  return { kind: "early media, then busy", answers: [{ ...script, steps }, failWith(486)], expected: ["486 busy"] };
}

/** Rings, or even speaks, and fails after all: whether the next target is asked is Demarc's choice, two different answers it must not give. */
function failedLate(random: Random): Behaviour {
  const early = randomBelow(random, 2) === 0;
  const steps = [
    { afterMs: 0, status: early ? 183 : 180, description: early },
    { afterMs: 1500, status: 503, description: false },
  ];
  return {
    kind: early ? "early media, then failed" : "rang, then failed",
    answers: [{ ...RING, steps }, earlyMediaThenAnswer(500)],
    script: { hangUpAfterMs: 5000 },
    expected: [...NORMAL, "500 target-failure"],
  };
}

function endedFromOutside(random: Random): Behaviour {
  const afterMs = randomBelow(random, 10_000);
  const operator = randomBelow(random, 2) === 0;
  return {
    kind: operator ? "ended by the operator" : "ended for want of audio",
    answers: [answerAfter(1000), failWith(500)],
    script: { hangUpAfterMs: 20_000 },
    ...(operator ? { operatorAfterMs: afterMs } : { mediaTimeoutAfterMs: afterMs }),
    expected: operator
      ? ["200 operator", "480 operator", ...NORMAL]
      : ["200 media-timeout", ...["500", "480"].map((status) => `${status} media-timeout`), ...NORMAL],
  };
}

function neverAcknowledged(random: Random): Behaviour {
  const script = { acknowledges: false, hangUpAfterMs: randomBelow(random, 2) === 0 ? null : 60_000 };
  const answer = answerAfter(500);
  return { kind: "never acknowledged", answers: [answer, answer], script, expected: ["200 lost-peer"] };
}

type Draw = (random: Random) => Behaviour;

/** Each with how many in a hundred calls behave so. */
const BEHAVIOURS: readonly (readonly [number, Draw])[] = [
  [14, changed],
  [4, kept],
  [1, forgotten],
  [13, (random) => answeredCall(random, "answered", (rest) => answerAfter(randomBelow(random, 4000), rest))],
  [8, refused],
  [10, failedOver],
  [3, failedLate],
  [5, failedTwice],
  [12, cancelled],
  [10, raced],
  [8, earlyMedia],
  [3, (random) => answeredCall(random, "forked", (rest) => answerAfter(500, { ...rest, forks: true }))],
  [2, () => ({ kind: "rang for too long", answers: [RING, RING], expected: ["480 no-answer"] })],
  [4, endedFromOutside],
  [1, neverAcknowledged],
  [
    2,
    (random) => ({
      kind: "without an offer",
      answers: [answerAfter(500), answerAfter(500)],
      script: { offers: false, hangUpAfterMs: randomBelow(random, 20_000) },
      // It may be refused by who cannot hand it on.
      expected: ["488 not-acceptable", ...NORMAL],
    }),
  ],
];

function drawBehaviour(random: Random): Behaviour {
  let draw = randomBelow(random, 100);
  for (const [weight, behaviour] of BEHAVIOURS) {
    draw -= weight;
    if (draw < 0) return behaviour(random);
  }
  throw new Error("the weights of the behaviours are not a hundred");
}

/** The plan of the `index`th call of a batch. */
export function planCall(random: Random, index: number): Plan {
  const draw = randomBelow(random, 100);
  if (draw < 52) return planOutbound(random, index);
  if (draw < 75) return planInbound(random, index);
  if (draw < 88) return planMove(random, index);
  const caller = numberOf("+1202", index);
  const refusal = { answers: {}, operatorAfterMs: null, mediaTimeoutAfterMs: null };
  const pbxCall = (called: string, rest: Partial<CallScript> = {}) =>
    callScript({ id: String(index), to: towards("pbx"), called, caller, ...rest });
  if (draw < 92) {
    const script = pbxCall("911", { hangUpAfterMs: randomBelow(random, 20_000) });
    return { ...refusal, kind: "emergency", from: "pbx", script, expected: NORMAL };
  }
  if (draw < 95) {
    return {
      ...refusal,
      kind: "premium",
      from: "pbx",
      script: pbxCall(numberOf("+1900", index)),
      expected: ["403 rejected"],
    };
  }
  if (draw < 98) {
    return { ...refusal, kind: "to no route", from: "pbx", script: pbxCall(`*${index}`), expected: ["404 no-route"] };
  }
  const script = { ...pbxCall(numberOf("+1666", index)), to: towards("carrierb") };
  return { ...refusal, kind: "to nobody's number", from: "carrierb", script, expected: ["404 unknown-number"] };
}

function planOutbound(random: Random, index: number): Plan {
  const behaviour = drawBehaviour(random);
  const [carriera, carrierb] = behaviour.answers.map((answer) => varied(random, answer)) as [
    AnswerScript,
    AnswerScript,
  ];
  const called = numberOf("+1415", index);
  return {
    ...outcomeOf(behaviour, behaviour.expected),
    kind: behaviour.kind,
    from: "pbx",
    script: callScript({
      id: String(index),
      to: towards("pbx"),
      called,
      caller: numberOf("+1202", index),
      reliable: randomBelow(random, 2) === 0,
      timer: drawTimer(random),
      ...behaviour.script,
    }),
    answers: { carriera, carrierb },
  };
}

function planInbound(random: Random, index: number): Plan {
  const behaviour = drawBehaviour(random);
  const from = randomBelow(random, 2) === 0 ? "carriera" : "carrierb";
  const caller = numberOf("+4420", index);
  const called = numberOf("+1202", index);
  const reliable = randomBelow(random, 2) === 0;
  return {
    ...outcomeOf(behaviour, behaviour.expectedOfOne ?? behaviour.expected),
    kind: behaviour.kind,
    from,
    script: callScript({
      id: String(index),
      to: towards(from),
      called,
      caller,
      reliable,
      timer: drawTimer(random),
      ...behaviour.script,
    }),
    answers: { pbx: varied(random, behaviour.answers[0]) },
  };
}

/** Half of what rings or plays before the answer is sent reliably, where the caller takes that; half of the callees know session timers. */
function varied(random: Random, answer: AnswerScript): AnswerScript {
  const steps = answer.steps.map((step) => ({ ...step, reliable: step.status < 200 && randomBelow(random, 2) === 0 }));
  const timer = drawTimer(random);
  return { ...answer, steps, timer: answer.timer ?? timer };
}

function outcomeOf(behaviour: Behaviour, expected: readonly string[]) {
  const { operatorAfterMs = null, mediaTimeoutAfterMs = null } = behaviour;
  return { operatorAfterMs, mediaTimeoutAfterMs, expected };
}
