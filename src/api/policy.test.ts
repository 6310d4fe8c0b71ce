import { afterEach, expect, test } from "vitest";
import type { PolicyStatus } from "../runtime/policy/index.ts";
import { createMemoryStore } from "../runtime/store/index.ts";
import type { ApiPort } from "./port.ts";
import { type Api, createApi } from "./server.ts";

const none = { decided: 0, failed: 0, late: 0, unavailable: 0 };
const STATUS: PolicyStatus = {
  file: "policy.ts",
  state: "running",
  since: 1_700_000_000_000,
  hooks: ["onCall"],
  refused: { file: "/etc/demarc/policy.ts", line: 3, column: null, message: "SyntaxError: no" },
  lastFault: { file: "/etc/demarc/policy.ts", line: 7, column: 11, message: "Error: x", at: 1_700_000_001_500 },
  restarts: 2,
  outcomes: { onCall: { ...none, decided: 5, late: 1 }, onRoute: none, onAnswer: none, onEnd: none },
};

let status: PolicyStatus | null = STATUS;
let api: Api | null = null;

const store = createMemoryStore();
const port: ApiPort = {
  liveCalls: () => [],
  trunks: () => [],
  numbers: () => [],
  policy: () => status,
  emergencyRecipients: () => [],
  explain: () => Promise.resolve("unknown-trunk"),
  hooks: () => [],
  emergencyTests: () => [],
  testEmergency: () => [],
  hangUp: () => false,
  cdrs: (query) => store.cdrs(query),
  cdr: (id) => store.cdr(id),
  emergencyCalls: (query) => store.emergencyCalls(query),
  emergencyCall: (id) => store.emergencyCall(id),
  ready: () => ({ listeners: true, relay: true, store: true, draining: false }),
  metrics: async () => ({ contentType: "text/plain", text: "" }),
};

afterEach(() => api?.stop());

test("the policy is shown with how it does and where it went wrong; where there is none that is said", async () => {
  api = createApi({ port, lab: null, listen: { address: "127.0.0.1", port: 0 }, onFault: () => undefined });
  const { port: bound } = await api.start();
  const ask = () => fetch(`http://127.0.0.1:${bound}/api/v1/policy`);
  expect(await (await ask()).json()).toEqual({
    ...STATUS,
    since: "2023-11-14T22:13:20.000Z",
    lastFault: { ...STATUS.lastFault, at: "2023-11-14T22:13:21.500Z" },
  });
  status = null;
  const answer = await ask();
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: "not-found", detail: expect.stringContaining("node.policy") });
});
