// Thinning calls as an overloaded server asked (RFC 7339 section 7, RFC 7415).
import { expect, test } from "vitest";
import { seededRandom } from "../../base/index.ts";
import type { Flow, OverloadReport } from "../../protocol/transport/index.ts";
import { createThrottles, noteReport, takePass } from "./throttle.ts";

const FLOW: Flow = {
  network: "wan",
  transport: "udp",
  localAddress: "127.0.0.2",
  localPort: 5060,
  remoteAddress: "192.0.2.3",
  remotePort: 5060,
};
const report = (more: Partial<OverloadReport>): OverloadReport => ({
  algorithm: "loss",
  value: 0,
  validityMs: 10_000,
  sequence: 1,
  ...more,
});

/** Of a call every `everyMs` for `forMs`, how many may go. */
function passes(given: OverloadReport, { everyMs, forMs }: { everyMs: number; forMs: number }): number {
  const throttles = createThrottles();
  const random = seededRandom(11);
  noteReport(throttles, FLOW, { report: given, now: 0 });
  let passed = 0;
  for (let now = 0; now < forMs; now += everyMs) if (takePass(throttles, FLOW, { now, random })) passed += 1;
  return passed;
}

test("loss leaves out its share", () => {
  expect(passes(report({ value: 0 }), { everyMs: 1, forMs: 10_000 })).toBe(10_000);
  expect(passes(report({ value: 100 }), { everyMs: 1, forMs: 10_000 })).toBe(0);
  const kept = passes(report({ value: 20 }), { everyMs: 1, forMs: 10_000 });
  expect(kept).toBeGreaterThan(7800);
  expect(kept).toBeLessThan(8200);
});

test("rate lets so many a second go, and does not save them up", () => {
  expect(passes(report({ algorithm: "rate", value: 10 }), { everyMs: 1, forMs: 10_000 })).toBe(100);
  expect(passes(report({ algorithm: "rate", value: 10 }), { everyMs: 1000, forMs: 10_000 })).toBe(10);
  expect(passes(report({ algorithm: "rate", value: 0 }), { everyMs: 1, forMs: 10_000 })).toBe(0);
});

test("a report holds for as long as it says, an older one is not heeded, and validity 0 ends it", () => {
  const throttles = createThrottles();
  const random = seededRandom(1);
  const passesAt = (now: number): boolean => takePass(throttles, FLOW, { now, random });
  noteReport(throttles, FLOW, { report: report({ value: 100, sequence: 5, validityMs: 500 }), now: 0 });
  expect([passesAt(499), passesAt(500)]).toEqual([false, true]);
  noteReport(throttles, FLOW, { report: report({ value: 100, sequence: 6 }), now: 600 });
  noteReport(throttles, FLOW, { report: report({ value: 0, sequence: 5.5 }), now: 601 });
  expect(passesAt(602)).toBe(false);
  noteReport(throttles, FLOW, { report: report({ value: 0, sequence: 7, validityMs: 0 }), now: 603 });
  expect(passesAt(604)).toBe(true);
  expect(takePass(throttles, { ...FLOW, remoteAddress: "192.0.2.4" }, { now: 602, random })).toBe(true);
});
