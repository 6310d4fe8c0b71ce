// Durations carry their unit: `500ms`, `4s`, `30m`, `12h`, `1d`. A number without one is refused, never guessed at.

import { z } from "zod";
import type { Millis } from "../base/index.ts";

const UNIT_MS: Readonly<Record<string, Millis>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([0-9]{1,9})(ms|s|m|h|d)$/;
const EXPECTED = "expected a duration with its unit, such as 500ms, 4s, 30m or 12h";

function toMillis(text: string): Millis {
  const [, digits = "0", unit = "ms"] = DURATION.exec(text) ?? [];
  return Number(digits) * (UNIT_MS[unit] ?? 1);
}

/** A duration between two others, both included and written the same way. */
export function durationSchema(from: string, to: string) {
  return z.string({ error: EXPECTED }).transform((text, context): Millis => {
    const millis = toMillis(text);
    if (!DURATION.test(text)) context.addIssue({ code: "custom", message: EXPECTED });
    else if (millis < toMillis(from) || millis > toMillis(to)) {
      context.addIssue({ code: "custom", message: `expected a duration from ${from} to ${to}` });
    }
    return millis;
  });
}
