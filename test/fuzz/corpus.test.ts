// All that fuzzing has kept, again: inputs that reach into every corner of the parsers, and those that once were findings.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { readCorpus } from "./corpus.ts";
import { complaintOf } from "./fuzz.ts";
import { mutate } from "./mutate.ts";
import { TARGETS } from "./targets.ts";

describe.each(Object.entries(TARGETS))("%s", (name, target) => {
  const inputs = [...target.seeds, ...readCorpus(name)];

  test("takes every input that was kept", () => {
    expect(inputs.length).toBeGreaterThan(2);
    for (const input of inputs) expect([input, complaintOf(target, input)]).toEqual([input, null]);
  });

  test("takes a thousand mutations of them", () => {
    const random = seededRandom(4475);
    for (let turn = 0; turn < 1000; turn += 1) {
      const input = mutate(inputs, random);
      expect([input, complaintOf(target, input)]).toEqual([input, null]);
    }
  });
});

test("a target that throws, or is slow, is a finding, cut down to what makes it one", async () => {
  const { fuzz } = await import("./fuzz.ts");
  const { Coverage } = await import("./coverage.ts");
  const coverage = new Coverage();
  coverage.start();
  const run = (text: string): void => {
    if (text.includes("(") && text.includes(")")) throw new Error("both");
  };
  const target = { run, seeds: ["an input ( with one of them"] };
  const result = fuzz({ target, coverage, seconds: 0.2, seed: 1, corpus: ["and another ) one"] });
  coverage.stop();
  expect(result.findings.map(({ complaint }) => complaint)).toEqual(["Error: both"]);
  expect(result.findings[0]?.input).toMatch(/^(\(\)|\)\()$/);
  const slow = () => {
    for (const before = process.cpuUsage(); process.cpuUsage(before).user < 80_000; );
  };
  expect(complaintOf({ run: slow, seeds: [] }, "x")).toMatch(/^slow/);
});
