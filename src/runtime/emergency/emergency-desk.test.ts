// What is done about emergency calls outside the engine: who is told what and when, and what the next process goes on with.

import { beforeEach, describe, expect, test } from "vitest";
import { DemarcError } from "../../base/index.ts";
import type { EmergencyDeed } from "../../engine/index.ts";
import { type Configuration, parseConfiguration } from "../../model/index.ts";
import { createMemoryStore, type Store } from "../store/index.ts";
import { createLog } from "../telemetry/index.ts";
import type { Delivery } from "./deliver.ts";
import { createEmergencyDesk, type EmergencyDesk } from "./emergency-desk.ts";

const START = Date.parse("2026-01-02T03:04:05.000Z");
const HOOK = { url: "https://desk.example/" };

function configured(notify: readonly object[]): Configuration {
  const parsed = parseConfiguration({
    node: { name: "edge-1" },
    networks: {
      lan: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-20999" },
      },
    },
    locations: { hq: { elins: ["+12025550190"] }, barn: { elins: ["+12025550191"] } },
    emergency: { notify },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

let now = START;
let store: Store;
let configuration: Configuration;
let told: Delivery[] = [];
let waiting: { readonly then: () => void }[] = [];
let lines: string[] = [];
let fails = false;
let desk: EmergencyDesk;

function open(): EmergencyDesk {
  return createEmergencyDesk({
    store,
    log: createLog({ level: "debug", form: "json", color: false, write: (line) => void lines.push(line) }),
    configuration: () => configuration,
    clock: () => now,
    deliver: async (delivery) => {
      if (fails) throw new Error("nobody there");
      told.push(delivery);
      return "HTTP 204";
    },
    wait: (_, then) => {
      const one = { then };
      waiting.push(one);
      return () => {
        waiting = waiting.filter((other) => other !== one);
      };
    },
  });
}

beforeEach(() => {
  now = START;
  store = createMemoryStore();
  configuration = configured([{ name: "desk", webhook: HOOK }]);
  told = [];
  waiting = [];
  lines = [];
  fails = false;
  desk = open();
});

const turn = (): Promise<void> => new Promise((go) => setImmediate(go));

const BEGUN: EmergencyDeed = {
  kind: "begun",
  caller: "204",
  callerName: null,
  called: "911",
  recognisedBy: "number",
  test: null,
  ingressTrunk: "pbx",
  from: "127.0.0.1:5080",
  location: { name: "hq", address: null, point: null, by: "trunk" },
  said: null,
};
const TRIED: EmergencyDeed = {
  kind: "tried",
  trunk: "carrier-a",
  target: "sip:192.0.2.3",
  to: "192.0.2.3:5060",
  uri: "sip:911@192.0.2.3",
  headers: [],
  shown: "+12025550190",
  callbackUntil: "2026-01-02T06:04:05.000Z",
  conveys: "nothing",
  document: null,
};
const ANSWERED: EmergencyDeed = { kind: "answered", trunk: "carrier-a" };
const ENDED: EmergencyDeed = {
  kind: "ended",
  status: 200,
  cause: "normal-clearing",
  endedBy: "caller",
  durationMs: 7000,
};

async function note(...deeds: readonly EmergencyDeed[]): Promise<void> {
  for (const deed of deeds) {
    desk.note({ ...deed, call: "call-1", at: new Date(now).toISOString() });
    now += 100;
  }
  await turn();
}

const events = (): readonly string[] => told.map(({ recipient, notice }) => `${recipient.name} ${notice.event}`);
const kinds = async () => (await store.emergencyCall("call-1"))?.steps.map(({ kind }) => kind);

describe("a recipient", () => {
  test("is told of the beginning as soon as the number is known that the call shows, then of the answer and the end", async () => {
    await note(BEGUN, { kind: "routed", route: "emergency", targets: [] });
    expect(events()).toEqual([]);
    await note(TRIED);
    expect(events()).toEqual(["desk began"]);
    expect(told[0]?.notice).toMatchObject({
      at: "2026-01-02T03:04:05.200Z",
      node: "edge-1",
      call: { caller: "204", callback: { number: "+12025550190" }, location: { name: "hq" }, egressTrunk: "carrier-a" },
    });
    await note(ANSWERED, ENDED);
    expect(events()).toEqual(["desk began", "desk answered", "desk ended"]);
    expect(told[2]?.notice.call).toMatchObject({ state: "ended", durationMs: 7000 });
    expect(waiting).toEqual([]);
    expect(await kinds()).toEqual("begun routed tried owed told answered owed ended owed told told".split(" "));
  });

  test("is told of the beginning though no number becomes known for a while", async () => {
    await note(BEGUN);
    waiting[0]?.then();
    await turn();
    expect(events()).toEqual(["desk began"]);
    await note(TRIED, ENDED);
    expect(events()).toEqual(["desk began", "desk failed"]);
  });

  test.each([
    ["no-route", "failed"],
    ["cancelled", "ended"],
  ] as const)("is told that a call that ended by %s %s", async (cause, event) => {
    await note(BEGUN, { ...ENDED, cause });
    expect(events()).toEqual(["desk began", `desk ${event}`]);
  });

  test("is told of what it asks for, and of calls from its places", async () => {
    configuration = configured([
      { name: "end", webhook: HOOK, on: ["ended"] },
      { name: "barn", webhook: HOOK, locations: ["barn"] },
      { name: "hq", webhook: HOOK, locations: ["hq"], on: ["began"] },
    ]);
    await note(BEGUN, TRIED, ANSWERED, ENDED);
    expect(events()).toEqual(["hq began", "end ended"]);
  });

  test("who asks for one place is not told of calls from nobody knows where", async () => {
    configuration = configured([{ name: "hq", webhook: HOOK, locations: ["hq"] }]);
    await note({ ...BEGUN, location: null } as EmergencyDeed, TRIED, ENDED);
    expect(events()).toEqual([]);
  });

  test("is told by the settings that are in use when it is", async () => {
    fails = true;
    await note(BEGUN, TRIED);
    fails = false;
    configuration = configured([{ name: "desk", webhook: { url: "https://new.example/" } }]);
    waiting[0]?.then();
    await turn();
    expect(told[0]?.recipient.webhook?.url).toBe("https://new.example/");
  });

  test("that fails is in the log once, in its status, and in the record when it is given up", async () => {
    fails = true;
    await note(BEGUN, TRIED);
    waiting[0]?.then();
    await turn();
    expect(desk.recipients()).toEqual([
      {
        name: "desk",
        by: "webhook",
        waiting: 1,
        told: 0,
        untold: 0,
        failures: 2,
        trouble: { at: expect.any(String), detail: "nobody there" },
      },
    ]);
    expect(lines.filter((line) => line.includes("could not be told"))).toHaveLength(1);
    now += 3_600_000;
    waiting[0]?.then();
    await turn();
    expect((await store.emergencyCall("call-1"))?.steps.at(-1)).toMatchObject({
      kind: "untold",
      recipient: "desk",
      event: "began",
      tries: 3,
      detail: "nobody there",
    });
    expect(lines.at(-1)).toContain("never told");
  });
});

describe("a test of ours", () => {
  const begun: EmergencyDeed = {
    ...BEGUN,
    called: "933",
    test: { by: "schedule", trunk: "carrier-a" },
  } as EmergencyDeed;

  test("is told of where it failed, and in no other way", async () => {
    await note(begun, TRIED, ANSWERED, ENDED);
    expect(events()).toEqual([]);
    await note(begun, TRIED, { ...ENDED, status: 404, cause: "unknown-number" });
    expect(events()).toEqual(["desk test-failed"]);
    expect(told[0]?.notice.call).toMatchObject({ called: "933", status: 404 });
    expect(lines.some((line) => line.includes("a test of the way of emergency calls failed"))).toBe(true);
  });

  test("that our own end ended alarms nobody", async () => {
    await note(begun, TRIED, { ...ENDED, status: 487, cause: "shutdown", endedBy: "demarc" });
    expect(events()).toEqual([]);
  });

  test("that was interrupted alarms nobody, nor one that somebody dialled", async () => {
    await note(begun, TRIED);
    await desk.close();
    desk = open();
    await desk.resume();
    await note({ ...begun, test: { by: "dialled" } } as EmergencyDeed, { ...ENDED, cause: "busy" });
    expect(events()).toEqual([]);
  });
});

test("what the store will not have is told all the same, and stands in the log", async () => {
  const refusal = new DemarcError("store-unavailable", "disk full", { remedy: "Make room." });
  store = { ...store, writeStep: () => Promise.reject(refusal) };
  desk = open();
  await note(BEGUN, TRIED, ENDED);
  expect(events()).toEqual(["desk began", "desk failed"]);
  expect(lines.filter((line) => line.includes("its only copy")).length).toBeGreaterThanOrEqual(3);
  expect(lines[0]).toContain('"caller":"204"');
});

describe("the next process", () => {
  test("tells who is still owed, as it was then, and that the call was interrupted", async () => {
    fails = true;
    await note(BEGUN, TRIED, ANSWERED);
    await desk.close();
    fails = false;
    now += 60_000;
    desk = open();
    await desk.resume();
    for (let count = 0; count < 3; count += 1) await turn();
    expect(events()).toEqual(["desk began", "desk answered", "desk interrupted"]);
    expect(told[0]?.notice).toMatchObject({ at: "2026-01-02T03:04:05.100Z", call: { state: "calling" } });
    expect(told[1]?.notice.call.state).toBe("answered");
    expect(lines.some((line) => line.includes("ended in the middle of an emergency call"))).toBe(true);
    // And the one after it has nothing more to do.
    desk = open();
    await desk.resume();
    await turn();
    expect(events()).toHaveLength(3);
  });

  test("gives up what is older than an hour", async () => {
    fails = true;
    await note(BEGUN, TRIED, ENDED);
    await desk.close();
    now += 2 * 3_600_000;
    desk = open();
    await desk.resume();
    for (let count = 0; count < 3; count += 1) await turn();
    expect((await kinds())?.slice(-2)).toEqual(["untold", "untold"]);
  });

  test("says of a recipient that is none any more that it was not told", async () => {
    fails = true;
    await note(BEGUN, TRIED, ENDED);
    await desk.close();
    configuration = configured([]);
    desk = open();
    await desk.resume();
    await turn();
    expect(lines.join("")).toContain("no recipient has this name any more");
  });
});
