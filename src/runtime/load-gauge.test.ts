import { expect, test } from "vitest";
import { type LoadSample, startLoadGauge } from "./load-gauge.ts";

test("a loop that is kept busy is seen to be, and nothing is measured after the stop", async () => {
  const samples: LoadSample[] = [];
  let heard: () => void = () => {};
  const gauge = startLoadGauge((sample) => {
    samples.push(sample);
    heard();
  });
  const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
  const keepAlive = setInterval(() => {}, 1000);
  await next();
  const until = performance.now() + 700;
  while (performance.now() < until);
  await next();
  const [, late] = samples;
  expect(late?.lagMs).toBeGreaterThan(300);
  expect(late?.busy).toBeGreaterThan(0.5);
  gauge.stop();
  clearInterval(keepAlive);
  for (const { lagMs, busy } of samples) {
    expect(lagMs).toBeGreaterThanOrEqual(0);
    expect(busy).toBeLessThanOrEqual(1);
  }
});
