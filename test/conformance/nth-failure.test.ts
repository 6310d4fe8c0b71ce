// Every ladder again, with the first, the second, … thing that Demarc asks of the outside going wrong.
import { describe, expect, test } from "vitest";
import { playWithFault } from "./faulty-play.ts";
import { LADDERS } from "./ladders.ts";

const KINDS = [
  ["media-fails", "media"],
  ["media-silent", "media"],
  ["send-fails", "send"],
  ["draw-throws", "draw"],
] as const;

describe.each(Object.entries(LADDERS))("%s", (_, flows) => {
  const ladders = flows.map(({ name, text }) => [name, text] as const);
  describe.each(KINDS)("%s", (what, chance) => {
    test.each(ladders)("%s", (_name, text) => {
      const { chances } = playWithFault(text, null);
      for (let nth = 1; nth <= chances[chance]; nth += 1) {
        try {
          playWithFault(text, { what, nth });
        } catch (error) {
          throw new Error(`the ${nth}. time: ${error instanceof Error ? error.message : error}`, { cause: error });
        }
      }
      expect(chances.send).toBeGreaterThan(0);
    });
  });
});
