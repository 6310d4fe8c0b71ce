// Draws calls that go elsewhere than they were placed: redirected by who is called, put through by either party, made one with another call, taken
// over by another phone.

import { type Random, randomBelow } from "../../src/base/index.ts";
import {
  type AnswerScript,
  answerAfter,
  type CallScript,
  callScript,
  earlyMediaThenAnswer,
  failWith,
  type MidCallStep,
  type ReferWish,
  RING,
  redirectTo,
} from "../../src/lab/index.ts";
import { numberOf, type Plan, towards } from "./plan.ts";
import { BORDER_ADDRESSES, PEERS, type Peer } from "./world.ts";

/** Further calls of the `index`th: their ids and numbers are apart from those of all other calls. */
const SECOND = 1_000_000;
const THIRD = 2_000_000;

const PLAIN = { operatorAfterMs: null, mediaTimeoutAfterMs: null } as const;
/** What may become of a call of which a party is taken, whatever comes in between. */
const MOVED = ["200 transferred", "200 normal-clearing", "200 max-duration"];
const CARRIERS = ["carriera", "carrierb"] as const;

function pick<T>(random: Random, ...choices: readonly T[]): T {
  return choices[randomBelow(random, choices.length)] as T;
}

function ofBoth(answer: AnswerScript): Plan["answers"] {
  return { carriera: answer, carrierb: answer };
}

function atBoth(number: string, answer: AnswerScript): NonNullable<Plan["numbers"]> {
  return CARRIERS.map((peer) => ({ peer, number, answer }));
}

function drawTarget(random: Random): AnswerScript {
  const hangUpAfterMs = pick(random, null, randomBelow(random, 20_000));
  const answer = answerAfter(randomBelow(random, 3000), { hangUpAfterMs });
  const heard = earlyMediaThenAnswer(randomBelow(random, 3000), { hangUpAfterMs });
  return pick(random, answer, answer, heard, heard, failWith(486, randomBelow(random, 2000)), failWith(503), RING);
}

/** Where a transfer leads: mostly to somebody, now and then to where nobody may call. */
function drawNumber(random: Random, index: number): string {
  const target = numberOf("+1417", index);
  return pick(random, target, target, target, target, numberOf("+1900", index), `*${index}`, numberOf("+1202", index));
}

function drawRefer(random: Random, to: string, joins: string | null): MidCallStep {
  const refer: ReferWish = {
    to,
    joins,
    leaves: pick(random, "at-once", "when-told", "when-told", "never"),
    told: randomBelow(random, 4) > 0,
  };
  return { afterMs: 500 + randomBelow(random, 6000), deed: "refer", update: false, refer };
}

/** Holds before it asks, as phones do; the other party does what it likes. */
function drawDeeds(random: Random, refer: MidCallStep): MidCallStep[] {
  const hold: MidCallStep = { afterMs: randomBelow(random, 3000), deed: "hold", update: randomBelow(random, 3) === 0 };
  const again = randomBelow(random, 4) === 0 ? [{ ...refer, afterMs: randomBelow(random, 3000) }] : [];
  return [...(randomBelow(random, 3) > 0 ? [hold] : []), refer, ...again];
}

function drawOthersDeeds(random: Random): MidCallStep[] {
  const deeds = ["hold", "resume", "recode", "move", "ask"] as const;
  return Array.from({ length: randomBelow(random, 3) }, () => ({
    afterMs: randomBelow(random, 6000),
    deed: pick(random, ...deeds),
    update: randomBelow(random, 3) === 0,
  }));
}

function pbxCall(index: number, rest: Partial<CallScript> & Pick<CallScript, "called">): CallScript {
  const caller = numberOf("+1202", index);
  return callScript({ id: String(index), to: towards("pbx"), caller, ...rest });
}

/** Blind, by the caller. */
function putThrough(random: Random, index: number): Plan {
  const called = numberOf("+1415", index);
  const refer = drawRefer(random, drawNumber(random, index), null);
  const kept = answerAfter(randomBelow(random, 1500), {
    deeds: drawOthersDeeds(random),
    hangUpAfterMs: 10_000 + randomBelow(random, 40_000),
  });
  const script = pbxCall(index, {
    called,
    deeds: drawDeeds(random, refer),
    hangUpAfterMs: pick(random, null, randomBelow(random, 15_000)),
  });
  const numbers = atBoth(numberOf("+1417", index), drawTarget(random));
  return {
    ...PLAIN,
    kind: "put through by the caller",
    from: "pbx",
    script,
    answers: ofBoth(kept),
    numbers,
    expected: MOVED,
  };
}

