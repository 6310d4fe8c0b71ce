// Every ladder again, with the first, the second, … thing that Demarc asks of the outside going wrong. A file for each kind of thing: they take long.
import { describe, expect, test } from "vitest";
import type { RigFault } from "../engine/rig.ts";
import { playWithFault } from "./faulty-play.ts";
import { LADDERS } from "./ladders.ts";

/** `chance` is what counts how often it could go wrong. */
export function failEachTime(what: RigFault["what"], chance: "media" | "send" | "draw"): void {
  describe.each(Object.entries(LADDERS))(`${what}: %s`, (_, flows) => {
    test.each(flows.map(({ name, text }) => [name, text] as const))("%s", (_name, text) => {
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
}
