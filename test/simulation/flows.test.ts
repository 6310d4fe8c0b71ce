// The call flows of RFC 3665 section 3 with Demarc where the RFC has a proxy, in both directions: phones, engine and checkers together. Demarc is
// two user agents back to back: what a proxy passes on, it answers and asks anew, so each ACK is its own.

import { expect, test } from "vitest";
import { answerAfter, earlyMediaThenAnswer, failWith, RING, SILENT } from "../../src/lab/index.ts";
import { type Flow, linesOf, playFlow } from "./play-flow.ts";

interface Conformance {
  readonly section: string;
  readonly flow: Flow;
  /** What the record says: status, cause, who ended it, at how many targets it was tried. */
  readonly record: readonly [number, string, string, number];
  readonly script: string;
}

const OUT = { from: "pbx", called: "+14155550100" } as const;
const IN = { from: "carriera", called: "+12020000100" } as const;

const FLOWS: readonly Conformance[] = [
  {
    section: "3.1 success, called party hangs up, outward",
    flow: { ...OUT, answers: { carriera: answerAfter(1000, { hangUpAfterMs: 5000 }) } },
    record: [200, "normal-clearing", "callee", 1],
    script: `
      pbx      -> demarc:   INVITE SDP
      demarc   -> pbx:      100 (INVITE)
      demarc   -> carriera: INVITE SDP
      carriera -> demarc:   100 (INVITE)
      carriera -> demarc:   180 (INVITE)
      demarc   -> pbx:      180 (INVITE)
      carriera -> demarc:   200 (INVITE) SDP
      demarc   -> carriera: ACK
      demarc   -> pbx:      200 (INVITE) SDP
      pbx      -> demarc:   ACK
      -- audio both ways
      carriera -> demarc:   BYE
      demarc   -> carriera: 200 (BYE)
      demarc   -> pbx:      BYE
      pbx      -> demarc:   200 (BYE)`,
  },
  {
    section: "3.1 success, caller hangs up, inward",
    flow: { ...IN, script: { hangUpAfterMs: 5000 }, answers: { pbx: answerAfter(1000) } },
    record: [200, "normal-clearing", "caller", 1],
    script: `
      carriera -> demarc:   INVITE SDP
      demarc   -> carriera: 100 (INVITE)
      demarc   -> pbx:      INVITE SDP
      pbx      -> demarc:   100 (INVITE)
      pbx      -> demarc:   180 (INVITE)
      demarc   -> carriera: 180 (INVITE)
      pbx      -> demarc:   200 (INVITE) SDP
      demarc   -> pbx:      ACK
      demarc   -> carriera: 200 (INVITE) SDP
      carriera -> demarc:   ACK
      -- audio both ways
      carriera -> demarc:   BYE
      demarc   -> carriera: 200 (BYE)
      demarc   -> pbx:      BYE
      pbx      -> demarc:   200 (BYE)`,
  },
  {
    section: "3.4 success after the first server fails",
    flow: { ...OUT, answers: { carriera: failWith(503), carrierb: answerAfter(1000, { hangUpAfterMs: 5000 }) } },
    record: [200, "normal-clearing", "callee", 2],
    script: `
      pbx      -> demarc:   INVITE SDP
      demarc   -> pbx:      100 (INVITE)
      demarc   -> carriera: INVITE SDP
      carriera -> demarc:   100 (INVITE)
      carriera -> demarc:   503 (INVITE)
      demarc   -> carriera: ACK
      demarc   -> carrierb: INVITE SDP
      carrierb -> demarc:   100 (INVITE)
      carrierb -> demarc:   180 (INVITE)
      demarc   -> pbx:      180 (INVITE)
      carrierb -> demarc:   200 (INVITE) SDP
      demarc   -> carrierb: ACK
      demarc   -> pbx:      200 (INVITE) SDP
      pbx      -> demarc:   ACK
      carrierb -> demarc:   BYE
      demarc   -> carrierb: 200 (BYE)
      demarc   -> pbx:      BYE
      pbx      -> demarc:   200 (BYE)`,
  },
  {
    section: "3.8 no answer, outward: the caller cancels",
    flow: { ...OUT, script: { cancelAfterMs: 3000 }, answers: { carriera: RING } },
    record: [487, "cancelled", "caller", 1],
    script: `
      pbx      -> demarc:   INVITE SDP
      demarc   -> pbx:      100 (INVITE)
      demarc   -> carriera: INVITE SDP
      carriera -> demarc:   100 (INVITE)
      carriera -> demarc:   180 (INVITE)
      demarc   -> pbx:      180 (INVITE)
      pbx      -> demarc:   CANCEL
      demarc   -> pbx:      200 (CANCEL)
      demarc   -> pbx:      487 (INVITE)
      demarc   -> carriera: CANCEL
      pbx      -> demarc:   ACK
      carriera -> demarc:   200 (CANCEL)
      carriera -> demarc:   487 (INVITE)
      demarc   -> carriera: ACK`,
  },
  {
    section: "3.8 no answer, inward: the caller cancels",
    flow: { ...IN, script: { cancelAfterMs: 3000 }, answers: { pbx: RING } },
    record: [487, "cancelled", "caller", 1],
    script: `
      carriera -> demarc:   INVITE SDP
      demarc   -> carriera: 100 (INVITE)
      demarc   -> pbx:      INVITE SDP
      pbx      -> demarc:   100 (INVITE)
      pbx      -> demarc:   180 (INVITE)
      demarc   -> carriera: 180 (INVITE)
      carriera -> demarc:   CANCEL
      demarc   -> carriera: 200 (CANCEL)
      demarc   -> carriera: 487 (INVITE)
      demarc   -> pbx:      CANCEL
      carriera -> demarc:   ACK
      pbx      -> demarc:   200 (CANCEL)
      pbx      -> demarc:   487 (INVITE)
      demarc   -> pbx:      ACK`,
  },
  {
    section: "3.9 busy, outward: no other carrier is asked",
    flow: { ...OUT, answers: { carriera: failWith(486), carrierb: answerAfter(0) } },
    record: [486, "busy", "callee", 1],
    script: `
      pbx      -> demarc:   INVITE SDP
      demarc   -> pbx:      100 (INVITE)
      demarc   -> carriera: INVITE SDP
      carriera -> demarc:   100 (INVITE)
      carriera -> demarc:   486 (INVITE)
      demarc   -> carriera: ACK
      demarc   -> pbx:      486 (INVITE)
      pbx      -> demarc:   ACK`,
  },
  {
    section: "3.9 busy, inward",
    flow: { ...IN, answers: { pbx: failWith(486) } },
    record: [486, "busy", "callee", 1],
    script: `
      carriera -> demarc:   INVITE SDP
      demarc   -> carriera: 100 (INVITE)
      demarc   -> pbx:      INVITE SDP
      pbx      -> demarc:   100 (INVITE)
      pbx      -> demarc:   486 (INVITE)
      demarc   -> pbx:      ACK
      demarc   -> carriera: 486 (INVITE)
      carriera -> demarc:   ACK`,
  },
  {
    section: "3.10 no response, outward: each carrier gets 2 s",
    flow: { ...OUT, answers: { carriera: SILENT, carrierb: SILENT } },
    record: [408, "target-failure", "demarc", 2],
    script: `
      pbx      -> demarc:   INVITE SDP
      demarc   -> pbx:      100 (INVITE)
      demarc   -> carriera: INVITE SDP
      demarc   -> carriera: INVITE SDP   -- after T1
      demarc   -> carriera: INVITE SDP   -- after 2 x T1
      demarc   -> carrierb: INVITE SDP
      demarc   -> carrierb: INVITE SDP
      demarc   -> carrierb: INVITE SDP
      demarc   -> pbx:      408 (INVITE)
      pbx      -> demarc:   ACK`,
  },
  {
    section: "3.10 no response, inward",
    flow: { ...IN, answers: { pbx: SILENT } },
    record: [408, "target-failure", "demarc", 1],
    script: `
      carriera -> demarc:   INVITE SDP
      demarc   -> carriera: 100 (INVITE)
      demarc   -> pbx:      INVITE SDP
      demarc   -> pbx:      INVITE SDP
      demarc   -> pbx:      INVITE SDP
      demarc   -> carriera: 408 (INVITE)
      carriera -> demarc:   ACK`,
  },
  {
    section: "3.11 temporarily unavailable, inward",
    flow: { ...IN, answers: { pbx: failWith(480) } },
    record: [480, "no-answer", "callee", 1],
    script: `
      carriera -> demarc:   INVITE SDP
      demarc   -> carriera: 100 (INVITE)
      demarc   -> pbx:      INVITE SDP
      pbx      -> demarc:   100 (INVITE)
      pbx      -> demarc:   480 (INVITE)
      demarc   -> pbx:      ACK
      demarc   -> carriera: 480 (INVITE)
      carriera -> demarc:   ACK`,
  },
  {
    section: "early media before the answer (RFC 3960 section 3), outward",
    flow: { ...OUT, answers: { carriera: earlyMediaThenAnswer(500, { hangUpAfterMs: 5000 }) } },
    record: [200, "normal-clearing", "callee", 1],
    script: `
      pbx      -> demarc:   INVITE SDP
      demarc   -> pbx:      100 (INVITE)
      demarc   -> carriera: INVITE SDP
      carriera -> demarc:   100 (INVITE)
      carriera -> demarc:   183 (INVITE) SDP
      demarc   -> pbx:      183 (INVITE) SDP
      carriera -> demarc:   200 (INVITE) SDP
      demarc   -> carriera: ACK
      demarc   -> pbx:      200 (INVITE) SDP
      pbx      -> demarc:   ACK
      carriera -> demarc:   BYE
      demarc   -> carriera: 200 (BYE)
      demarc   -> pbx:      BYE
      pbx      -> demarc:   200 (BYE)`,
  },
];

test.each(FLOWS)("RFC 3665 $section", ({ flow, record, script }) => {
  const played = playFlow(flow);
  expect(played.messages).toEqual(linesOf(script));
  expect(played.violations).toEqual([]);
  expect(
    played.records.map(({ status, cause, endedBy, attempts }) => [status, cause, endedBy, attempts.length]),
  ).toEqual([record]);
});
