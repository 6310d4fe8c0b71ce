// The API as its clients see it, over real sockets on a free port.

import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DemarcError } from "../base/index.ts";
import type { CallRecord, LiveCall } from "../engine/index.ts";
import { createMemoryStore, type Store } from "../runtime/store/index.ts";
import type { ApiPort, Readiness } from "./port.ts";
import { type Api, createApi } from "./server.ts";

const LEG = {
  callId: "c",
  localTag: "l",
  remoteTag: "r",
  localAddress: "127.0.0.1:1",
  remoteAddress: "127.0.0.1:2",
  codec: null,
  encryption: null,
};

function record(id: string, changes: Partial<CallRecord> = {}): CallRecord {
  return {
    id,
    startedAt: "2026-01-02T03:04:05.678Z",
    ringingAt: null,
    answeredAt: null,
    endedAt: "2026-01-02T03:04:06.000Z",
    durationMs: 0,
    caller: "+12025550100",
    called: "+13035550142",
    ingressTrunk: "pbx",
    egressTrunk: null,
    route: null,
    status: 486,
    cause: "busy",
    endedBy: "callee",
    emergency: false,
    transferredFrom: null,
    tags: [],
    attempts: [],
    quality: [],
    aLeg: LEG,
    bLeg: null,
    ...changes,
  };
}

function live(id: string, startedAt: string): LiveCall {
  const times = { startedAt, ringingAt: null, answeredAt: null };
  const parties = { caller: "+12025550100", called: "+13035550142", ingressTrunk: "pbx", egressTrunk: null };
  return { id, state: "routing", ...times, ...parties, route: null, emergency: false, transferredFrom: null };
}

let store: Store;
let calls: LiveCall[];
let readiness: Readiness;
let faults: unknown[];
let hungUp: string[];
let api: Api;
let base: string;
let boundPort: number;

const port: ApiPort = {
  liveCalls: () => calls,
  numbers: () => [],
  policy: () => null,
  explain: () => Promise.resolve("unknown-trunk"),
  hooks: () => [],
  trunks: () => [],
  hangUp: (id) => {
    hungUp.push(id);
    return calls.some((call) => call.id === id);
  },
  cdrs: (query) => store.cdrs(query),
  cdr: (id) => store.cdr(id),
  emergencyCalls: (query) => store.emergencyCalls(query),
  emergencyCall: (id) => store.emergencyCall(id),
  emergencyRecipients: () => [],
  emergencyTests: () => [],
  testEmergency: () => [],
  ready: () => readiness,
  metrics: async () => ({ contentType: "text/plain; version=0.0.4; charset=utf-8", text: "demarc_calls 2\n" }),
};

beforeEach(async () => {
  store = createMemoryStore();
  calls = [];
  readiness = { listeners: true, relay: true, store: true, draining: false };
  faults = [];
  hungUp = [];
  api = createApi({
    port,
    lab: null,
    listen: { address: "127.0.0.1", port: 0 },
    onFault: (_, error) => faults.push(error),
  });
  const bound = await api.start();
  boundPort = bound.port;
  base = `http://127.0.0.1:${boundPort}`;
});

