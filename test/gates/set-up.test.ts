import { describe, expect, test } from "vitest";
import { runChild } from "../../tools/child.mjs";
import { isSupportedNode } from "../../tools/node-version.mjs";
import { addTotals, formatTotals, NO_TESTS } from "../../tools/totals.mjs";
import { countTests } from "../../tools/vitest-project.mjs";

test.each([
  ["v20.20.2", false],
  ["24.14.0", false],
  ["v24.14.1", true],
  ["v24.21.0", true],
  ["v25.9.9", false],
  ["v26.0.0", true],
  ["v30.1.0", true],
  ["v26.0.0-rc.1", false],
  ["", false],
])("Node %s is good enough: %s", (version, good) => {
  expect(isSupportedNode(version)).toBe(good);
});

describe("the totals", () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((verdict) => ({ status: verdict })),
  });

  test("count what passed, failed and was left out", () => {
    const report = { testResults: [file("passed", "passed", "pending", "todo"), file("failed", "passed", "failed")] };
    expect(countTests(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  test("count a file that could not be loaded", () => {
    const report = { testResults: [file("failed"), file("failed", "passed")] };
    expect(countTests(report, 1)).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  test("count a runner that crashed, with and without a report", () => {
    expect(countTests(null, 139)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countTests({ testResults: [file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test("are one line", () => {
    expect(formatTotals(addTotals(NO_TESTS, { passed: 3, failed: 0, skipped: 0 }))).toBe("3 passed, 0 failed");
    expect(formatTotals({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });
});

describe("a child", () => {
  test("passes on its exit code and its output", async () => {
    const { code, output } = await runChild(process.execPath, ["-e", "console.log('so'); process.exit(7)"], {
      capture: true,
    });
    expect({ code, output }).toEqual({ code: 7, output: "so\n" });
  });

  test("that died of a signal, or never lived, has the shell's codes", async () => {
    const killed = await runChild(process.execPath, ["-e", "process.kill(process.pid, 'SIGTERM')"], { capture: true });
    expect(killed.code).toBe(143);
    const missing = await runChild("no-such-program-of-ours", [], { capture: true });
    expect(missing.code).toBe(127);
    expect(missing.output).toContain("no-such-program-of-ours");
  });
});
