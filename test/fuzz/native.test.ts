// The native code under the sanitizers: batched UDP; SRTP, ICE and DTLS; the relay's rules, all of it with real sockets over each wire, and packets from a fuzzer, libFuzzer where
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
function sourcesOf(part: "relay" | "srtp" | "ice" | "dtls"): string[] {
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
    /\/(address|latch|packet|packet-path|rtcp-privacy|source-lock|tones)\.cc$/.test(path),
  );

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "demarc-native-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("its rules hold under the sanitizers of memory and of undefined behaviour", async () => {
    const program = await build(
      join(folder, "rules"),
      ["test/relay-test.cc", "test/tones-test.cc", ...sources],
      MEMORY_CHECKS,
    );
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

/** Node brings OpenSSL's headers along and no libraries to link with: the system's are used where it has any. Null where it has none. */
function findOpenSsl(folder: string): string[] | null {
  const headers = `-I${join(dirname(realpathSync(process.execPath)), "../include/node")}`;
  const input = "#include <openssl/ssl.h>\nint main() { return SSL_CTX_new(DTLS_method()) == nullptr; }\n";
  const libraries = [
    ["-lssl", "-lcrypto"],
    ["-l:libssl.so.3", "-l:libcrypto.so.3"],
  ];
  const links = (names: readonly string[]) => {
    const args = [headers, "-x", "c++", "-", "-o", join(folder, "probe"), ...names];
    return spawnSync(COMPILER, args, { input }).status === 0;
  };
  const found = libraries.find(links);
  return found === undefined ? null : [headers, ...found];
}

/** How many runs libFuzzer has come to, with nothing found; null where there is no clang for it. */
async function fuzzFor(folder: string, source: string, more: readonly string[]): Promise<number | null> {
  const clang = findClang(folder);
  if (clang === null) return null;
  const flags = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"];
  const program = await build(join(folder, "fuzzer"), [source, ...more], flags, clang);
  const args = [`-max_total_time=${FUZZ_SECONDS}`, "-max_len=4096", "-seed=3711", `-artifact_prefix=${folder}/`];
  const { stderr } = await run(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return Number(/^Done (\d+) runs/m.exec(stderr)?.[1] ?? 0);
}

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
      ["test/dtls-test.cc", ...sources],
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
