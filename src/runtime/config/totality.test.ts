// Whatever stands in the file: an answer, each fault with a place inside the text, and never an exception.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfigurationText } from "./read-configuration.ts";

const EXAMPLE = readFileSync(resolve(import.meta.dirname, "../../../examples/shared-carriers.yaml"), "utf8");

async function expectAnswer(text: string): Promise<void> {
  const reading = await readConfigurationText("x.yaml", text, { purpose: "validate", environment: {} });
  expect(reading.configuration === null).toBe(reading.faults.length > 0);
  const lines = text.split(/\r\n|\r|\n/);
  for (const { line, column, message } of [...reading.faults, ...reading.warnings]) {
    expect(message).not.toMatch(/[\r\n]/);
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
  }
}

test("a key of several lines is one line in the message", () => expectAnswer('"a\\nb\\e[2J": 1\nnode: { "\\n": 2 }\n'));

test("any text", () =>
  fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), expectAnswer), { numRuns: 300 }));

test("any text of YAML's own characters", () => {
  const yaml = fc.string({ unit: fc.constantFrom(..."ab:- \n\t[]{},&*!|>'\"%@`#?0~<"), maxLength: 60 });
  return fc.assert(fc.asyncProperty(yaml, expectAnswer), { numRuns: 1000 });
});

test("a valid file in which something was overwritten", () => {
  const change = fc.record({
    at: fc.nat(EXAMPLE.length),
    remove: fc.nat(20),
    insert: fc.oneof(
      fc.constantFrom("", "null", "[]", "{}", "1e999", ".inf", "0x10", "~", "*a", "&a ", "- ", "\n", "\t", "!!set "),
      fc.string({ maxLength: 8 }),
    ),
  });
  const mutated = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let text = EXAMPLE;
    for (const { at, remove, insert } of changes) text = text.slice(0, at) + insert + text.slice(at + remove);
    return text;
  });
  return fc.assert(fc.asyncProperty(mutated, expectAnswer), { numRuns: 500 });
});
