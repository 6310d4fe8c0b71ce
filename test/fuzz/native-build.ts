// Builds native code under the sanitizers, aside from the addon.
import { execFile, spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const NATIVE = join(import.meta.dirname, "../../native");
const FUZZ_SECONDS = 10;
const COMPILER = "g++";
export const MEMORY_CHECKS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
export const run = promisify(execFile);

/** As node-gyp builds them, so that no file is forgotten. */
export function sourcesOf(part: "rules" | "srtp_rules" | "dtls_rules" | "relay" | "srtp" | "ice" | "dtls"): string[] {
  const text = readFileSync(join(NATIVE, "binding.gyp"), "utf8");
  const [, list = ""] = new RegExp(`"${part}_sources": \\[([^\\]]*)\\]`).exec(text) ?? [];
  return [...list.matchAll(/"([^"]+)"/g)].map(([, path = ""]) => path);
}

export async function build(
  program: string,
  sources: readonly string[],
  flags: readonly string[],
  compiler = COMPILER,
) {
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

/** Node brings OpenSSL's headers along and no libraries to link with: the system's are used where it has any. Null where it has none. */
export function findOpenSsl(folder: string): string[] | null {
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
export async function fuzzFor(folder: string, source: string, more: readonly string[]): Promise<number | null> {
  const clang = findClang(folder);
  if (clang === null) return null;
  const flags = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"];
  const program = await build(join(folder, "fuzzer"), [source, ...more], flags, clang);
  const args = [`-max_total_time=${FUZZ_SECONDS}`, "-max_len=4096", "-seed=3711", `-artifact_prefix=${folder}/`];
  const { stderr } = await run(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return Number(/^Done (\d+) runs/m.exec(stderr)?.[1] ?? 0);
}
