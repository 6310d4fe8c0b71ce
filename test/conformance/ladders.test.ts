import { describe, expect, test } from "vitest";
import { CANCEL_RACES, EARLY_MEDIA, FAILOVER, REPETITIONS } from "./border-flows.ts";
import type { Ladder } from "./ladder-pieces.ts";
import { playLadder } from "./ladder-run.ts";
import { RFC_3665 } from "./rfc-3665.ts";

const FLOWS: Readonly<Record<string, readonly Ladder[]>> = {
  "RFC 3665": RFC_3665,
  "early media": EARLY_MEDIA,
  failover: FAILOVER,
  "races of CANCEL": CANCEL_RACES,
  "what is repeated or crosses": REPETITIONS,
};

describe.each(Object.entries(FLOWS))("%s", (_, flows) => {
  const ladders = flows.map(({ name, text }) => [name, text] as const);

  test.each(ladders)("%s", (_name, text) => {
    expect(playLadder(text).sent).toBeGreaterThan(2);
  });

  test.each(ladders)("%s: whichever of Demarc's messages is lost", (_name, text) => {
    const { sent } = playLadder(text);
    for (let lose = 1; lose <= sent; lose += 1) expect(playLadder(text, { lose }).lost).not.toBeNull();
  });

  test.each(ladders)("%s: whichever message reaches Demarc twice", (_name, text) => {
    const { given } = playLadder(text);
    for (let double = 1; double <= given; double += 1) expect(playLadder(text, { double }).lost).toBeNull();
  });
});
