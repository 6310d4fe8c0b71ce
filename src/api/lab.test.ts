// Placing calls in the lab over the API.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMemoryStore } from "../runtime/store/index.ts";
import type { ApiPort } from "./port.ts";
import { type Api, createApi } from "./server.ts";

const store = createMemoryStore();
const port: ApiPort = {
  liveCalls: () => [],
  trunks: () => [],
  numbers: () => [],
  policy: () => null,
  explain: () => Promise.resolve("unknown-trunk"),
  hooks: () => [],
  hangUp: () => false,
  cdrs: (query) => store.cdrs(query),
  cdr: (id) => store.cdr(id),
  emergencyCalls: (query) => store.emergencyCalls(query),
  emergencyCall: (id) => store.emergencyCall(id),
  emergencyRecipients: () => [],
  emergencyTests: () => [],
  testEmergency: () => [],
  ready: () => ({ listeners: true, relay: true, store: true, draining: false }),
  metrics: async () => ({ contentType: "text/plain", text: "" }),
};

let labCalls: unknown[] = [];
let labHasPbx = true;
let api: Api;
let base = "";

beforeAll(async () => {
  const lab = { placeCall: (call: unknown) => (labHasPbx ? `lab-${labCalls.push(call)}` : null) };
  api = createApi({ port, lab, listen: { address: "127.0.0.1", port: 0 }, onFault: () => {} });
  base = `http://127.0.0.1:${(await api.start()).port}/api/v1/lab/calls`;
});

afterAll(() => api.stop());

beforeEach(() => {
  labCalls = [];
  labHasPbx = true;
});

async function post(body: string, type = "application/json") {
  const response = await fetch(base, { method: "POST", headers: { "content-type": type }, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("placing a call in the lab", () => {
  test("fills in what is left out", async () => {
    const answer = await post('{"called":"+13035550100"}');
    expect(answer).toMatchObject({ status: 202, body: { id: "lab-1", called: "+13035550100", user: 1000 } });
    expect(labCalls).toEqual([{ called: "+13035550100", user: 1000, hangUpAfterMs: null }]);
  });

  test.each([
    ["{", "application/json", 400],
    ["{}", "application/json", 422],
    ['{"called":"sip:x@10.0.0.1"}', "application/json", 422],
    ['{"called":"911","user":7}', "application/json", 422],
    ['{"called":"911","hangUpAfterMs":-1}', "application/json", 422],
    ['{"called":"911","more":1}', "application/json", 422],
    ['{"called":"911"}', "text/plain", 415],
  ])("refuses %s as %s", async (body, type, status) => {
    expect(await post(body, type)).toMatchObject({ status, body: { status, code: "request-invalid" } });
    expect(labCalls).toEqual([]);
  });

  test("says so when there is no PBX to call from", async () => {
    labHasPbx = false;
    expect(await post('{"called":"911"}')).toMatchObject({ status: 409, body: { code: "request-invalid" } });
  });
});
