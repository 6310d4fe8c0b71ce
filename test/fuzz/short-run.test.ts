// Ten seconds of fuzzing for each target, the way `npm run fuzz` does it.
import { expect, test } from "vitest";
import { runChild } from "../../tools/child.mjs";
import { TARGET_NAMES } from "./targets.ts";

const SECONDS_EACH = 10;

test("ten seconds of each target find nothing", async () => {
  const script = new URL("run.ts", import.meta.url).pathname;
  const args = [script, "--seed", "3261", "--seconds", String(SECONDS_EACH * TARGET_NAMES.length)];
  const { code, output } = await runChild(process.execPath, args, { capture: true });
  const lines = TARGET_NAMES.map((name) => new RegExp(`^${name}: (\\d+) executions, .* 0 findings$`, "m").exec(output));
  expect(lines.map((line) => Number(line?.[1] ?? 0) > 1000)).toEqual(TARGET_NAMES.map(() => true));
  expect([code, output]).toEqual([0, output]);
});
