// Every ladder again, with another engine after each input, which goes on from what the one before wrote down: nobody may notice.
import { describe, expect, test } from "vitest";
import { playLadder } from "./ladder-run.ts";
import { LADDERS } from "./ladders.ts";

const rig = { handOver: true };

describe.each(Object.entries(LADDERS))("%s", (_, flows) => {
  const ladders = flows.map(({ name, text }) => [name, text] as const);

  test.each(ladders)("%s", (_name, text) => {
    const alone = playLadder(text);
    expect(playLadder(text, { rig })).toEqual(alone);
    for (let lose = 1; lose <= alone.sent; lose += 1)
      expect(playLadder(text, { lose, rig })).toEqual(playLadder(text, { lose }));
  });
});
