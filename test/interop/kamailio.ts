// Kamailio as a proxy between Demarc and the phones behind it: it stands in the way of every request of a call (Record-Route), once for
// each of its two addresses.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isBound } from "./free-port.ts";
import type { Ground, Program } from "./ground.ts";
import { waitUntil } from "./wait-until.ts";

const START_TIMEOUT_MS = 15_000;

export interface KamailioOptions {
  /** `address:port` of its side towards Demarc, and of its side towards the phones. */
  readonly near: string;
  readonly far: string;
  /** Where Demarc is. */
  readonly demarc: string;
  /** For each number the phones that ring, all at once. */
  readonly phones: Readonly<Record<string, readonly string[]>>;
}

/** Resolves once it listens. */
export async function startKamailio(ground: Ground, options: KamailioOptions): Promise<Program> {
  return runKamailio(ground, configurationText(options), [options.near, options.far]);
}

/** Runs it with a configuration of its language; resolves once it listens at each `address:port`. */
export async function runKamailio(ground: Ground, text: string, listens: readonly string[]): Promise<Program> {
  const file = join(ground.folder, `kamailio-${listens.join("-").replaceAll(/[:.]/g, "-")}.cfg`);
  writeFileSync(file, text);
  // In the foreground, with its log on stderr and little memory.
  const program = await ground.start("kamailio", ["-DD", "-E", "-m", "16", "-M", "4", "-Y", ground.folder, "-f", file]);
  const places = listens.map((place) => place.split(":"));
  await waitUntil(
    () => {
      if (program.exitCode() !== null) throw new Error(`Kamailio ended: ${program.output().slice(-2000)}`);
      return places.every(([address = "", port]) => isBound(address, Number(port)));
    },
    { timeoutMs: START_TIMEOUT_MS, describe: () => `Kamailio to listen: ${program.output().slice(-2000)}` },
  );
  return program;
}

function configurationText({ near, far, demarc, phones }: KamailioOptions): string {
  const [demarcHost = ""] = demarc.split(":");
  const forks = Object.entries(phones).map(([number, [first = "", ...others]]) => {
    const branches = others.map((phone) => ` append_branch("sip:${number}@${phone}");`);
    return `if ($rU == "${number}") { $ru = "sip:${number}@${first}";${branches.join("")} }`;
  });
  return `#!KAMAILIO
listen=udp:${near}
listen=udp:${far}
children=1
disable_tcp=yes
auto_aliases=no
loadmodule "tm.so"
loadmodule "corex.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
modparam("rr", "enable_double_rr", 1)

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (has_totag()) {
    if (loose_route() || (is_method("ACK") && t_check_trans())) t_relay();
    else if (!is_method("ACK")) sl_send_reply("404", "No Route");
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  t_check_trans();
  if ($si == "${demarcHost}") {
    $fs = "udp:${far}";
    ${forks.join("\n    ")}
  } else {
    $fs = "udp:${near}";
    $du = "sip:${demarc}";
  }
  record_route();
  t_relay();
}
`;
}
