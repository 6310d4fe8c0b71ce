import { expect, it } from "vitest";
import { seededRandom } from "../../base/index.ts";
import type { Leg } from "./call.ts";
import { glarePauseMs } from "./session-busy.ts";
import type { Turn } from "./turn.ts";

/** RFC 3261 section 14.1: in units of 10 ms, from 2.1 to 4 s for who owns the Call-ID, up to 2 s for who does not. */
it.each([
  ["the leg that we opened", "b", 2100, 4000],
  ["the leg that came in", "a", 0, 2000],
] as const)("a change that met one of the peer's waits: %s", (_name, side, least, most) => {
  const turn = { world: { random: seededRandom(1) } } as unknown as Turn;
  const pauses = Array.from({ length: 5000 }, () => glarePauseMs({ side } as Leg, turn));
  expect([Math.min(...pauses), Math.max(...pauses)]).toEqual([least, most]);
  expect(pauses.filter((pause) => pause % 10 !== 0)).toEqual([]);
  expect(new Set(pauses).size).toBe((most - least) / 10 + 1);
});
