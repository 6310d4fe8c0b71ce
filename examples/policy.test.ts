// Tries the policy of examples/policy.ts in a lab: `node --test examples/policy.test.ts`. No socket is opened, and no time is waited for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openLab } from "demarc/testing";

const file = new URL("policy.yaml", import.meta.url).pathname;
const caller = "+12025550100";
const called = "+13035550142";

test("a customer's calls go by its carrier, then by the others", async () => {
  const lab = await openLab({ file, answers: { "carrier-b": { status: 503 } } });
  const call = await lab.call({ from: "pbx", caller, called, headers: { "X-Account": "1001" } });
  assert.deepEqual(
    call.targets.map(({ trunk }) => trunk),
    ["carrier-b", "carrier-a"],
  );
  assert.deepEqual(call.targets[0]?.headers["x-billing"], ["1001"]);
  assert.equal(call.status, 200);
});

test("a trial call lasts a minute", async () => {
  const lab = await openLab({ file });
  const { record } = await lab.call({ from: "pbx", caller, called, headers: { "X-Account": "1002" }, talkMs: 600_000 });
  assert.deepEqual([record.cause, record.durationMs], ["max-duration", 60_000]);
});

test("nobody calls without an account, but for help", async () => {
  const lab = await openLab({ file });
  const refused = await lab.call({ from: "pbx", caller, called });
  assert.deepEqual([refused.status, refused.targets], [403, []]);
  const helped = await lab.call({ from: "pbx", caller, called: "911" });
  assert.deepEqual([helped.status, helped.targets[0]?.trunk], [200, "carrier-a"]);
});
