// How busy this process is: four times a second, how late the event loop was and what share of the time it worked.

import { performance } from "node:perf_hooks";
import type { Millis } from "../base/index.ts";

export interface LoadSample {
  readonly lagMs: Millis;
  /** 0 to 1. With more messages waiting than one pass takes it is 1, however short each pass is. */
  readonly busy: number;
}

const INTERVAL_MS: Millis = 250;

/** Measures until `stop`. Keeps no process alive by itself. */
export function startLoadGauge(onSample: (sample: LoadSample) => void): { stop(): void } {
  let utilization = performance.eventLoopUtilization();
  let expected = performance.now() + INTERVAL_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    const { utilization: busy } = performance.eventLoopUtilization(utilization);
    utilization = performance.eventLoopUtilization();
    const lagMs = Math.max(0, now - expected);
    expected = now + INTERVAL_MS;
    onSample({ lagMs, busy });
  }, INTERVAL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
