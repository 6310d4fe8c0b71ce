// The table of causes is whole, and what crosses the border is fit to.
import { describe, expect, it } from "vitest";
import { CAUSES, causeOfStatus, statusTowardsCaller } from "./causes.ts";

describe("causes", () => {
  it("have a status, a Q.850 value and a sentence each", () => {
    for (const [cause, { status, q850, text }] of Object.entries(CAUSES)) {
      expect(status, cause).toBeGreaterThanOrEqual(400);
      expect(q850, cause).toBeGreaterThan(0);
      expect(q850, cause).toBeLessThanOrEqual(127);
      expect(text, cause).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("no final status makes the caller retry with credentials, follow a redirection or believe that it cancelled", () => {
    for (let status = 300; status <= 699; status += 1) {
      expect(statusTowardsCaller(status)).toBeGreaterThanOrEqual(400);
      expect([401, 407, 422, 481, 482, 487, 491]).not.toContain(statusTowardsCaller(status));
      expect(CAUSES[causeOfStatus(status)]).toBeDefined();
    }
  });
});
