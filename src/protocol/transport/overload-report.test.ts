// Overload control's words in Via: what is read, what is refused, and that what we write can be read.
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatVia, topVia, type Via } from "../sip/index.ts";
import {
  formatOverloadReport,
  OVERLOAD_OFFER,
  offersOverloadControl,
  readOverloadReport,
  withoutOverloadOffer,
} from "./overload-report.ts";

function via(more: string): Via {
  const read = topVia.parse(`SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1${more}`);
  if (read === null) throw new Error(`not a Via: ${more}`);
  return read;
}

test.each([
  [OVERLOAD_OFFER, true],
  [';OC;oc-algo="loss"', true],
  [";oc", true],
  [';oc;oc-algo="rate, LOSS"', true],
  [";oc;oc-algo=loss", true],
  [';oc;oc-algo="rate"', false],
  [";oc;oc-algo", true],
  [";oc=20", false],
  [";och", false],
  ["", false],
])("an offer is one without a value, of loss among others: %s %s", (parameters, offers) => {
  expect(offersOverloadControl(via(parameters))).toBe(offers);
});

test("ours has what a request may have and nothing that is a server's", () => {
  const names = via(OVERLOAD_OFFER).parameters.map(({ name }) => name);
  expect(names).toEqual(["branch", "oc", "oc-algo"]);
});

test.each([
  [
    ';oc=20;oc-algo="loss";oc-validity=1000;oc-seq=1282321615.782',
    { algorithm: "loss", value: 20, validityMs: 1000, sequence: 1282321615.782 },
  ],
  [";oc=20;oc-seq=1.1", { algorithm: "loss", value: 20, validityMs: 500, sequence: 1.1 }],
  [";oc=20;oc-seq=17", { algorithm: "loss", value: 20, validityMs: 500, sequence: 17 }],
  [";oc=20", { algorithm: "loss", value: 20, validityMs: 500, sequence: null }],
  [';oc=0;oc-algo="loss";oc-validity=0', { algorithm: "loss", value: 0, validityMs: 0, sequence: null }],
  [";oc;oc-validity=0;oc-seq=1.1", { algorithm: "loss", value: 0, validityMs: 0, sequence: 1.1 }],
  [";oc-validity=0;oc-seq=1.1", { algorithm: "loss", value: 0, validityMs: 0, sequence: 1.1 }],
  [";oc-validity=500;oc-seq=1.1", null],
  [";oc;oc-validity=500;oc-seq=1.1", null],
  [';oc=150;oc-algo="rate";oc-seq=2.0;oc-validity=0', { algorithm: "rate", value: 0, validityMs: 0, sequence: 2 }],
  [
    ';oc=150;oc-algo="rate";oc-seq=2.0;oc-validity=1000',
    { algorithm: "rate", value: 150, validityMs: 1000, sequence: 2 },
  ],
  [
    ";oc=0;oc-algo=LOSS;oc-seq=3.5;oc-validity=4000000",
    { algorithm: "loss", value: 0, validityMs: 60_000, sequence: 3.5 },
  ],
  [OVERLOAD_OFFER, null],
  ["", null],
  [";oc=101;oc-seq=1.1", null],
  [";oc=-1;oc-seq=1.1", null],
  [";oc=x;oc-seq=1.1", null],
  [";oc=20;oc-seq=soon", null],
  [";oc=20;oc-seq=1.123456", null],
  [";oc=20;oc-seq=1.1;oc-validity=long", null],
  [';oc=20;oc-seq=1.1;oc-algo="window"', null],
])("%s", (parameters, report) => {
  expect(readOverloadReport(via(parameters))).toEqual(report);
});

test("what is reported can be read, stands behind what the client wrote, and replaces its offer", () => {
  const report = fc.record({
    algorithm: fc.constantFrom("loss" as const, "rate" as const),
    value: fc.nat(100),
    validityMs: fc.integer({ min: 1, max: 60_000 }),
    sequence: fc.option(fc.nat(2_000_000_000_000).map((ms) => ms / 1000)),
  });
  fc.assert(
    fc.property(report, (given) => {
      const opened = withoutOverloadOffer(via(`;rport=5060${OVERLOAD_OFFER};x=1`));
      const marked = topVia.parse(formatVia(opened) + formatOverloadReport(given));
      if (marked === null) throw new Error("unreadable");
      expect(readOverloadReport(marked)).toEqual(given);
      const own = given.sequence === null ? [] : ["oc-seq"];
      const names = ["branch", "rport", "x", "oc", "oc-algo", "oc-validity", ...own];
      expect(marked.parameters.map(({ name }) => name)).toEqual(names);
    }),
  );
});
