// The native code under the sanitizers: batched UDP; SRTP; the relay's rules, all of it with real sockets over each wire, and packets from a fuzzer, libFuzzer where
// clang has it. Built here, aside from the addon, into a folder that is gone afterwards.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const NATIVE = join(import.meta.dirname, "../../native");
const FUZZ_SECONDS = 10;
const COMPILER = "g++";
const MEMORY_CHECKS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const run = promisify(execFile);

/** As node-gyp builds them, so that no file is forgotten. */
function sourcesOf(part: "relay" | "srtp" | "ice"): string[] {
  const text = readFileSync(join(NATIVE, "binding.gyp"), "utf8");
  const [, list = ""] = new RegExp(`"${part}_sources": \\[([^\\]]*)\\]`).exec(text) ?? [];
  return [...list.matchAll(/"([^"]+)"/g)].map(([, path = ""]) => path);
}

async function build(program: string, sources: readonly string[], flags: readonly string[], compiler = COMPILER) {
  const args = ["-std=c++17", "-g", "-O1", ...flags, ...sources, "-o", program, "-pthread"];
  await run(compiler, args, { cwd: NATIVE, maxBuffer: 16 * 1024 * 1024 });
  return program;
}

/** The name of a clang that can link a fuzzer; null when there is none. */
function findClang(folder: string): string | null {
  const input =
    '#include <cstddef>\n#include <cstdint>\nextern "C" int LLVMFuzzerTestOneInput(const uint8_t*, size_t) { return 0; }\n';
  const names = ["clang++", ...[22, 21, 20, 19, 18, 17, 16, 15, 14].map((version) => `clang++-${version}`)];
  const args = ["-fsanitize=fuzzer,address,undefined", "-x", "c++", "-", "-o", join(folder, "probe")];
  return names.find((name) => spawnSync(name, args, { input }).status === 0) ?? null;
}

describe("the relay's native code", () => {
  let folder: string;
  const sources = sourcesOf("relay");
  const fuzzed = sources.filter((path) =>
    /\/(address|latch|packet|packet-path|rtcp-privacy|source-lock)\.cc$/.test(path),
  );

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-native-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("its rules hold under the sanitizers of memory and of undefined behaviour", async () => {
    const program = await build(join(folder, "rules"), ["test/relay-test.cc", ...sources], MEMORY_CHECKS);
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
    const clang = findClang(folder);
    if (clang === null) {
      process.stderr.write(
        "no clang with libFuzzer here (Debian: clang and libclang-rt-dev): the scripts above are all that was tried\n",
      );
      return;
    }
    const flags = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"];
    const program = await build(join(folder, "fuzzer"), ["fuzz/relay-fuzz.cc", ...fuzzed], flags, clang);
    const args = [`-max_total_time=${FUZZ_SECONDS}`, "-max_len=4096", "-seed=3550", `-artifact_prefix=${folder}/`];
    const { stderr } = await run(program, args, { maxBuffer: 64 * 1024 * 1024 });
    const [, runs = "0"] = /^Done (\d+) runs/m.exec(stderr) ?? [];
    expect(Number(runs)).toBeGreaterThan(10_000);
  });
});

/** Node brings OpenSSL's headers along and no library to link with: the system's is used where it has one. Null where it has none. */
function findCrypto(folder: string): string[] | null {
  const headers = `-I${join(dirname(realpathSync(process.execPath)), "../include/node")}`;
  const input = "#include <openssl/evp.h>\nint main() { return EVP_CIPHER_CTX_new() == nullptr; }\n";
  const libraries = ["-lcrypto", "-l:libcrypto.so.3"];
  const links = (library: string) => {
    const args = [headers, "-x", "c++", "-", "-o", join(folder, "probe"), library];
    return spawnSync(COMPILER, args, { input }).status === 0;
  };
  const library = libraries.find(links);
  return library === undefined ? null : [headers, library];
}

describe("SRTP and ICE", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-srtp-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("their rules hold, and scripts of packets find nothing, under the sanitizers", async () => {
    const crypto = findCrypto(folder);
    if (crypto === null) {
      process.stderr.write(
        "no OpenSSL to link with here (Debian: libssl3): SRTP and ICE are not tried under the sanitizers\n",
      );
      return;
    }
    const sources = sourcesOf("srtp");
    const rules = await build(
      join(folder, "rules"),
      ["test/srtp-test.cc", ...sources],
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
    const clang = findClang(folder);
    if (clang === null) return;
    const flags = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all", ...crypto];
    const program = await build(join(folder, "fuzzer"), ["fuzz/srtp-fuzz.cc", ...sources], flags, clang);
    const args = [`-max_total_time=${FUZZ_SECONDS}`, "-max_len=4096", "-seed=3711", `-artifact_prefix=${folder}/`];
    const { stderr } = await run(program, args, { maxBuffer: 64 * 1024 * 1024 });
    const [, runs = "0"] = /^Done (\d+) runs/m.exec(stderr) ?? [];
    expect(Number(runs)).toBeGreaterThan(1000);
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
