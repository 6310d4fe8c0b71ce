// What a reload costs the calls: reading a file with many trunks and numbers beside them, and taking it over. Alone: `node bench/reload.ts [--trunks 10000]`.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { invariant, seededRandom } from "../src/base/index.ts";
import { createEngine } from "../src/engine/index.ts";
import { readConfigurationApart, readConfigurationText } from "../src/runtime/config/index.ts";
import { createDigestHash } from "../src/runtime/index.ts";
import { printLine } from "./measure.ts";

const ROUNDS = 3;

function fileOf(trunks: number): string {
  const media = "media: { address: 127.0.0.1, ports: 20000-29999 }";
  const lines = [
    "networks:",
    `  lan: { listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }], ${media} }`,
    "trunks:",
  ];
  for (let n = 0; n < trunks; n += 1) {
    const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    const peer = `targets: [{ uri: "sip:${address}:5060" }], identify: { addresses: [${address}] }`;
    lines.push(`  t${n}: { role: ${n % 10 === 0 ? "provider" : "pbx"}, network: lan, ${peer}, limits: { calls: 30 } }`);
  }
  lines.push("routes:", '  - { name: out, match: { called: "+*" }, to: [t0] }', "");
  return lines.join("\n");
}

/** Prints how long it takes, and how long the calls wait for it at the most. */
export async function benchReload({ trunks = 10_000 }: { readonly trunks?: number } = {}): Promise<void> {
  const text = fileOf(trunks);
  const first = await readConfigurationText("bench.yaml", fileOf(1), { purpose: "start" });
  invariant(first.configuration !== null, "the configuration must be valid");
  const engine = createEngine({
    configuration: first.configuration,
    random: seededRandom(1),
    hash: createDigestHash(),
  });
  const pauses = monitorEventLoopDelay({ resolution: 1 });
  for (let round = 1; round <= ROUNDS; round += 1) {
    pauses.reset();
    pauses.enable();
    const started = performance.now();
    const { configuration, faults } = await readConfigurationApart("bench.yaml", text, { purpose: "start" });
    invariant(configuration !== null, `the configuration must be valid: ${faults[0]?.message}`);
    const taken = performance.now();
    engine.handle({ kind: "configuration", configuration }, Date.now());
    const done = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    pauses.disable();
    const [p99, most] = [pauses.percentile(99), pauses.max].map((ns) => `${(ns / 1e6).toFixed(1)} ms`);
    const [whole, use] = [done - started, done - taken].map((ms) => `${ms.toFixed(0)} ms`);
    printLine(
      `reload of ${trunks} trunks, ${round}`,
      `${whole}, of these ${use} to use it; waits p99 ${p99}, longest ${most}`,
    );
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { trunks: { type: "string" } } });
  await benchReload({ trunks: Number(values.trunks ?? 10_000) });
}
