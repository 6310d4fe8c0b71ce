// Statuses and causes in each other's words.
import { describe, expect, it } from "vitest";
import { causeOfFailure, statusOfCause } from "./q850.ts";

describe("Q.850", () => {
  it.each([
    [404, 1],
    [408, 102],
    [480, 18],
    [484, 28],
    [486, 17],
    [503, 41],
    [600, 17],
    [603, 21],
    [604, 1],
    [699, 127],
  ])("%i is %i (RFC 3398 section 7.2.4.1)", (status, cause) => expect(causeOfFailure(status)).toBe(cause));

  it.each([
    [1, 404],
    [17, 486],
    [18, 408],
    [19, 480],
    [21, 403],
    [25, 483],
    [27, 502],
    [34, 503],
    [65, 488],
    [102, 504],
    [99, 500],
    [16, null],
    [0, null],
    [128, null],
  ])("%i is %s (RFC 3398 section 8.2.6.1)", (cause, status) => expect(statusOfCause(cause)).toBe(status));

  it("has a cause of 1 to 127 for every failure, and a failure for every cause but 16", () => {
    for (let status = 400; status < 700; status += 1) {
      expect(causeOfFailure(status)).toBeGreaterThan(0);
      expect(causeOfFailure(status)).toBeLessThanOrEqual(127);
    }
    for (let cause = 1; cause <= 127; cause += 1) {
      const status = statusOfCause(cause);
      if (cause === 16) expect(status).toBeNull();
      else expect([400 <= (status ?? 0), (status ?? 0) < 700]).toEqual([true, true]);
    }
  });
});
