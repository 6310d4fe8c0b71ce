// Randomness that no peer can guess, drawn from the operating system in large sips: one call costs some 30 numbers.

import { randomFillSync } from "node:crypto";
import type { Random } from "../base/index.ts";

const SIP_NUMBERS = 4096;

export function createSystemRandom(): Random {
  const numbers = new Uint32Array(SIP_NUMBERS);
  let next = SIP_NUMBERS;
  return {
    uint32: () => {
      if (next === SIP_NUMBERS) {
        randomFillSync(numbers);
        next = 0;
      }
      const number = numbers[next] ?? 0;
      // What was given out is not kept: it may be a tag that keeps strangers out of a call.
      numbers[next] = 0;
      next += 1;
      return number;
    },
  };
}
