// The lab's numbers do what the documents say of them, however they are dialled.

import { expect, test } from "vitest";
import { answerLabNumber } from "./lab-numbers.ts";

const OTHERS = { failing: false };
const statuses = (called: string, options = OTHERS) =>
  answerLabNumber(called, options).steps.map(({ status }) => status);

test.each([
  ["0100", [180, 200]],
  ["0101", [486]],
  ["0102", [180]],
  ["0103", [180, 200]],
  ["0104", [183, 200]],
  ["0105", [180, 200]],
  ["0106", [180, 200]],
  ["0107", [404]],
])("+1 303 555 %s", (line, expected) => {
  for (const form of [`+1303555${line}`, `1303555${line}`, `303555${line}`])
    expect(statuses(form), form).toEqual(expected);
});

test("0103 fails on the failing carrier only", () => {
  expect(statuses("+13035550103", { failing: true })).toEqual([503]);
  expect(statuses("+13035550100", { failing: true })).toEqual([180, 200]);
});

test("0100 echoes, 0105 sends a tone, 0106 hangs up after 5 s, 0104 has its audio before the answer", () => {
  expect(answerLabNumber("+13035550100", OTHERS).mode).toBe("echo");
  expect(answerLabNumber("+13035550105", OTHERS).mode).toBe("tone");
  expect(answerLabNumber("+13035550106", OTHERS).hangUpAfterMs).toBe(5000);
  expect(answerLabNumber("+13035550104", OTHERS).steps[0]).toMatchObject({ status: 183, description: true });
});

test.each(["+13035550142", "+442079460000", "911", "", "constructor"])("any other number, %j, answers", (called) => {
  expect(statuses(called)).toEqual([180, 200]);
});