/** Blind, by the callee: a phone of the PBX puts its caller through to somebody outside, a carrier's to the PBX. */
function putThroughByCallee(random: Random, index: number): Plan {
  const numbers = atBoth(numberOf("+1417", index), drawTarget(random));
  const hangUpAfterMs = 10_000 + randomBelow(random, 40_000);
  if (randomBelow(random, 2) === 0) {
    const from = pick(random, ...CARRIERS);
    const refer = drawRefer(random, drawNumber(random, index), null);
    const answer = answerAfter(randomBelow(random, 1500), { deeds: drawDeeds(random, refer) });
    const called = numberOf("+1202", index);
    const caller = numberOf("+4420", index);
    const script = callScript({ id: String(index), to: towards(from), called, caller, hangUpAfterMs });
    return {
      ...PLAIN,
      kind: "put through by the PBX that was called",
      from,
      script,
      answers: { pbx: answer },
      numbers,
      expected: MOVED,
    };
  }
  const target = numberOf("+1202", THIRD + index);
  const refer = drawRefer(random, pick(random, target, target, numberOf("+1417", index)), null);
  const answer = answerAfter(randomBelow(random, 1500), { deeds: drawDeeds(random, refer) });
  const script = pbxCall(index, { called: numberOf("+1415", index), hangUpAfterMs });
  const atPbx = { peer: "pbx" as const, number: target, answer: drawTarget(random) };
  const kind = "put through by the carrier that was called";
  return {
    ...PLAIN,
    kind,
    from: "pbx",
    script,
    answers: ofBoth(answer),
    numbers: [...numbers, atPbx],
    expected: MOVED,
  };
}

/** The PBX has two calls and makes them one. */
function madeOne(random: Random, index: number): Plan {
  const second = String(SECOND + index);
  const afterMs = pick(random, 1500, 1500, 12_000);
  const deeds = drawOthersDeeds(random);
  const consultation = answerAfter(randomBelow(random, afterMs), {
    deeds,
    hangUpAfterMs: pick(random, null, 5000 + randomBelow(random, 30_000)),
  });
  const further: Plan = {
    ...PLAIN,
    kind: "a consultation",
    from: "pbx",
    script: pbxCall(SECOND + index, {
      called: numberOf("+1416", index),
      hangUpAfterMs: pick(random, null, randomBelow(random, 15_000)),
      cancelAfterMs: pick(random, null, null, randomBelow(random, 10_000)),
    }),
    answers: ofBoth(pick(random, consultation, consultation, consultation, failWith(486, randomBelow(random, 9000)))),
    expected: [...MOVED, "487 transferred", "487 cancelled", "486 busy", "480 no-answer"],
  };
  const refer = { ...drawRefer(random, numberOf("+1416", index), second), afterMs: 2000 + randomBelow(random, 5000) };
  const kept = answerAfter(randomBelow(random, 1000), {
    deeds: drawOthersDeeds(random),
    hangUpAfterMs: 12_000 + randomBelow(random, 40_000),
  });
  const script = pbxCall(index, {
    called: numberOf("+1415", index),
    deeds: drawDeeds(random, refer),
    hangUpAfterMs: pick(random, null, 5000 + randomBelow(random, 15_000)),
  });
  return {
    ...PLAIN,
    kind: "made one with another call",
    from: "pbx",
    script,
    answers: ofBoth(kept),
    further: [{ afterMs: randomBelow(random, 3000), plan: further }],
    expected: MOVED,
  };
}

const TAKING = [
  "200 max-duration",
  "200 normal-clearing",
  ...["481", "491", "603", "488"].map((status) => `${status} bad-request`),
  "480 normal-clearing",
  "488 not-acceptable",
];

/** Another phone of the PBX takes the place of the one that calls. */
function replaced(random: Random, index: number): Plan {
  const kept = answerAfter(randomBelow(random, 1500), {
    deeds: drawOthersDeeds(random),
    hangUpAfterMs: 8000 + randomBelow(random, 30_000),
  });
  const script = pbxCall(index, { called: numberOf("+1415", index), deeds: drawOthersDeeds(random) });
  const further: Plan = {
    ...PLAIN,
    kind: "one that takes another's place",
    from: "pbx",
    script: pbxCall(SECOND + index, {
      called: numberOf("+1416", index),
      replaces: String(index),
      offers: randomBelow(random, 4) > 0,
      hangUpAfterMs: pick(random, null, randomBelow(random, 15_000)),
      cancelAfterMs: pick(random, null, null, null, randomBelow(random, 100)),
    }),
    answers: {},
    expected: [...TAKING, "487 cancelled"],
  };
  return {
    ...PLAIN,
    kind: "replaced",
    from: "pbx",
    script,
    answers: ofBoth(kept),
    further: [{ afterMs: randomBelow(random, 8000), plan: further }],
    expected: ["200 replaced", "200 normal-clearing", "200 max-duration"],
  };
}

