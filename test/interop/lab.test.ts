// What is at well-known ports: the lab of `npm start`, in which every number does what it says, and the example office as it stands.
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Demarc, startDemarc } from "./demarc.ts";
import { openGround } from "./ground.ts";
import { whyNot } from "./programs.ts";
import { startCallee, startCaller } from "./sipp.ts";
import { calleeAnswers, callerHangsUp } from "./sipp-calls.ts";
import { waitUntil } from "./wait-until.ts";

const no = whyNot("sipp");
const OFFICE = { configFile: join(import.meta.dirname, "../../examples/office.yaml"), api: "127.0.0.1:8080" };
const LAB = { configFile: null, api: "127.0.0.1:8080" };

async function call(demarc: Demarc, called: string, hangUpAfterMs: number | null = null): Promise<void> {
  await demarc.send("POST", "/api/v1/lab/calls", { called, hangUpAfterMs });
}

test("its numbers answer, are busy, fail over, send early media and hang up", async () => {
  const demarc = await startDemarc(openGround(), LAB);
  await call(demarc, "+13035550100", 1500);
  await call(demarc, "+13035550101");
  await call(demarc, "+13035550103", 500);
  await call(demarc, "+13035550104", 500);
  await call(demarc, "+13035550105", 1500);
  await call(demarc, "+13035550107");
  await call(demarc, "911", 500);
  await call(demarc, "+19005550100");
  const records = await demarc.records(8);
  const of = (called: string) => records.find((record) => record.called === called);
  for (const answered of ["+13035550100", "+13035550105"]) {
    expect(of(answered)).toMatchObject({ cause: "normal-clearing", endedBy: "caller", egressTrunk: "carrier-a" });
    const [stream] = of(answered)?.quality ?? [];
    expect(stream?.a.packets, answered).toBeGreaterThan(20);
    expect(stream?.b.packets, answered).toBeGreaterThan(20);
  }
  expect(of("+13035550101")).toMatchObject({ status: 486, cause: "busy", endedBy: "callee" });
  expect(of("+13035550103")).toMatchObject({
    egressTrunk: "carrier-b",
    attempts: [
      { trunk: "carrier-a", status: 503 },
      { trunk: "carrier-b", status: 200 },
    ],
  });
  // Heard before it was answered.
  const early = of("+13035550104");
  expect(early?.quality[0]?.b.firstPacketAt).toBeLessThan(Date.parse(early?.answeredAt ?? ""));
  expect(of("+13035550107")).toMatchObject({ status: 404, cause: "unknown-number" });
  expect(of("911")).toMatchObject({ emergency: true, route: "emergency", cause: "normal-clearing" });
  expect(of("+19005550100")).toMatchObject({ status: 403, cause: "rejected", route: "premium-blocked" });
  expect(await demarc.interrupt()).toBe(0);
});

test("a number that rings is hung up by an operator; a call that stands is hung up by Ctrl-C, and its record kept", async () => {
  const ground = openGround();
  const demarc = await startDemarc(ground, LAB);
  await call(demarc, "+13035550102");
  const inState = (state: string) => ({
    timeoutMs: 10_000,
    describe: () => `a call that is ${state}: ${demarc.program.output().slice(-2000)}`,
  });
  const ringing = await waitUntil(
    async () => (await demarc.calls()).find(({ state }) => state === "ringing"),
    inState("ringing"),
  );
  await demarc.send("DELETE", `/api/v1/calls/${ringing.id}`);
  expect(await demarc.records(1)).toMatchObject([{ cause: "operator", status: 480, endedBy: "demarc" }]);
  await call(demarc, "+13035550106");
  await waitUntil(async () => (await demarc.calls()).some(({ state }) => state === "answered"), inState("answered"));
  expect(await demarc.interrupt()).toBe(0);
  const again = await startDemarc(ground, LAB);
  const kept = await again.records(2);
  expect(kept.map(({ cause }) => cause)).toEqual(["operator", "shutdown"]);
  expect(kept[1]?.durationMs).toBeGreaterThan(0);
});

test.skipIf(no)(
  `examples/office.yaml as it stands takes a call from its PBX to its first carrier ${no ?? ""}`,
  async () => {
    const ground = openGround();
    const demarc = await startDemarc(ground, OFFICE);
    const carrier = { address: "127.0.0.3", port: 5060, host: "carrier.example", toneHz: 700 };
    const callee = await startCallee(ground, { ...carrier, script: calleeAnswers() });
    const pbx = { address: "127.0.0.1", host: "pbx.example", toneHz: 440, to: "127.0.0.1:5060" };
    const numbers = { caller: "+12025550100", called: "+13035550142" };
    const caller = await startCaller(ground, { ...pbx, ...numbers, script: callerHangsUp(500) });
    await Promise.all([caller.succeeded(20_000), callee.succeeded(20_000)]);
    expect(await demarc.records(1)).toMatchObject([
      { egressTrunk: "carrier-a", status: 200, cause: "normal-clearing" },
    ]);
  },
);
