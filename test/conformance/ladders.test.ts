import { describe, expect, test } from "vitest";
import { playLadder } from "./ladder-run.ts";
import { LADDERS } from "./ladders.ts";
import { reciteLadder } from "./recital.ts";

describe.each(Object.entries(LADDERS))("%s", (_, flows) => {
  const ladders = flows.map(({ name, text }) => [name, text] as const);

  test.each(ladders)("%s", (_name, text) => {
    expect(playLadder(text).sent).toBeGreaterThan(0);
  });

  test.each(ladders)("%s: as it is written, nothing is to be said against it", (_name, text) => {
    expect(reciteLadder(text)).toEqual([]);
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
