import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../../native/build/Release/relay-test", import.meta.url));

test("the native code's own tests pass, and are many", async () => {
  const { stdout } = await promisify(execFile)(PROGRAM);
  const [, checks, failed] = /^(\d+) checks, (\d+) failed$/m.exec(stdout) ?? [];
  expect(stdout).not.toContain("failed:");
  expect(Number(failed)).toBe(0);
  expect(Number(checks)).toBeGreaterThan(250);
});
