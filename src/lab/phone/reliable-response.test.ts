// Phone against phone with reliable provisional responses: in order, over a bad network, and without a PRACK.

import { expect, test } from "vitest";
import { createPair, ladder, place } from "./phone-pair.ts";
import { type AnswerScript, answerAfter } from "./script.ts";

const RELIABLE: AnswerScript = {
  ...answerAfter(0),
  steps: [
    { afterMs: 0, status: 183, description: true, reliable: true },
    { afterMs: 0, status: 180, description: false, reliable: true },
    { afterMs: 500, status: 200, description: true },
  ],
};

test("each waits for its PRACK, and the 200 need not repeat the answer", () => {
  const pair = createPair(RELIABLE);
  place(pair, { reliable: true, hangUpAfterMs: 1000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair)).toEqual([
    ...["alice INVITE", "bob 100 INVITE", "bob 183 INVITE", "alice PRACK", "bob 200 PRACK", "bob 180 INVITE"],
    ...["alice PRACK", "bob 200 PRACK", "bob 200 INVITE", "alice ACK", "alice BYE", "bob 200 BYE"],
  ]);
  const sequences = pair.sent.filter(({ from }) => from === "alice").map(({ text }) => /^CSeq: (\d+)/m.exec(text)?.[1]);
  expect(sequences).toEqual(["1", "2", "3", "1", "4"]);
  const ok = pair.sent.find(({ text }) => text.startsWith("SIP/2.0 200") && text.includes(" INVITE\r\n"));
  expect(ok?.text).toContain("Content-Length: 0");
  expect(pair.leftOver()).toBe(0);
});

test("a caller that does not take them is answered without", () => {
  const pair = createPair(RELIABLE);
  place(pair, { hangUpAfterMs: 1000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.sent.some(({ text }) => text.includes("RSeq"))).toBe(false);
  expect(pair.leftOver()).toBe(0);
});

test("cancelled while a PRACK is awaited: nothing is left", () => {
  const pair = createPair(RELIABLE);
  place(pair, { reliable: true, cancelAfterMs: 2 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.reports.at(-1)).toBe("alice failed 487");
  expect(pair.leftOver()).toBe(0);
});

test("over a bad network they come in order, once each, and the call ends as it should", () => {
  const faults = { loss: 0.2, duplication: 0.1, reordering: 0.1, delayMinMs: 1, delayMaxMs: 60, holdMaxMs: 300 };
  for (let seed = 1; seed <= 60; seed += 1) {
    const pair = createPair(RELIABLE, { seed, faults });
    place(pair, { reliable: true, hangUpAfterMs: 1000 });
    expect(pair.network.runUntilIdle(4_000_000), `seed ${seed}`).toBe(true);
    const pracks = pair.sent
      .filter(({ text }) => text.startsWith("PRACK "))
      .map(({ text }) => /^RAck: (\d+)/m.exec(text)?.[1]);
    expect([...new Set(pracks)], `seed ${seed}`).toEqual(["100", "101"].slice(0, new Set(pracks).size));
    expect(pair.leftOver(), `seed ${seed}`).toBe(0);
  }
});
