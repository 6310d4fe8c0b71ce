// The audit records of emergency calls over the API.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EmergencyStep } from "../engine/index.ts";
import { createMemoryStore, type Store } from "../runtime/store/index.ts";
import type { ApiPort } from "./port.ts";
import { type Api, createApi } from "./server.ts";

const begun = (call: string, at: string): EmergencyStep => ({
  kind: "begun",
  call,
  at,
  caller: "204",
  callerName: null,
  called: "911",
  recognisedBy: "number",
  test: null,
  ingressTrunk: "pbx",
  from: "127.0.0.1:5080",
  location: null,
  said: null,
});

const RECIPIENT = {
  name: "desk",
  by: "webhook",
  waiting: 1,
  told: 2,
  untold: 0,
  failures: 3,
  trouble: { at: "2026-01-01T00:00:00.000Z", detail: "the web server answers 503" },
} as const;

let store: Store;
let api: Api;
let root = "";
let base = "";

beforeAll(async () => {
  store = createMemoryStore();
  const port: Partial<ApiPort> = {
    emergencyCalls: (query) => store.emergencyCalls(query),
    emergencyCall: (id) => store.emergencyCall(id),
    emergencyRecipients: () => [RECIPIENT],
  };
  const listen = { address: "127.0.0.1", port: 0 };
  api = createApi({ port: port as ApiPort, lab: null, listen, onFault: () => {} });
  root = `http://127.0.0.1:${(await api.start()).port}/api/v1`;
  base = `${root}/emergency-calls`;
  await store.writeStep(begun("one", "2026-01-01T00:00:00.000Z"));
  await store.writeStep(begun("two", "2026-01-02T00:00:00.000Z"));
  await store.writeStep({ kind: "answered", trunk: "carrier-a", call: "one", at: "2026-01-01T00:00:01.000Z" });
});

afterAll(() => api.stop());

async function ask(path: string) {
  const response = await fetch(`${base}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("they are listed newest first, page by page", async () => {
  const first = await ask("?limit=1");
  expect(first.body).toMatchObject({ items: [{ id: "two", state: "calling", caller: "204" }] });
  const second = await ask(`?limit=1&cursor=${first.body.next}`);
  expect(second.body).toMatchObject({ items: [{ id: "one", state: "answered" }], next: null });
});

test("one is told with its steps", async () => {
  expect((await ask("/one")).body).toMatchObject({ id: "one", steps: [{ kind: "begun" }, { kind: "answered" }] });
  expect(await ask("/none")).toMatchObject({ status: 404, body: { code: "not-found" } });
});

test.each(["?limit=0", "?wanted=all", "?limit=1&limit=2"])("%s is refused", async (query) => {
  expect(await ask(query)).toMatchObject({ status: 422, body: { code: "query-invalid" } });
});

test("who is told is listed, with how that goes and nothing secret", async () => {
  const response = await fetch(`${root}/emergency-recipients`);
  expect(await response.json()).toEqual({ items: [RECIPIENT], next: null });
  expect((await fetch(`${root}/emergency-recipients?limit=1`)).status).toBe(422);
});

test("nothing of them can be taken away", async () => {
  expect((await fetch(`${base}/one`, { method: "DELETE" })).status).toBe(404);
});
