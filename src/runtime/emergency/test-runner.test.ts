import { beforeEach, expect, test } from "vitest";
import type { EmergencyDeed, EmergencyStep, EmergencyTestOrder } from "../../engine/index.ts";
import { type Configuration, parseConfiguration } from "../../model/index.ts";
import { createMemoryStore, type Store } from "../store/index.ts";
import { createTestRunner, type TestRunner } from "./test-runner.ts";

const trunk = (port: number) => ({ role: "provider", network: "lan", targets: [{ uri: `sip:127.0.0.9:${port}` }] });

function configured(test: object | null): Configuration {
  const parsed = parseConfiguration({
    country: "US",
    networks: {
      lan: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-20999" },
      },
    },
    trunks: { pbx: { ...trunk(1), role: "pbx" }, a: trunk(2), b: trunk(3), c: trunk(4) },
    routes: [
      { name: "sos", match: { emergency: true }, to: { table: "out" } },
      { name: "all", to: ["c"] },
    ],
    routeTables: { out: { routes: [{ name: "out", to: ["a"], fallback: ["b"] }] } },
    emergency: { test },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const SETTINGS = { at: "03:30", from: "pbx", caller: "+12025550100" };
let now = 0;
let store: Store;
let configuration: Configuration;
let orders: EmergencyTestOrder[] = [];
let noted: EmergencyStep[] = [];
let waiting: { readonly ms: number; readonly then: () => void }[] = [];
let runner: TestRunner;
let calls = 0;

function open(): TestRunner {
  return createTestRunner({
    store,
    configuration: () => configuration,
    submit: (order) => void orders.push(order),
    note: (step) => {
      noted.push(step);
      runner.hear(step);
    },
    clock: () => now,
    wait: (ms, then) => {
      const one = { ms, then };
      waiting.push(one);
      return () => {
        waiting = waiting.filter((other) => other !== one);
      };
    },
  });
}

beforeEach(() => {
  now = Date.parse("2026-01-01T03:00:00.000Z");
  store = createMemoryStore();
  configuration = configured(SETTINGS);
  orders = [];
  noted = [];
  waiting = [];
  runner = open();
});

function begunOf(name: string): EmergencyDeed {
  const rest = {
    callerName: null,
    called: "933",
    recognisedBy: "number",
    from: "",
    location: null,
    said: null,
  } as const;
  return { kind: "begun", test: { by: "schedule", trunk: name }, caller: "x", ingressTrunk: "pbx", ...rest };
}

const ENDED = { kind: "ended", status: 200, cause: "normal-clearing", endedBy: "caller", durationMs: 5000 } as const;

/** The call over a trunk, as the engine tells of it. */
function call(name: string, ...deeds: readonly EmergencyDeed[]): void {
  calls += 1;
  for (const deed of [begunOf(name), ...deeds])
    runner.hear({ ...deed, call: `c-${calls}`, at: new Date(now).toISOString() });
}

const tried = (): readonly string[] => orders.map((order) => order.trunk);

function pass(ms: number): void {
  const due = waiting.filter((one) => one.ms === ms);
  now += ms;
  for (const one of due) {
    waiting = waiting.filter((other) => other !== one);
    one.then();
  }
}

test("the trunks of the routes are tried one after the other, and what came of each is kept", () => {
  expect(runner.tryNow(null)).toEqual(["a", "b"]);
  expect(orders).toEqual([{ from: "pbx", caller: "+12025550100", trunk: "a", talkMs: 5000, answerWithinMs: 30_000 }]);
  call("a", { kind: "answered", trunk: "a" }, ENDED);
  expect(tried()).toEqual(["a", "b"]);
  call("b", { ...ENDED, status: 404, cause: "unknown-number" });
  expect(runner.outcomes()).toMatchObject([
    { trunk: "a", ok: true, detail: "answered" },
    { trunk: "b", ok: false, detail: "unknown-number (404)" },
  ]);
  expect(waiting).toEqual([]);
});

test("by the schedule, when it is time", () => {
  runner.start();
  for (let count = 0; count < 4 * 60; count += 1) pass(15_000);
  expect(tried()).toEqual(["a"]);
});

test("a test of which nothing comes has failed, and is written down and told", () => {
  runner.tryNow(["c"]);
  pass(95_000);
  expect(noted).toMatchObject([
    { kind: "begun", test: { by: "schedule", trunk: "c" }, caller: "+12025550100", called: "933", ingressTrunk: "pbx" },
    { kind: "ended", status: 500, cause: "internal-error" },
  ]);
  expect(runner.outcomes()).toMatchObject([{ trunk: "c", ok: false, detail: "internal-error (500)" }]);
});

test("a call that begins and never ends has failed too, and the next is tried", () => {
  runner.tryNow(["a", "b"]);
  call("a");
  pass(95_000);
  expect(noted).toMatchObject([{ kind: "ended", call: `c-${calls}` }]);
  expect(tried()).toEqual(["a", "b"]);
});

test("calls of others say nothing of it", () => {
  runner.tryNow(["a"]);
  call("b", ENDED);
  runner.hear({ ...begunOf("a"), test: null, call: "real", at: "" } as EmergencyStep);
  runner.hear({ ...ENDED, call: "real", at: "" });
  expect(runner.outcomes()).toEqual([]);
});

test("what cannot be tried is said, and nothing is tried twice at a time", () => {
  expect(runner.tryNow(["nobody"])).toEqual({ why: "there is no trunk nobody" });
  runner.tryNow(["a"]);
  runner.tryNow(["b"]);
  runner.tryNow(["b", "b"]);
  call("a", ENDED);
  call("b", ENDED);
  expect(tried()).toEqual(["a", "b"]);
  configuration = configured(null);
  expect(runner.tryNow(null)).toMatchObject({ why: expect.stringContaining("emergency.test is not configured") });
});

test("the next process knows what came of the tests before it", async () => {
  const at = (second: number) => `2025-12-31T03:30:0${second}.000Z`;
  const write = (step: EmergencyDeed | { kind: "interrupted" }, id: string, second: number) =>
    store.writeStep({ ...step, call: id, at: at(second) } as EmergencyStep);
  await write(begunOf("a"), "one", 0);
  await write({ kind: "answered", trunk: "a" }, "one", 1);
  await write(ENDED, "one", 2);
  await write(begunOf("a"), "two", 3);
  await write({ ...ENDED, status: 486, cause: "busy" }, "two", 4);
  await write(begunOf("b"), "three", 5);
  await write({ kind: "interrupted" }, "three", 6);
  await runner.resume();
  expect(runner.outcomes()).toEqual(
    expect.arrayContaining([
      { trunk: "a", at: at(4), ok: false, detail: "busy (486)", call: "two" },
      { trunk: "b", at: at(6), ok: false, detail: "interrupted", call: "three" },
    ]),
  );
});

test("nothing is tried any more after the end", () => {
  runner.start();
  runner.tryNow(["a", "b"]);
  runner.stop();
  expect(waiting).toEqual([]);
  call("a", ENDED);
  expect(tried()).toEqual(["a"]);
});
