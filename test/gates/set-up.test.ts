import { describe, expect, test } from "vitest";
import { runChild } from "../../tools/child.mjs";
import { isSupportedNode } from "../../tools/node-version.mjs";
import { addTotals, formatFailures, formatTotals, NO_TESTS } from "../../tools/totals.mjs";
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
    name: "a.test.ts",
    status,
    message: "it does not load\nat all",
    assertionResults: tests.map((verdict) => ({
      status: verdict,
      fullName: `what is ${verdict}`,
      failureMessages: verdict === "failed" ? ["\u001b[31mError: so not\u001b[39m\n    at there"] : [],
    })),
  });

  test("count what passed, failed and was left out", () => {
    const report = { testResults: [file("passed", "passed", "pending", "todo"), file("failed", "passed", "failed")] };
    const failures = [{ name: "a.test.ts > what is failed", why: "Error: so not" }];
    expect(countTests(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2, failures });
  });

  test("count a file that could not be loaded", () => {
    const report = { testResults: [file("failed"), file("failed", "passed")] };
    const failure = { name: "a.test.ts", why: "it does not load | at all" };
    expect(countTests(report, 1)).toEqual({ passed: 1, failed: 2, skipped: 0, failures: [failure, failure] });
  });

  test("tell a property's counterexample", () => {
    const message =
      'Error: Property failed after 3 tests\n{ seed: 7, path: "2:1" }\nCounterexample: ["x"]\nShrunk 2 time(s)\n    at there';
    const failed = { status: "failed", fullName: "it holds", failureMessages: [message] };
    const { failures } = countTests({ testResults: [{ name: "a", status: "failed", assertionResults: [failed] }] }, 1);
    const why = 'Error: Property failed after 3 tests | { seed: 7, path: "2:1" } | Counterexample: ["x"]';
    expect(failures).toEqual([{ name: "a > it holds", why }]);
  });

  test("count a runner that crashed, with and without a report", () => {
    expect(countTests(null, 139)).toMatchObject({ passed: 0, failed: 1, failures: [{ name: "the runner" }] });
    expect(countTests({ testResults: [file("passed", "passed")] }, 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test("are one line", () => {
    expect(formatTotals(addTotals(NO_TESTS, { passed: 3, failed: 0, skipped: 0, failures: [] }))).toBe(
      "3 passed, 0 failed",
    );
    expect(formatTotals({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });

  test("name what failed, fifty at most", () => {
    const failures = Array.from({ length: 52 }, (_, at) => ({ name: `t${at}`, why: at === 0 ? "so" : "" }));
    const lines = formatFailures(addTotals(NO_TESTS, { passed: 0, failed: 52, skipped: 0, failures })).split("\n");
    expect(lines.slice(0, 3)).toEqual(["failed:", "  t0: so", "  t1"]);
    expect(lines.slice(-3)).toEqual(["  t49", "  and 2 more", ""]);
    expect(formatFailures(NO_TESTS)).toBe("");
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
