// Phone against phone with session timers (RFC 4028): either refreshes, by either request, and a call that nobody refreshes ends.

import { expect, test } from "vitest";
import { createPair, ladder, type Pair, place } from "./phone-pair.ts";
import { answerAfter } from "./script.ts";
import type { TimerScript } from "./timer-wish.ts";

const TIMER: TimerScript = { seconds: 120, refresher: null, least: 90, refreshes: true, update: false };

function timersIn({ sent }: Pair, method: string): string[] {
  const responses = sent.filter(({ text }) => text.startsWith("SIP/2.0 2") && text.includes(` ${method}\r\n`));
  return responses.map(({ text }) => /^Session-Expires: (.*)\r$/m.exec(text)?.[1] ?? "none");
}

test.each([
  ["us", "alice", "120;refresher=uac"],
  ["peer", "bob", "120;refresher=uas"],
] as const)("the caller names %s: %s refreshes, by re-INVITE", (refresher, who, granted) => {
  const pair = createPair(answerAfter(0, { timer: { ...TIMER, seconds: null } }));
  place(pair, { timer: { ...TIMER, refresher }, hangUpAfterMs: 130_000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const other = who === "alice" ? "bob" : "alice";
  const refresh = [`${who} INVITE`, `${other} 200 INVITE`, `${who} ACK`];
  expect(ladder(pair).slice(5, -2)).toEqual([...refresh, ...refresh]);
  expect(timersIn(pair, "INVITE")[0]).toBe(granted);
  expect(pair.leftOver()).toBe(0);
});

test("by UPDATE without a description, where that is allowed", () => {
  const pair = createPair(answerAfter(0, { timer: { ...TIMER, seconds: 90, update: true } }));
  place(pair, { timer: { ...TIMER, refresher: "us", update: true }, hangUpAfterMs: 50_000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(5, -2)).toEqual(["alice UPDATE", "bob 200 UPDATE"]);
  expect(timersIn(pair, "UPDATE")).toEqual(["90;refresher=uac"]);
  expect(pair.leftOver()).toBe(0);
});

test("a caller without timers is refreshed by who wants one", () => {
  const pair = createPair(answerAfter(0, { timer: TIMER }));
  place(pair, { hangUpAfterMs: 65_000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(timersIn(pair, "INVITE")[0]).toBe("120;refresher=uas");
  expect(ladder(pair).slice(5, 8)).toEqual(["bob INVITE", "alice 200 INVITE", "bob ACK"]);
  expect(pair.leftOver()).toBe(0);
});

test("who forgets to refresh is hung up on a third before the end", () => {
  const pair = createPair(answerAfter(0, { timer: TIMER }));
  place(pair, { timer: { ...TIMER, seconds: 90, refresher: "us", refreshes: false } });
  pair.network.runUntil(59_000);
  expect(pair.reports.filter((line) => line.includes("ended"))).toEqual([]);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.reports.filter((line) => line.includes("ended"))).toHaveLength(2);
  expect(pair.network.now).toBeLessThan(60_000 + 32_000 + 1000);
  expect(pair.leftOver()).toBe(0);
});

test("asked for too little: 422, and again with what was wanted", () => {
  const pair = createPair(answerAfter(0, { timer: { ...TIMER, least: 300 } }));
  place(pair, { timer: TIMER, hangUpAfterMs: 1000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(0, 5)).toEqual([
    "alice INVITE",
    "bob 100 INVITE",
    "bob 422 INVITE",
    "alice ACK",
    "alice INVITE",
  ]);
  expect(timersIn(pair, "INVITE")).toEqual(["300;refresher=uac"]);
  expect(pair.leftOver()).toBe(0);
});

test("over a bad network no call outlives its interval", () => {
  const faults = { loss: 0.15, duplication: 0.1, reordering: 0.1, delayMinMs: 1, delayMaxMs: 60, holdMaxMs: 300 };
  for (let seed = 1; seed <= 40; seed += 1) {
    const timer = { ...TIMER, update: seed % 2 === 0, refresher: seed % 3 === 0 ? ("us" as const) : null };
    const pair = createPair(answerAfter(500, { timer: { ...timer, least: 90 + 60 * (seed % 2) } }), { seed, faults });
    place(pair, { timer, hangUpAfterMs: 600_000 });
    expect(pair.network.runUntilIdle(4_000_000), `seed ${seed}`).toBe(true);
    expect(pair.leftOver(), `seed ${seed}`).toBe(0);
  }
});
