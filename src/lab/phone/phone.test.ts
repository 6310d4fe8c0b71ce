// Phone against phone over the virtual network: each exchange of a call, its races, and what is left after it.

import { expect, test } from "vitest";
import type { LinkFaults } from "../link-faults.ts";
import { createPair, ladder, place } from "./phone-pair.ts";
import { type AnswerScript, answerAfter, earlyMediaThenAnswer, failWith, RING, SILENT } from "./script.ts";

test("a call is answered and hung up by the caller", () => {
  const pair = createPair(answerAfter(1000));
  place(pair, { hangUpAfterMs: 5000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair)).toEqual([
    "alice INVITE",
    "bob 100 INVITE",
    "bob 180 INVITE",
    "bob 200 INVITE",
    "alice ACK",
    "alice BYE",
    "bob 200 BYE",
  ]);
  expect(pair.reports).toEqual(["alice ringing", "bob answered", "alice answered", "bob ended peer", "alice ended us"]);
  expect(pair.audio).toEqual(["bob open", "alice open", "bob close", "alice close"]);
  expect(pair.leftOver()).toBe(0);
});

test("the called party hangs up", () => {
  const pair = createPair(answerAfter(1000, { hangUpAfterMs: 2000 }));
  place(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(-3)).toEqual(["alice ACK", "bob BYE", "alice 200 BYE"]);
  expect(pair.leftOver()).toBe(0);
});

test("both hang up at once: each BYE is answered", () => {
  const pair = createPair(answerAfter(0, { hangUpAfterMs: 1001 }));
  place(pair, { hangUpAfterMs: 1000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(-4).sort()).toEqual(["alice 200 BYE", "alice BYE", "bob 200 BYE", "bob BYE"]);
  expect(pair.leftOver()).toBe(0);
});

test.each([486, 404, 503])("a refusal with %i is acknowledged and reported", (status) => {
  const pair = createPair(failWith(status));
  place(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair)).toEqual(["alice INVITE", "bob 100 INVITE", `bob ${status} INVITE`, "alice ACK"]);
  expect(pair.reports).toEqual([`bob failed ${status}`, `alice failed ${status}`]);
  expect(pair.leftOver()).toBe(0);
});

