// A PBX and a carrier that SIPp plays on core 1, and the Demarc between them.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { printLine } from "./measure.ts";

export const DEMARC = { lan: "127.9.1.1", wan: "127.9.1.2", api: "127.0.0.1:18080" };
const PEERS = { pbx: "127.9.1.20", carrier: "127.9.1.30", port: 5060 };

export const CONFIGURATION = `
api: { listen: "${DEMARC.api}" }
networks:
  lan: { listen: [{ transport: udp, address: ${DEMARC.lan}, port: 5060 }], media: { address: ${DEMARC.lan}, ports: 20000-29999 } }
  wan: { listen: [{ transport: udp, address: ${DEMARC.wan}, port: 5060 }], media: { address: ${DEMARC.wan}, ports: 20000-29999 } }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:${PEERS.pbx}:5060" }], identify: { addresses: [${PEERS.pbx}] } }
  carrier: { role: provider, network: wan, targets: [{ uri: "sip:${PEERS.carrier}:5060" }], identify: { addresses: [${PEERS.carrier}] } }
routes: [{ name: outbound, match: { from: pbx }, to: [carrier] }]
`;

export const CALLEE = ["-sn", "uas", "-i", PEERS.carrier];
export const CALLER = ["-sn", "uac", `${DEMARC.lan}:5060`, "-i", PEERS.pbx, "-s", "+13035550142"];

/** False, and said so, where it is not. */
export function isSippThere(what: string): boolean {
  if (spawnSync("sipp", ["-v"]).error === undefined) return true;
  printLine(what, "left out: sipp is not installed (Debian: sip-tester)");
  return false;
}

export function sipp(args: readonly string[], folder: string): ChildProcess {
  const quiet = ["-nostdin", "-buff_size", "8000000", "-p", String(PEERS.port)];
  return spawn("taskset", ["-c", "1", "sipp", ...args, ...quiet], { cwd: folder, stdio: "ignore" });
}
