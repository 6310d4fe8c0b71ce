// Trunks as the API shows them: what they carry, how they stand, and nothing secret.
import Fastify from "fastify";
import { expect, test } from "vitest";
import { type Configuration, parseConfiguration } from "../model/index.ts";
import type { ApiPort } from "./port.ts";
import { addTrunks } from "./trunks.ts";

const UNLIMITED = { calls: null, callsPerSecond: null, burst: null };

function trunksOf(): Configuration["trunks"] {
  const parsed = parseConfiguration({
    networks: {
      lan: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-20999" },
      },
    },
    trunks: {
      pbx: {
        role: "pbx",
        network: "lan",
        targets: [{ uri: "sip:127.0.0.1:5080" }],
        credentials: { username: "u", password: "hunter2" },
        limits: { calls: 9, emergencyReserve: 2 },
      },
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value.trunks;
}

const place = {
  address: "udp 127.0.0.1:5080",
  state: "down",
  since: "2026-01-02T03:04:05.000Z",
  reason: "x",
  roundTripMs: null,
};
const targets = [{ target: "sip:127.0.0.1:5080", state: "down", places: [place] }];
const activity = {
  trunk: "pbx",
  ingressCalls: 3,
  egressCalls: 1,
  refused: 4,
  registration: null,
  contacts: [],
  targets,
};
const server = Fastify();
const outcome = { trunk: "pbx", at: "2026-01-02T03:04:05.000Z", ok: true, detail: "answered", call: "c-1" };
addTrunks(server, {
  trunks: () => [{ trunk: trunksOf().pbx, activity }],
  emergencyTests: () => [outcome],
} as unknown as ApiPort);

async function ask(url: string) {
  const { statusCode, body } = await server.inject({ method: "GET", url });
  return { status: statusCode, body: JSON.parse(body) as Record<string, unknown> };
}

test("trunks are shown with what they carry, and without their secrets", async () => {
  expect(await ask("/api/v1/trunks")).toEqual({
    status: 200,
    body: {
      items: [
        {
          name: "pbx",
          role: "pbx",
          network: "lan",
          calls: { ingress: 3, egress: 1 },
          refused: 4,
          registration: null,
          contacts: [],
          emergencyTest: outcome,
          limits: { calls: 9, callsPerSecond: null, burst: null, emergencyReserve: 2, from: UNLIMITED, to: UNLIMITED },
          targets: [{ uri: "sip:127.0.0.1:5080", priority: 10, weight: 100, state: "down" }],
        },
      ],
      next: null,
    },
  });
  expect(await ask("/api/v1/trunks?x=1")).toMatchObject({ status: 422, body: { code: "query-invalid" } });
});

test("how one stands", async () => {
  expect(await ask("/api/v1/trunks/pbx/status")).toEqual({
    status: 200,
    body: {
      name: "pbx",
      calls: { ingress: 3, egress: 1 },
      refused: 4,
      registration: null,
      contacts: [],
      emergencyTest: outcome,
      targets,
    },
  });
  expect(await ask("/api/v1/trunks/nobody/status")).toMatchObject({ status: 404, body: { code: "not-found" } });
  expect((await ask("/api/v1/trunks/__proto__/status")).status).toBe(404);
});
