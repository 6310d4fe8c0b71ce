// The numbers of the lab: +1 303 555 0100 to 0107, each with a behaviour of its own. The range 0100 to 0199 is set aside for examples.

import { type AnswerScript, answerAfter, earlyMediaThenAnswer, failWith, RING } from "./phone/script.ts";

const LAB_PREFIX = "1303555";

/** How long a lab number rings before it answers. */
const RING_MS = 1000;

const BEHAVIOURS: Readonly<Record<string, AnswerScript>> = {
  /** Answers and echoes. */
  "0100": answerAfter(RING_MS, { mode: "echo" }),
  /** Busy. */
  "0101": failWith(486),
  /** Rings until it is cancelled. */
  "0102": RING,
  /** Answers with a tone on every carrier but the failing one, which says 503. */
  "0103": answerAfter(RING_MS),
  /** Early media, then answers. */
  "0104": earlyMediaThenAnswer(2000),
  /** Answers with a tone. */
  "0105": answerAfter(RING_MS),
  /** Answers, and hangs up after 5 s. */
  "0106": answerAfter(RING_MS, { hangUpAfterMs: 5000 }),
  /** No such number. */
  "0107": failWith(404),
};

/** Any other number, emergency numbers included, rings and answers with a tone: a PBX under test may dial what it likes. */
const ANY_OTHER: AnswerScript = answerAfter(RING_MS);

export interface LabNumberOptions {
  /** This carrier is the one on which 0103 fails. */
  readonly failing: boolean;
}

/** How the lab's carriers answer a number: with or without `+`, with or without the country code. */
export function answerLabNumber(called: string, options: LabNumberOptions): AnswerScript {
  const digits = called.replace(/\D/g, "");
  const national = digits.length === 10 ? `1${digits}` : digits;
  if (!national.startsWith(LAB_PREFIX)) return ANY_OTHER;
  const line = national.slice(LAB_PREFIX.length);
  if (line === "0103" && options.failing) return failWith(503);
  return Object.hasOwn(BEHAVIOURS, line) ? (BEHAVIOURS[line] as AnswerScript) : ANY_OTHER;
}