test("a ringing call is cancelled", () => {
  const pair = createPair(RING);
  place(pair, { cancelAfterMs: 3000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(3)).toEqual(["alice CANCEL", "bob 200 CANCEL", "bob 487 INVITE", "alice ACK"]);
  expect(pair.reports.at(-1)).toBe("alice failed 487");
  expect(pair.leftOver()).toBe(0);
});

test("a CANCEL waits for the first provisional response", () => {
  const pair = createPair(RING);
  place(pair, { cancelAfterMs: 0 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const messages = ladder(pair);
  expect(messages.indexOf("alice CANCEL")).toBeGreaterThan(messages.indexOf("bob 100 INVITE"));
  expect(pair.leftOver()).toBe(0);
});

test("a 200 that crosses the CANCEL is acknowledged and hung up on", () => {
  const pair = createPair({ ...RING, answersCancel: true });
  place(pair, { cancelAfterMs: 3000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(3)).toEqual([
    "alice CANCEL",
    "bob 200 CANCEL",
    "bob 200 INVITE",
    "alice ACK",
    "alice BYE",
    "bob 200 BYE",
  ]);
  expect(pair.leftOver()).toBe(0);
});

test("early media opens the audio before the answer", () => {
  const pair = createPair(earlyMediaThenAnswer(2000));
  place(pair, { hangUpAfterMs: 1000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.reports.slice(0, 2)).toEqual(["alice early-media", "bob answered"]);
  expect(pair.leftOver()).toBe(0);
});

test("an INVITE without an offer gets one in the 200, answered by the ACK", () => {
  const pair = createPair(answerAfter(100));
  place(pair, { offers: false, hangUpAfterMs: 1000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.sent[0]?.text).not.toContain("m=audio");
  expect(pair.sent.find(({ text }) => text.startsWith("ACK"))?.text).toContain("m=audio");
  expect(pair.audio).toEqual(["alice open", "bob open", "bob close", "alice close"]);
  expect(pair.leftOver()).toBe(0);
});

test("of two answers the second is acknowledged and hung up on, the first goes on", () => {
  const pair = createPair(answerAfter(100, { forks: true }));
  place(pair, { hangUpAfterMs: 5000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const messages = ladder(pair);
  expect(messages.filter((message) => message === "alice ACK")).toHaveLength(2);
  expect(messages.filter((message) => message === "alice BYE")).toHaveLength(2);
  expect(pair.leftOver()).toBe(0);
});

test("a silent number is called until timer B ends it", () => {
  const pair = createPair(SILENT);
  place(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair)).toEqual(new Array(7).fill("alice INVITE"));
  expect(pair.reports).toEqual(["alice failed 408"]);
  expect(pair.leftOver()).toBe(0);
});

test("a closed port ends the call at once", () => {
  const pair = createPair(RING);
  place(pair, { to: { address: "10.0.0.9", port: 5060 } });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.reports).toEqual(["alice failed 503"]);
  expect(pair.network.now).toBeLessThan(100);
  expect(pair.leftOver()).toBe(0);
});

test("without an ACK the 2xx is repeated for 64 x T1, then the call is ended", () => {
  const pair = createPair(answerAfter(0, { hangUpAfterMs: 1000 }));
  place(pair, { acknowledges: false });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).filter((message) => message === "bob 200 INVITE")).toHaveLength(11);
  const bye = pair.sent.find(({ text }) => text.startsWith("BYE"));
  expect(bye?.from).toBe("bob");
  expect(bye?.at).toBeGreaterThanOrEqual(32_000);
  expect(pair.leftOver()).toBe(0);
});

test.each([
  { node: "alice", at: 500, call: "call", last: "alice failed 487" },
  { node: "bob", at: 500, call: "200#1", last: "alice failed 480" },
  { node: "alice", at: 3000, call: "call", last: "alice ended us" },
  { node: "bob", at: 3000, call: "200#1", last: "bob ended us" },
])("$node hangs up by command at $at ms", ({ node, at, call, last }) => {
  const pair = createPair(answerAfter(1000));
  place(pair);
  pair.network.schedule(node, at, { kind: "hang-up", call });
  pair.network.schedule(node, at, { kind: "hang-up", call: "nobody's" });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.reports.at(-1)).toBe(last);
  expect(pair.network.now).toBeLessThan(60_000);
  expect(pair.leftOver()).toBe(0);
});

test("every kind of call ends with nothing left over, whatever the network does to it", () => {
  const faults: LinkFaults = {
    loss: 0.25,
    duplication: 0.2,
    reordering: 0.3,
    delayMinMs: 1,
    delayMaxMs: 300,
    holdMaxMs: 1000,
  };
  const answers = [
    answerAfter(500),
    answerAfter(500, { hangUpAfterMs: 900 }),
    failWith(486),
    RING,
    { ...RING, answersCancel: true },
    earlyMediaThenAnswer(800, { forks: true }),
    SILENT,
  ];
  let answered = 0;
  for (let seed = 1; seed <= 140; seed += 1) {
    const pair = createPair(answers[seed % answers.length] as AnswerScript, { seed, faults });
    place(pair, { offers: seed % 3 !== 0, cancelAfterMs: seed % 2 === 0 ? 700 : 60_000, hangUpAfterMs: 1000 });
    expect(pair.network.runUntilIdle(8 * 3_600_000), `seed ${seed}`).toBe(true);
    expect(pair.leftOver(), `seed ${seed}`).toBe(0);
    if (pair.reports.includes("alice answered")) answered += 1;
  }
  // The faults are harsh, not total.
  expect(answered).toBeGreaterThan(20);
});
