// SRTP, ICE and DTLS under the sanitizers: their rules, packets from a fuzzer, two relays that agree on keys.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, findOpenSsl, fuzzFor, MEMORY_CHECKS, run, sourcesOf } from "./native-build.ts";

describe("SRTP and ICE", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-srtp-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("their rules hold, and scripts of packets find nothing, under the sanitizers", async () => {
    const crypto = findOpenSsl(folder);
    if (crypto === null) {
      process.stderr.write(
        "no OpenSSL to link with here (Debian: libssl3): SRTP and ICE are not tried under the sanitizers\n",
      );
      return;
    }
    const sources = sourcesOf("srtp");
    const rules = await build(
      join(folder, "rules"),
      [...sourcesOf("srtp_rules"), ...sources, "relay/address.cc"],
      ["-DDEMARC_STANDALONE", ...MEMORY_CHECKS, ...crypto],
    );
    expect((await run(rules)).stdout).toMatch(/^\d{3,} checks, 0 failed$/m);
    const checks = await build(
      join(folder, "checks"),
      ["test/ice-test.cc", "relay/address.cc", ...sourcesOf("ice")],
      ["-DDEMARC_STANDALONE_ICE", ...MEMORY_CHECKS, ...crypto],
    );
    expect((await run(checks)).stdout).toMatch(/^\d{3,} checks, 0 failed$/m);
    const scripts = await build(
      join(folder, "scripts"),
      ["fuzz/srtp-fuzz.cc", "fuzz/driver.cc", ...sources],
      [...MEMORY_CHECKS, ...crypto],
    );
    expect((await run(scripts, ["3711", "10000"])).stdout).toBe("10000 rounds, 0 findings\n");
    const checked = await build(
      join(folder, "checked"),
      ["fuzz/ice-fuzz.cc", "fuzz/driver.cc", "relay/address.cc", ...sourcesOf("ice")],
      [...MEMORY_CHECKS, ...crypto],
    );
    expect((await run(checked, ["8489", "10000"])).stdout).toBe("10000 rounds, 0 findings\n");
    const packets = await fuzzFor(folder, "fuzz/srtp-fuzz.cc", [...sources, ...crypto]);
    if (packets !== null) expect(packets).toBeGreaterThan(1000);
    const messages = await fuzzFor(folder, "fuzz/ice-fuzz.cc", ["relay/address.cc", ...sourcesOf("ice"), ...crypto]);
    if (messages !== null) expect(messages).toBeGreaterThan(10_000);
  });
});

describe("DTLS", () => {
  const own = ["address", "handshakes", "latch", "source-lock"].map((name) => `relay/${name}.cc`);
  let folder: string;
  let openSsl: string[] | null;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-dtls-"));
    openSsl = findOpenSsl(folder);
    if (openSsl === null)
      process.stderr.write("no OpenSSL to link with here: DTLS is not tried under the sanitizers\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("its rules hold, and scripts of datagrams find nothing, under the sanitizers", async () => {
    if (openSsl === null) return;
    const sources = [...sourcesOf("dtls"), ...sourcesOf("srtp"), ...own];
    const rules = await build(
      join(folder, "rules"),
      [...sourcesOf("dtls_rules"), ...sources],
      ["-DDEMARC_STANDALONE_DTLS", ...MEMORY_CHECKS, ...openSsl],
    );
    expect((await run(rules)).stdout).toMatch(/^\d{2,} checks, 0 failed$/m);
    const flags = [...MEMORY_CHECKS, ...openSsl];
    const scripts = await build(join(folder, "scripts"), ["fuzz/dtls-fuzz.cc", "fuzz/driver.cc", ...sources], flags);
    expect((await run(scripts, ["6347", "500"])).stdout).toBe("500 rounds, 0 findings\n");
    const runs = await fuzzFor(folder, "fuzz/dtls-fuzz.cc", [...sources, ...openSsl]);
    if (runs !== null) expect(runs).toBeGreaterThan(200);
  });

  const relays = [...sourcesOf("relay"), ...sourcesOf("dtls"), ...sourcesOf("srtp")];

  test.each(["any", "plain"])("two relays that agree on keys do nothing forbidden: %s wire", async (wire) => {
    if (openSsl === null) return;
    const flags = [...MEMORY_CHECKS, ...openSsl];
    const program = await build(join(folder, `live-${wire}`), ["test/live-dtls-test.cc", ...relays], flags);
    const { stdout, stderr } = await run(program, [wire]);
    expect([stdout, stderr]).toEqual([expect.stringMatching(/: 80 packets heard, 0 failed\n$/), ""]);
  });

  test("nor do their threads race", async () => {
    if (openSsl === null) return;
    const flags = ["-fsanitize=thread", ...openSsl];
    const program = await build(join(folder, "races"), ["test/live-dtls-test.cc", ...relays], flags);
    const { stdout, stderr } = await run("setarch", ["-R", program, "plain"]);
    expect([stdout, stderr]).toEqual([expect.stringMatching(/0 failed\n$/), ""]);
  });
});
