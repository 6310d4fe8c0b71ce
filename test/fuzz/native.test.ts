// The native code under the sanitizers: batched UDP; the relay's rules, all of it with real sockets over each wire, and packets from a fuzzer, libFuzzer where
// clang has it. Built here, aside from the addon, into a folder that is gone afterwards; what is secure about it: native-secure.test.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, fuzzFor, MEMORY_CHECKS, run, sourcesOf } from "./native-build.ts";

describe("the relay's native code", () => {
  let folder: string;
  const sources = sourcesOf("relay");
  const fuzzed = sources.filter((path) =>
    /\/(address|latch|packet|packet-path|rtcp-privacy|source-lock|tones)\.cc$/.test(path),
  );

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-native-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("its rules hold under the sanitizers of memory and of undefined behaviour", async () => {
    const program = await build(join(folder, "rules"), [...sourcesOf("rules"), ...sources], MEMORY_CHECKS);
    const { stdout } = await run(program);
    expect(stdout).toMatch(/^\d{3,} checks, 0 failed$/m);
  });

  test.each(["any", "plain"])(
    "a relay that works, is sprayed at and closed under traffic does nothing forbidden: %s wire",
    async (wire) => {
      const program = await build(join(folder, `live-${wire}`), ["test/live-test.cc", ...sources], MEMORY_CHECKS);
      const { stdout, stderr } = await run(program, [wire]);
      expect([stdout, stderr]).toEqual([expect.stringMatching(/: 5120 packets heard, 0 failed\n$/), ""]);
    },
  );

  test("its threads do not race", async () => {
    const program = await build(join(folder, "races"), ["test/live-test.cc", ...sources], ["-fsanitize=thread"]);
    // Without it the sanitizer does not find its memory on recent kernels.
    const { stdout, stderr } = await run("setarch", ["-R", program, "plain"]);
    expect([stdout, stderr]).toEqual([expect.stringMatching(/0 failed\n$/), ""]);
  });

  test("scripts of packets from a seed find nothing", async () => {
    const program = await build(
      join(folder, "scripts"),
      ["fuzz/relay-fuzz.cc", "fuzz/driver.cc", ...fuzzed],
      MEMORY_CHECKS,
    );
    const { stdout } = await run(program, ["3550", "30000"]);
    expect(stdout).toBe("30000 rounds, 0 findings\n");
  });

  test("a short run of libFuzzer finds nothing, where there is a clang for it", async () => {
    const runs = await fuzzFor(folder, "fuzz/relay-fuzz.cc", fuzzed);
    if (runs !== null) expect(runs).toBeGreaterThan(10_000);
    else
      process.stderr.write(
        "no clang with libFuzzer here (Debian: clang and libclang-rt-dev): the scripts above are all that was tried\n",
      );
  });
});

describe("the batched UDP socket", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-udp-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("takes and gives datagrams of every size, refused and lost ones too, and does nothing forbidden", async () => {
    const sources = ["test/udp-test.cc", "udp/udp-socket.cc", "relay/address.cc"];
    const program = await build(join(folder, "udp"), sources, MEMORY_CHECKS);
    const { stdout, stderr } = await run(program);
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^\d{4,} checks, 0 failed\n$/), ""]);
  });
});
