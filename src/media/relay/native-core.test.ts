import { execFile } from "node:child_process";
import { createRequire } from "node:module";
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

interface Checked {
  readonly checks: number;
  readonly failures: number;
  readonly report: string;
}

interface SrtpTest {
  check(): Checked;
  checkIce(): Checked;
  checkDtls(): Checked;
}

test("SRTP's own tests pass on this Node's OpenSSL: the vectors of RFC 3711, RFC 6188 and RFC 7714, replays, forgeries, restarts", () => {
  const native = createRequire(import.meta.url)("../../../native/build/Release/srtp-test.node") as SrtpTest;
  const { checks, failures, report } = native.check();
  expect(report).toBe("");
  expect(failures).toBe(0);
  expect(checks).toBeGreaterThan(250);
});

test("ICE's own tests pass on it too: the vectors of RFC 5769, strangers, noise", () => {
  const native = createRequire(import.meta.url)("../../../native/build/Release/srtp-test.node") as SrtpTest;
  const { checks, failures, report } = native.checkIce();
  expect(report).toBe("");
  expect(failures).toBe(0);
  expect(checks).toBeGreaterThan(100);
});

test("and those of DTLS handshakes: losses, strangers who race the peer, wrong certificates, restarts", () => {
  const native = createRequire(import.meta.url)("../../../native/build/Release/srtp-test.node") as SrtpTest;
  const { checks, failures, report } = native.checkDtls();
  expect(report).toBe("");
  expect(failures).toBe(0);
  expect(checks).toBeGreaterThan(80);
});
