// Builds the native addon when its sources, or the Node it is built against, are not those of the last build.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { announce, BootstrapError } from "./announce.mjs";
import { runChild, wasInterrupted } from "./child.mjs";
import { isOnPath } from "./on-path.mjs";

const KERNEL_PROGRAM = join("build", "Release", "relay.bpf.o");
const CLANGS = ["clang", ...[22, 21, 20, 19, 18, 17, 16, 15, 14].map((version) => `clang-${version}`)];

/** Builds native/build/Release/demarc.node. Throws BootstrapError naming what is missing. */
export async function buildNative({ root, node, env }) {
  const folder = join(root, "native");
  const stampPath = join(folder, "build", ".stamp");
  const addon = join(folder, "build", "Release", "demarc.node");
  const stamp = hashSources(folder);
  if (existsSync(addon) && existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp) {
    if (!existsSync(join(folder, KERNEL_PROGRAM))) await buildKernelProgram(folder, env);
    return;
  }
  requireBuildTools(env);
  announce("building the native addon (a minute at most)");
  const headers = dirname(dirname(node));
  const nodedir = existsSync(join(headers, "include", "node", "node_api.h")) ? [`--nodedir=${headers}`] : [];
  // Not "rebuild", which begins by deleting: who is running keeps what it runs on until the new one is linked.
  const script = join(root, "node_modules", "node-gyp", "bin", "node-gyp.js");
  const { code, output } = await runChild(node, [script, "configure", "build", "-C", folder, ...nodedir], {
    env,
    capture: true,
  });
  if (wasInterrupted()) throw new BootstrapError("interrupted while building the native addon");
  if (code !== 0) {
    throw new BootstrapError(`the native addon could not be built:\n${output.trim()}\n${buildRemedy(output)}`);
  }
  if (!existsSync(addon)) throw new BootstrapError(`node-gyp succeeded, but did not make ${relative(root, addon)}.`);
  await buildKernelProgram(folder, env);
  writeFileSync(stampPath, stamp);
}

/**
 * The relay's program for the kernel, where a clang is that can make it. Without it every packet goes through user space, which the relay
 * says when it starts: a machine without clang needs nothing more.
 */
async function buildKernelProgram(folder, env) {
  const clang = CLANGS.find((name) => isOnPath(name, env.PATH));
  if (clang === undefined) return;
  const machine = { x64: "x86_64", arm64: "aarch64" }[process.arch] ?? process.arch;
  const args = ["-O2", "-Wall", "-target", "bpf", "-ffreestanding", `-I/usr/include/${machine}-linux-gnu`];
  const made = ["-c", join(folder, "kernel", "relay.bpf.c"), "-o", join(folder, KERNEL_PROGRAM)];
  const { code, output } = await runChild(clang, [...args, ...made], { env, capture: true });
  if (code !== 0) announce(`the relay's program for the kernel could not be built, and is left out:\n${output.trim()}`);
}

function hashSources(folder) {
  // N-API: one binary serves every Node, so its version does not count.
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const path of listSources(folder)) hash.update(`\0${relative(folder, path)}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

function listSources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !(entry.isDirectory() && entry.name === "build"))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? listSources(path) : [path];
    });
}

function requireBuildTools(env) {
  const wanted = env.CXX === undefined ? ["g++", "make", "python3"] : ["make", "python3"];
  const missing = wanted.filter((program) => !isOnPath(program, env.PATH));
  if (missing.length === 0) return;
  throw new BootstrapError(
    `the media relay is native code and must be built once; missing: ${missing.join(", ")}.\n` +
      "On Debian or Ubuntu: apt-get install g++ make python3. Then run this again.",
  );
}

function buildRemedy(output) {
  if (/node_api\.h.*No such file|nodejs\.org|ENOTFOUND|EAI_AGAIN|install.*headers/i.test(output)) {
    return "The headers of this Node are not there. Install them, or name their folder: npm config set nodedir /usr";
  }
  return "The compiler's message above says what is wrong. A C++17 compiler is needed (g++ 9 or later).";
}
