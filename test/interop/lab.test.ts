// The lab of `npm start`: every number does what it says, on real sockets, through Demarc and its relay.
import { expect, test } from "vitest";
import { type Demarc, startDemarc } from "./demarc.ts";
import { openGround } from "./ground.ts";
import { waitUntil } from "./wait-until.ts";

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
