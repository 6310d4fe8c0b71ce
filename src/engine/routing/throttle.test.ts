// Thinning calls as an overloaded server asked (RFC 7339 section 7, RFC 7415).
import { expect, test } from "vitest";
import { seededRandom } from "../../base/index.ts";
import type { Flow, OverloadReport } from "../../protocol/transport/index.ts";
import { countRequest, createThrottles, noteReport, takePass } from "./throttle.ts";

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

const within = (value: number, from: number, to: number): void => {
  expect(value).toBeGreaterThanOrEqual(from);
  expect(value).toBeLessThanOrEqual(to);
};

test("loss leaves out its share of all requests, taken from the part that can be left out: four fifths until more is known", () => {
  expect(passes(report({ value: 0 }), { everyMs: 1, forMs: 9000 })).toBe(9000);
  expect(passes(report({ value: 100 }), { everyMs: 1, forMs: 9000 })).toBe(0);
  expect(passes(report({ value: 80 }), { everyMs: 1, forMs: 9000 })).toBe(0);
  within(passes(report({ value: 20 }), { everyMs: 1, forMs: 9000 }), 6600, 6900);
});

test("loss goes by the requests of the last ten seconds", () => {
  const throttles = createThrottles();
  const random = seededRandom(5);
  noteReport(throttles, FLOW, { report: report({ value: 10, validityMs: 60_000 }), now: 0 });
  const sent = (from: number, to: number, others: number): number => {
    let passed = 0;
    for (let now = from; now < to; now += 10) {
      if (takePass(throttles, FLOW, { now, random })) passed += 1;
      for (let n = 0; n < others; n += 1) countRequest(throttles, FLOW, now);
    }
    return passed;
  };
  // An eighth of them, a quarter when three of five are calls' own, and all where nothing else would do.
  within(sent(0, 10_000, 1), 860, 900);
  within(sent(10_010, 20_000, 1), 770, 830);
  sent(20_010, 40_000, 30);
  expect(sent(40_010, 45_000, 30)).toBe(0);
});

test("rate lets so many a second go, and five at most to begin with", () => {
  expect(passes(report({ algorithm: "rate", value: 10 }), { everyMs: 1, forMs: 9000 })).toBe(95);
  expect(passes(report({ algorithm: "rate", value: 10 }), { everyMs: 1000, forMs: 9000 })).toBe(9);
  expect(passes(report({ algorithm: "rate", value: 0 }), { everyMs: 1, forMs: 9000 })).toBe(0);
});

test("what goes in any case takes from the rate", () => {
  const throttles = createThrottles();
  const random = seededRandom(11);
  noteReport(throttles, FLOW, { report: report({ algorithm: "rate", value: 10 }), now: 0 });
  let passed = 0;
  for (let now = 0; now < 9000; now += 1) {
    if (now % 200 === 0) countRequest(throttles, FLOW, now);
    if (takePass(throttles, FLOW, { now, random })) passed += 1;
  }
  within(passed, 48, 52);
});

test("a report holds for as long as it says, an older or equal one is not heeded, and validity 0 ends it", () => {
  const throttles = createThrottles();
  const random = seededRandom(1);
  const passesAt = (now: number): boolean => takePass(throttles, FLOW, { now, random });
  const note = (more: Partial<OverloadReport>, now: number): void =>
    noteReport(throttles, FLOW, { report: report(more), now });
  note({ value: 100, sequence: 5, validityMs: 500 }, 0);
  expect([passesAt(499), passesAt(500)]).toEqual([false, true]);
  note({ value: 100, sequence: 6 }, 600);
  note({ value: 0, sequence: 5.5 }, 601);
  note({ value: 0, sequence: 6 }, 601);
  expect(passesAt(602)).toBe(false);
  note({ value: 0, sequence: 7, validityMs: 0 }, 603);
  expect(passesAt(604)).toBe(true);
  expect(throttles.size).toBe(0);
});

test("after it has run out any report counts, also of a server that counts from the beginning again", () => {
  const throttles = createThrottles();
  const random = seededRandom(1);
  noteReport(throttles, FLOW, { report: report({ value: 100, sequence: 900, validityMs: 500 }), now: 0 });
  noteReport(throttles, FLOW, { report: report({ value: 100, sequence: 1 }), now: 500 });
  expect(takePass(throttles, FLOW, { now: 501, random })).toBe(false);
});

test("a server without numbers is believed each time, and one address and port is one server whatever the transport", () => {
  const throttles = createThrottles();
  const random = seededRandom(1);
  noteReport(throttles, FLOW, { report: report({ value: 100, sequence: null }), now: 0 });
  expect(takePass(throttles, { ...FLOW, transport: "tcp" }, { now: 1, random })).toBe(false);
  expect(takePass(throttles, { ...FLOW, remotePort: 5070 }, { now: 1, random })).toBe(true);
  expect(takePass(throttles, { ...FLOW, remoteAddress: "192.0.2.4" }, { now: 1, random })).toBe(true);
  noteReport(throttles, FLOW, { report: report({ value: 0, sequence: null }), now: 2 });
  expect(takePass(throttles, FLOW, { now: 3, random })).toBe(true);
});

test("no more than ten thousand are kept", () => {
  const throttles = createThrottles();
  for (let port = 1; port <= 20_000; port += 1) {
    noteReport(throttles, { ...FLOW, remotePort: port }, { report: report({ value: 100 }), now: 0 });
  }
  expect(throttles.size).toBeLessThanOrEqual(10_000);
  noteReport(throttles, { ...FLOW, remotePort: 30_000 }, { report: report({ value: 100 }), now: 20_000 });
  expect(throttles.size).toBe(1);
});
