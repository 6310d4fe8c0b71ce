// All figures of the relay, one after the other: against rtpengine, SRTP beside RTP, the kernel's ways beside user space, and what calls cost besides
// their packets. `node bench/media.ts [--rounds 5] [--seconds 3] [--wait 60]`, as root for the kernel; some 40 minutes, or with --rounds 1 --seconds 1
// --wait 0 two, which tell little.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    wait: { type: "string", default: "60" },
  },
});
const lengths = ["--rounds", values.rounds, "--seconds", values.seconds];
const PARTS: readonly (readonly [string, string, readonly string[]])[] = [
  ["user space, beside rtpengine", "relay.ts", [...lengths, "--wait", values.wait]],
  ["SRTP to RTP beside RTP to RTP", "relay.ts", [...lengths, "--wait", values.wait, "--secure"]],
  ["the kernel beside user space, 500 calls", "relay-kernel.ts", lengths],
  ["the kernel beside user space, 1,500 calls", "relay-kernel.ts", [...lengths, "--calls", "1500"]],
  ["calls besides their packets", "relay-life.ts", lengths],
];
let failed = 0;
for (const [title, file, args] of PARTS) {
  console.log(`\n${title}`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, file), ...args], { stdio: "inherit" });
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