afterEach(() => api.stop());

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Record<string, unknown> & { items?: readonly { id: string }[]; next?: string | null };
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${base}${path}`, init);
  const text = await response.text();
  return { status: response.status, type: response.headers.get("content-type"), body: JSON.parse(text) };
}

async function expectProblem(path: string, status: number, code: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await ask(path, init);
  expect(answer).toMatchObject({ status, body: { type: "about:blank", status, code } });
  expect(answer.type).toMatch(/^application\/problem\+json/);
  expect(answer.body.title).toEqual(expect.any(String));
  expect(answer.body.detail).toEqual(expect.any(String));
  return answer;
}

describe("health", () => {
  test("lives, and is ready", async () => {
    expect(await ask("/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await ask("/readyz")).toMatchObject({ status: 200, body: { status: "ready", checks: readiness } });
  });

  test.each<[Partial<Readiness>, string]>([
    [{ listeners: false }, "Not ready for calls: listeners down."],
    [{ relay: false, store: false }, "Not ready for calls: relay down, store down."],
    [{ draining: true }, "Not ready for calls: draining."],
  ])("%j is not ready", async (change, detail) => {
    readiness = { ...readiness, ...change };
    const { body } = await expectProblem("/readyz", 503, "not-ready");
    expect(body).toMatchObject({ detail, checks: readiness });
    expect((await ask("/healthz")).status).toBe(200);
  });

  test("gives the metrics as they are", async () => {
    const response = await fetch(`${base}/metrics`);
    expect(await response.text()).toBe("demarc_calls 2\n");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  });
});

describe("calls", () => {
  test("are listed newest first, page by page", async () => {
    calls = [
      live("a", "2026-01-01T00:00:00.000Z"),
      live("b", "2026-01-01T00:00:01.000Z"),
      live("c", "2026-01-01T00:00:01.000Z"),
    ];
    const first = await ask("/api/v1/calls?limit=2");
    expect(first.body.items).toEqual([calls[2], calls[1]]);
    const second = await ask(`/api/v1/calls?limit=2&cursor=${first.body.next}`);
    expect(second.body).toEqual({ items: [calls[0]], next: null });
    expect((await ask("/api/v1/calls")).body.items).toHaveLength(3);
  });

  test("one by its id, live or ended", async () => {
    calls = [live("a", "2026-01-01T00:00:00.000Z")];
    await store.writeRecord(record("b"));
    expect(await ask("/api/v1/calls/a")).toMatchObject({ status: 200, body: { id: "a", state: "routing" } });
    expect((await ask("/api/v1/calls/b")).body).toEqual({ ...record("b"), state: "ended" });
    await expectProblem("/api/v1/calls/c", 404, "not-found");
  });

  test("are hung up", async () => {
    calls = [live("a b", "2026-01-01T00:00:00.000Z")];
    expect(await ask("/api/v1/calls/a%20b", { method: "DELETE" })).toMatchObject({
      status: 202,
      body: { state: "ending" },
    });
    await expectProblem("/api/v1/calls/x", 404, "not-found", { method: "DELETE" });
    expect(hungUp).toEqual(["a b", "x"]);
  });
});

describe("records", () => {
  beforeEach(async () => {
    await store.writeRecord(record("a", { startedAt: "2026-01-01T00:00:00.000Z", called: "911" }));
    await store.writeRecord(record("b", { startedAt: "2026-01-02T00:00:00.000Z", egressTrunk: "carrier-a" }));
    await store.writeRecord(record("c", { startedAt: "2026-01-03T00:00:00.000Z", cause: "no-answer" }));
  });

  test.each([
    ["", ["c", "b", "a"]],
    ["?from=2026-01-02", ["c", "b"]],
    ["?to=2026-01-02T00:00:00Z", ["a"]],
    ["?from=2026-01-02T01:00:00%2B01:00&to=2026-01-02T01:00:00.001+01:00", ["b"]],
    ["?trunk=carrier-a", ["b"]],
    ["?cause=no-answer", ["c"]],
    ["?called=911", ["a"]],
    ["?caller=%2B12025550100", ["c", "b", "a"]],
    ["?caller=+1202*", ["c", "b", "a"]],
    ["?caller=x", []],
  ])("%s", async (query, ids) => {
    const { status, body } = await ask(`/api/v1/cdrs${query}`);
    expect([status, body.items?.map(({ id }) => id), body.next]).toEqual([200, ids, null]);
  });

  test("page by page", async () => {
    const first = await ask("/api/v1/cdrs?limit=2");
    expect(first.body.items?.map(({ id }) => id)).toEqual(["c", "b"]);
    const second = await ask(`/api/v1/cdrs?limit=2&cursor=${first.body.next}`);
    expect(second.body.items?.map(({ id }) => id)).toEqual(["a"]);
    expect(second.body.next).toBeNull();
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=1e2", "limit"],
    ["limit=-1", "limit"],
    ["limit=1&limit=2", "limit"],
    ["from=yesterday", "from"],
    ["to=2026-13-01", "to"],
    ["cause=because", "cause"],
    [`called=${"1".repeat(300)}`, "called"],
    ["calledd=1", "calledd"],
    ["__proto__=1", "__proto__"],
  ])("refuses ?%s", async (query, parameter) => {
    const { body } = await expectProblem(`/api/v1/cdrs?${query}`, 422, "query-invalid");
    expect(body.errors).toEqual([{ parameter, detail: expect.any(String) }]);
  });

  test("an unknown parameter brings the nearest to mind", async () => {
    const { body } = await expectProblem("/api/v1/cdrs?calld=1", 422, "query-invalid");
    expect(body.detail).toBe("calld: unknown parameter; did you mean called?");
  });

  test("a store that is gone is said, with what to do", async () => {
    store = {
      ...store,
      cdrs: async () => {
        throw new DemarcError("store-unavailable", "the disk is gone", { remedy: "Bring it back." });
      },
    };
    const { body } = await expectProblem("/api/v1/cdrs", 503, "store-unavailable");
    expect(body.detail).toBe("the disk is gone. Bring it back.");
    expect(faults).toEqual([]);
  });
});

describe("the door", () => {
  test.each([
    ["/nothing", {}],
    ["/api/v1/cdrs", { method: "DELETE" }],
    ["/api/v1/calls/%2e%2e%2f%2e%2e/etc/passwd", {}],
    ["/api/v1/calls/", { method: "POST" }],
  ])("%s %j leads nowhere", async (path, init) => {
    await expectProblem(path, 404, "not-found", init);
  });

  test.each(["/api/v1/calls/%E0%A4%A", "/api/v1/calls/%"])("%s is no request", async (path) => {
    await expectProblem(path, 400, "request-invalid");
  });

  test("an id of any length is only an id", async () => {
    const { status } = await ask(`/api/v1/calls/${"x".repeat(4000)}`);
    expect([404, 414]).toContain(status);
  });

  test("a body is not taken", async () => {
    const body = JSON.stringify({ constructor: { prototype: { x: 1 } } });
    const headers = { "content-type": "application/json" };
    await expectProblem("/api/v1/calls/a", 415, "request-invalid", { method: "DELETE", body, headers });
  });

  test("answers carry the headers that keep browsers out, and none that lets them in", async () => {
    for (const path of ["/healthz", "/nothing", "/api/v1/cdrs?limit=0"]) {
      const { headers } = await fetch(`${base}${path}`, { headers: { origin: "http://evil.example" } });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  async function statusWithHost(host: string, method = "GET"): Promise<number | undefined> {
    const request = httpRequest({
      host: "127.0.0.1",
      port: boundPort,
      path: "/api/v1/calls/a",
      method,
      headers: { host },
    });
    request.end();
    const [response] = await once(request, "response");
    response.resume();
    return response.statusCode;
  }

  test.each(["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "127.9.9.9", "[::1]:80"])(
    "host %s is us",
    async (host) => {
      expect(await statusWithHost(host)).toBe(404);
    },
  );

  test.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "[::2]",
    "@",
    "localhost@x",
  ])("host %s is not, whatever it asks for", async (host) => {
    calls = [live("a", "2026-01-01T00:00:00.000Z")];
    expect(await statusWithHost(host)).toBe(403);
    expect(await statusWithHost(host, "DELETE")).toBe(403);
    expect(hungUp).toEqual([]);
  });

  test("a fault of ours is logged and not shown", async () => {
    store = { ...store, cdrs: async () => Promise.reject(new Error("secret inside")) };
    const { body } = await expectProblem("/api/v1/cdrs", 500, "internal-error");
    expect(JSON.stringify(body)).not.toContain("secret inside");
    expect(faults).toHaveLength(1);
  });

  test("noise is answered or closed, and the next one is served", async () => {
    for (const noise of ["\u0000\u0001\u0002\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", `GET /${"x".repeat(100_000)}`]) {
      const socket = connect(boundPort, "127.0.0.1");
      socket.on("error", () => {});
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.end(noise);
      socket.resume();
      await closed;
    }
    expect((await ask("/healthz")).status).toBe(200);
  });

  test("a port that is taken is said", async () => {
    const second = createApi({ port, lab: null, listen: { address: "127.0.0.1", port: boundPort }, onFault: () => {} });
    await expect(second.start()).rejects.toMatchObject({
      code: "address-in-use",
      remedy: expect.stringContaining("api.listen"),
    });
    await second.stop();
  });

  test("an address that is not ours is said", async () => {
    const second = createApi({ port, lab: null, listen: { address: "192.0.2.1", port: 0 }, onFault: () => {} });
    await expect(second.start()).rejects.toMatchObject({
      code: "address-unavailable",
      message: expect.stringContaining("EADDRNOTAVAIL"),
    });
    await second.stop();
  });
});
