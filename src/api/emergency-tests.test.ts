// Tests of the way of emergency calls over the API.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiPort } from "./port.ts";
import { type Api, createApi } from "./server.ts";

const OUTCOME = { trunk: "carrier-a", at: "2026-01-01T00:00:00.000Z", ok: true, detail: "answered", call: "c-1" };
const asked: unknown[] = [];
let begun: ReturnType<ApiPort["testEmergency"]> = ["carrier-a"];
let api: Api;
let url = "";

beforeAll(async () => {
  const port: Partial<ApiPort> = {
    emergencyTests: () => [OUTCOME],
    testEmergency: (trunks) => {
      asked.push(trunks);
      return begun;
    },
  };
  const listen = { address: "127.0.0.1", port: 0 };
  api = createApi({ port: port as ApiPort, lab: null, listen, onFault: () => {} });
  url = `http://127.0.0.1:${(await api.start()).port}/api/v1/emergency-tests`;
});

afterAll(() => api.stop());

async function post(body: unknown) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("what came of them is listed", async () => {
  expect(await (await fetch(url)).json()).toEqual({ items: [OUTCOME], next: null });
});

test("trunks are tried on demand: those that are named, or those of the schedule", async () => {
  expect(await post({ trunks: ["carrier-a"] })).toEqual({ status: 202, body: { trunks: ["carrier-a"] } });
  expect((await post({})).status).toBe(202);
  expect(asked).toEqual([["carrier-a"], null]);
});

test("why nothing is tried is told", async () => {
  begun = { why: "there is no trunk nobody" };
  expect(await post({ trunks: ["nobody"] })).toMatchObject({
    status: 409,
    body: { code: "request-invalid", detail: "there is no trunk nobody." },
  });
});

test.each([[[]], [{ trunks: [] }], [{ trunks: "carrier-a" }], [{ trunks: [1] }], [{ trunk: "carrier-a" }]])(
  "%j is refused",
  async (body) => {
    expect(await post(body)).toMatchObject({ status: 422, body: { code: "request-invalid" } });
  },
);
