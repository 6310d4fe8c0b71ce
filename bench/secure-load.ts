// The relay's load as a program that encrypts what one side says. It needs OpenSSL to link with, which Node does not bring along: built here when it is
// wanted, aside from the addon.
import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";

const NATIVE = join(import.meta.dirname, "../native");
const SOURCES = [
  "load/rtp-load.cc",
  "relay/uring.cc",
  "srtp/srtp.cc",
  "srtp/srtp-crypto.cc",
  "srtp/srtp-state.cc",
  "srtp/srtp-suite.cc",
];
const COMPILER = "g++";

/** The path of the program in `folder`; null where there is no OpenSSL to link with. */
export function buildSecureLoad(folder: string): string | null {
  const program = join(folder, "rtp-load-srtp");
  const headers = `-I${join(dirname(realpathSync(process.execPath)), "../include/node")}`;
  const flags = ["-std=c++17", "-O2", "-DDEMARC_SRTP", headers];
  for (const library of ["-lcrypto", "-l:libcrypto.so.3"]) {
    const built = spawnSync(COMPILER, [...flags, ...SOURCES, "-o", program, library], { cwd: NATIVE });
    if (built.status === 0) return program;
  }
  return null;
}
