// npm run fuzz -- [--seconds N] [--target NAME] [--seed N] [--keep]: fuzzes one target or all; exits 1 when there is a finding.
import { parseArgs } from "node:util";
import { readCorpus, writeCorpus } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { type FuzzResult, fuzz } from "./fuzz.ts";

const USAGE = "usage: npm run fuzz -- [--seconds N] [--target parser|sdp|digest|multipart|via|uri] [--seed N] [--keep]";
/** Longer inputs are not kept: they would be read by nobody. */
const LONGEST_KEPT = 1000;

function readNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function print(name: string, result: FuzzResult): void {
  const { executions, seconds, found, findings } = result;
  const rate = Math.round(executions / seconds);
  console.log(
    `${name}: ${executions} executions, ${rate} a second, ${found.length} new inputs, ${findings.length} findings`,
  );
  for (const { complaint, input } of findings) console.log(`  ${complaint}\n    ${JSON.stringify(input)}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      target: { type: "string" },
      seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
      keep: { type: "boolean", default: false },
    },
  });
  const [seconds, seed] = [readNumber(values.seconds), readNumber(values.seed)];
  const coverage = new Coverage();
  coverage.start();
  // Loaded after the coverage has begun: only then it sees the blocks inside functions.
  const { TARGETS } = await import("./targets.ts");
  const targets = Object.entries(TARGETS).filter(([name]) => values.target === undefined || name === values.target);
  if (seconds === null || seed === null || targets.length === 0) {
    console.error(USAGE);
    return 2;
  }
  console.log(`seed ${seed}`);
  let findings = 0;
  for (const [name, target] of targets) {
    const corpus = readCorpus(name);
    const result = fuzz({ target, coverage, seconds: seconds / targets.length, seed, corpus });
    print(name, result);
    findings += result.findings.length;
    if (values.keep) writeCorpus(name, [...corpus, ...result.found.filter(({ length }) => length <= LONGEST_KEPT)]);
  }
  console.log(`${coverage.characters} characters of the protocol layer's source have run`);
  coverage.stop();
  return findings === 0 ? 0 : 1;
}

process.exitCode = await main();
