// Phone against phone inside a standing call: changes of the session by either, at once, refused, lost on the way.

import { expect, test } from "vitest";
import { createPair, ladder, place } from "./phone-pair.ts";
import { answerAfter, type MidCallDeed, type MidCallStep } from "./script.ts";

const deed = (what: MidCallDeed, afterMs = 1000, update = false): MidCallStep => ({ deed: what, afterMs, update });

/** What both believe, mirrored: one's way out is the other's way in. */
function expectAgreement({ alice, bob }: ReturnType<typeof createPair>): void {
  const [ours] = alice.sessions();
  const [theirs] = bob.sessions();
  expect(ours?.settled && theirs?.settled).toBe(true);
  expect(ours?.remote).toEqual(theirs?.local);
  expect(theirs?.remote).toEqual(ours?.local);
  const mirrored = { sendonly: "recvonly", recvonly: "sendonly", sendrecv: "sendrecv", inactive: "inactive" } as const;
  expect(ours?.direction).toBe(theirs === undefined ? "" : mirrored[theirs.direction]);
  expect(ours?.payloadType).toBe(theirs?.payloadType);
}

test("the caller holds and resumes by re-INVITE: each with its ACK", () => {
  const pair = createPair(answerAfter(0));
  place(pair, { deeds: [deed("hold"), deed("resume", 2000)], hangUpAfterMs: 5000 });
  pair.network.runUntil(1500);
  expect(pair.alice.sessions()[0]?.direction).toBe("sendonly");
  expectAgreement(pair);
  pair.network.runUntil(4000);
  expect(pair.alice.sessions()[0]?.direction).toBe("sendrecv");
  expectAgreement(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(5)).toEqual([
    ...["alice INVITE", "bob 200 INVITE", "alice ACK"],
    ...["alice INVITE", "bob 200 INVITE", "alice ACK"],
    ...["alice BYE", "bob 200 BYE"],
  ]);
  expect(pair.leftOver()).toBe(0);
});

test("the callee mutes by UPDATE", () => {
  const pair = createPair(answerAfter(0, { deeds: [deed("mute", 1000, true)], hangUpAfterMs: 5000 }));
  place(pair);
  pair.network.runUntil(2000);
  expect(pair.bob.sessions()[0]?.direction).toBe("inactive");
  expectAgreement(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(5, 7)).toEqual(["bob UPDATE", "alice 200 UPDATE"]);
  expect(pair.leftOver()).toBe(0);
});

test.each(["move", "recode", "repeat", "ask"] as const)("%s: both agree afterwards", (what) => {
  const pair = createPair(answerAfter(0, { hangUpAfterMs: 5000 }));
  place(pair, { deeds: [deed(what)] });
  pair.network.runUntil(3000);
  expectAgreement(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.leftOver()).toBe(0);
});

test("a change that changes nothing keeps the version of its description", () => {
  const pair = createPair(answerAfter(0));
  place(pair, { deeds: [deed("repeat"), deed("hold")], hangUpAfterMs: 5000 });
  pair.network.runUntilIdle(600_000);
  const versions = pair.sent
    .filter(({ from, text }) => from === "alice" && text.startsWith("INVITE "))
    .map(({ text }) => /^o=\S+ \d+ (\d+)/m.exec(text)?.[1]);
  expect(versions).toEqual(["1", "1", "2"]);
});

test("both change at once: 491, and each tries again in its own time (RFC 3261 section 14.1)", () => {
  const pair = createPair(answerAfter(0, { deeds: [deed("mute", 1001)] }));
  place(pair, { deeds: [deed("hold", 1000)], hangUpAfterMs: 20_000 });
  pair.network.runUntil(15_000);
  expect(ladder(pair).filter((line) => line.includes("491"))).toEqual(["alice 491 INVITE", "bob 491 INVITE"]);
  expectAgreement(pair);
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(pair.leftOver()).toBe(0);
});

test("hangs up while its change is open: the late 2xx gets its ACK", () => {
  const pair = createPair(answerAfter(0));
  place(pair, { deeds: [deed("hold", 1000)], hangUpAfterMs: 1000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  const said = ladder(pair);
  expect(said.filter((line) => line === "bob 200 INVITE").length).toBeLessThanOrEqual(
    said.filter((line) => line === "alice ACK").length + 1,
  );
  expect(pair.leftOver()).toBe(0);
});

test("INFO and OPTIONS change nothing", () => {
  const pair = createPair(answerAfter(0));
  place(pair, { deeds: [deed("info"), deed("options")], hangUpAfterMs: 5000 });
  expect(pair.network.runUntilIdle(600_000)).toBe(true);
  expect(ladder(pair).slice(5, 9)).toEqual(["alice INFO", "bob 200 INFO", "alice OPTIONS", "bob 200 OPTIONS"]);
  expect(pair.leftOver()).toBe(0);
});

test("over a bad network they agree in the end, whatever was lost", () => {
  const faults = { loss: 0.15, duplication: 0.1, reordering: 0.1, delayMinMs: 1, delayMaxMs: 60, holdMaxMs: 300 };
  for (let seed = 1; seed <= 60; seed += 1) {
    const deeds = (["hold", "move", "ask", "resume", "recode", "mute", "resume"] as const).map((what, index) =>
      deed(what, 1500, (seed + index) % 3 === 0),
    );
    const pair = createPair(answerAfter(500, { deeds: deeds.toReversed(), hangUpAfterMs: 120_000 }), { seed, faults });
    place(pair, { deeds });
    pair.network.runUntil(110_000);
    if (pair.alice.sessions().length === 1 && pair.bob.sessions().length === 1) expectAgreement(pair);
    expect(pair.network.runUntilIdle(4_000_000), `seed ${seed}`).toBe(true);
    expect(pair.leftOver(), `seed ${seed}`).toBe(0);
  }
});
