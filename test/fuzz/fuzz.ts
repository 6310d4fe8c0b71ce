// Coverage-guided fuzzing of one target: what makes new code run is kept and built upon; what throws or takes long is a finding.
import { seededRandom } from "../../src/base/index.ts";
import type { Coverage } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./targets.ts";

export interface FuzzOptions {
  readonly target: Target;
  readonly coverage: Coverage;
  readonly seconds: number;
  readonly seed: number;
  /** Inputs kept from earlier runs. */
  readonly corpus: readonly string[];
}

export interface Finding {
  readonly complaint: string;
  /** As short as cutting makes it. */
  readonly input: string;
}

export interface FuzzResult {
  readonly executions: number;
  readonly seconds: number;
  /** Inputs that made new code run, not in the seeds or the corpus. */
  readonly found: readonly string[];
  readonly findings: readonly Finding[];
}

/** Inputs between two looks at the coverage. */
const BATCH = 2000;
const SLOW_MS = 50;
const MOST_FINDINGS = 10;

function cpuMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What is wrong with an input; null when nothing is. */
export function complaintOf(target: Target, input: string): string | null {
  const start = performance.now();
  try {
    target.run(input);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  if (performance.now() - start < SLOW_MS) return null;
  // The clock also counts neighbours on the machine and collections of garbage: an input is slow when it is so each time.
  const least = Math.min(...[1, 2, 3].map(() => cpuMs(() => target.run(input))));
  return least < SLOW_MS ? null : "slow: more than 50 ms of processor time";
}

/** Cuts pieces out for as long as the complaint stays. */
function shorten(target: Target, finding: Finding): Finding {
  let { input } = finding;
  for (let size = input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= input.length; ) {
      const shorter = input.slice(0, at) + input.slice(at + size);
      if (complaintOf(target, shorter) === finding.complaint) input = shorter;
      else at += size;
    }
  }
  return { ...finding, input };
}

export function fuzz({ target, coverage, seconds, seed, corpus }: FuzzOptions): FuzzResult {
  const random = seededRandom(seed);
  const inputs = [...target.seeds, ...corpus];
  const known = inputs.length;
  const findings = new Map<string, Finding>();
  let executions = 0;
  const run = (batch: readonly string[]): void => {
    for (const input of batch) {
      const complaint = complaintOf(target, input);
      executions += 1;
      if (complaint !== null && !findings.has(complaint))
        findings.set(complaint, shorten(target, { complaint, input }));
    }
  };
  /** Finds the inputs of a batch that make new code run, by halves. */
  const keepNew = (batch: readonly string[]): void => {
    run(batch);
    const [single] = batch;
    if (single === undefined || !coverage.grew(batch.length === 1)) return;
    if (batch.length === 1) inputs.push(single);
    else {
      keepNew(batch.slice(0, batch.length >> 1));
      keepNew(batch.slice(batch.length >> 1));
    }
  };
  const start = performance.now();
  run(inputs);
  coverage.grew(true);
  while (performance.now() - start < seconds * 1000 && findings.size < MOST_FINDINGS) {
    keepNew(Array.from({ length: BATCH }, () => mutate(inputs, random)));
  }
  return {
    executions,
    seconds: (performance.now() - start) / 1000,
    found: inputs.slice(known),
    findings: [...findings.values()],
  };
}
