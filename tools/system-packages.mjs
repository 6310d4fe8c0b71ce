// The programs that the interop tests talk to: installs what it may, and says what is missing where it may not.
import { spawnSync } from "node:child_process";
import { announce, BootstrapError } from "./announce.mjs";
import { isOnPath } from "./on-path.mjs";

/** Each program that a test starts, and the Debian package it comes in. `service`: what must not run on this machine because of us. */
const SYSTEM_PROGRAMS = [
  { program: "sipp", debianPackage: "sip-tester" },
  { program: "baresip", debianPackage: "baresip-core" },
  { program: "tshark", debianPackage: "tshark" },
  { program: "sox", debianPackage: "sox" },
  { program: "linphone-daemon", debianPackage: "linphone-cli" },
  { program: "kamailio", debianPackage: "kamailio", service: "kamailio.service" },
  { program: "rtpengine", debianPackage: "rtpengine-daemon", service: "rtpengine-daemon.service" },
];

/** Without these less is tried, and the tests say what: clang builds the relay's program for the kernel, and links libFuzzer. */
const OPTIONAL_PROGRAMS = [
  { program: "clang", debianPackage: "clang libclang-rt-dev" },
  { program: "ip", debianPackage: "iproute2" },
  { program: "openssl", debianPackage: "openssl" },
];

/**
 * Installs the missing ones with apt-get where we are root. Says exactly what is missing and how to get it otherwise:
 * tests that need it are then skipped, or, with CI=true, BootstrapError is thrown.
 */
export function provideSystemPackages() {
  installOptional();
  let missing = missingPrograms();
  if (missing.length > 0 && process.getuid?.() === 0 && isOnPath("apt-get", process.env.PATH)) {
    announce(`installing ${packagesOf(missing)}`);
    if (!aptInstall(missing) && apt(["update"])) aptInstall(missing);
    for (const { service } of missing) if (service !== undefined) spawnSync("systemctl", ["disable", "--now", service]);
    missing = missingPrograms();
  }
  if (missing.length === 0) return;
  const message =
    `missing for the interop tests: ${missing.map(({ program }) => program).join(", ")}.\n` +
    `Install with: sudo apt-get install --no-install-recommends ${packagesOf(missing)}`;
  if (process.env.CI === "true") throw new BootstrapError(message);
  announce(`${message}\nThe tests that need them are skipped.`);
}

function installOptional() {
  const missing = OPTIONAL_PROGRAMS.filter(({ program }) => !isOnPath(program, process.env.PATH));
  if (missing.length === 0 || process.getuid?.() !== 0 || !isOnPath("apt-get", process.env.PATH)) return;
  announce(`installing ${packagesOf(missing)}, which some tests use`);
  if (!aptInstall(missing) && apt(["update"])) aptInstall(missing);
}

function missingPrograms() {
  // Debian keeps servers where users do not look.
  return SYSTEM_PROGRAMS.filter(({ program }) => !isOnPath(program, `${process.env.PATH}:/usr/sbin`));
}

function packagesOf(programs) {
  return programs.map(({ debianPackage }) => debianPackage).join(" ");
}

function aptInstall(programs) {
  return apt(["install", "--yes", "--no-install-recommends", ...packagesOf(programs).split(" ")]);
}

function apt(args) {
  // Offline, systemctl starts nothing: the ports of SIP are for the tests.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", SYSTEMD_OFFLINE: "1" };
  const result = spawnSync("apt-get", ["-qq", ...args], { env, encoding: "utf8" });
  if (result.status !== 0) announce(`apt-get ${args[0]}: ${(result.stderr ?? result.error?.message ?? "").trim()}`);
  return result.status === 0;
}