/** Another phone of the PBX answers what rings at the first one. */
function pickedUp(random: Random, index: number): Plan {
  const called = numberOf("+1202", index);
  const from = pick(random, ...CARRIERS);
  const ringing = pick(random, RING, answerAfter(randomBelow(random, 4000)));
  const hangUpAfterMs = 5000 + randomBelow(random, 20_000);
  const cancelAfterMs = pick(random, 20_000, randomBelow(random, 4000));
  const script = callScript({
    id: String(index),
    to: towards(from),
    called,
    caller: numberOf("+4420", index),
    hangUpAfterMs,
    cancelAfterMs,
    reliable: randomBelow(random, 2) === 0,
  });
  const further: Plan = {
    ...PLAIN,
    kind: "one that picks up",
    from: "pbx",
    script: pbxCall(SECOND + index, {
      called,
      replaces: called,
      offers: randomBelow(random, 4) > 0,
      hangUpAfterMs: pick(random, null, randomBelow(random, 15_000)),
    }),
    answers: {},
    expected: [...TAKING, "200 picked-up", "200 replaced"],
  };
  return {
    ...PLAIN,
    kind: "picked up",
    from,
    script,
    answers: { pbx: ringing },
    further: [{ afterMs: randomBelow(random, 4000), plan: further }],
    expected: ["200 normal-clearing", "487 cancelled", "480 no-answer", "200 replaced"],
  };
}

/** Who is called sends the caller elsewhere: to other numbers of its own, to the outside, to where nobody may call, in a circle. */
function redirected(random: Random, index: number): Plan {
  const inbound = randomBelow(random, 2) === 0;
  const from: Peer = inbound ? pick(random, ...CARRIERS) : "pbx";
  const called = numberOf(inbound ? "+1202" : "+1415", index);
  const caller = numberOf(inbound ? "+4420" : "+1202", index);
  const own = numberOf("+1202", THIRD + index);
  const outside = numberOf("+1418", index);
  const host = inbound ? PEERS.pbx.address : PEERS.carriera.address;
  // What a PBX is asked for at its own address is its own business.
  const elsewhere = inbound ? `@${BORDER_ADDRESSES.lan}` : "";
  const forbidden = `${numberOf("+1900", index)}${elsewhere}`;
  const places = [own, outside, `${outside}@${host}`, `${outside}${elsewhere}`, forbidden, called, `*${index}`];
  const contacts = Array.from({ length: 1 + randomBelow(random, 3) }, () => pick(random, ...places));
  const first = redirectTo(contacts, randomBelow(random, 2) * randomBelow(random, 2000));
  const ringing = { ...first, steps: [...RING.steps, ...first.steps.map((step) => ({ ...step, afterMs: 1000 }))] };
  const second = pick(random, redirectTo([called, own]), drawTarget(random), drawTarget(random));
  const peers = inbound ? (["pbx"] as const) : CARRIERS;
  const answer = pick(random, first, ringing);
  const answers = Object.fromEntries(peers.map((peer) => [peer, answer]));
  const numbers = [
    ...(["pbx", ...CARRIERS] as const).map((peer) => ({ peer, number: outside, answer: second })),
    { peer: "pbx" as const, number: own, answer: drawTarget(random) },
  ];
  const script = callScript({
    id: String(index),
    to: towards(from),
    called,
    caller,
    hangUpAfterMs: randomBelow(random, 15_000),
  });
  const failures = [
    "480 target-failure",
    "480 no-answer",
    "486 busy",
    "500 target-failure",
    "404 unknown-number",
    "302 target-failure",
  ];
  return {
    ...PLAIN,
    kind: "redirected",
    from,
    script,
    answers,
    numbers,
    expected: ["200 normal-clearing", ...failures],
  };
}

const MOVES: readonly (readonly [number, (random: Random, index: number) => Plan])[] = [
  [25, putThrough],
  [15, putThroughByCallee],
  [20, madeOne],
  [10, replaced],
  [10, pickedUp],
  [20, redirected],
];

/** The plan of the `index`th call of a batch, which goes elsewhere than it was placed. */
export function planMove(random: Random, index: number): Plan {
  let draw = randomBelow(random, 100);
  for (const [weight, plan] of MOVES) {
    draw -= weight;
    if (draw < 0) return plan(random, index);
  }
  throw new Error("the weights of the moves are not a hundred");
}
