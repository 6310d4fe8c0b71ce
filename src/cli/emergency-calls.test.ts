// `demarc emergency-calls` and `demarc emergency` as a person reads them.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const call = {
  id: "c-1",
  startedAt: "2026-01-02T03:04:05.678Z",
  state: "ended",
  test: null,
  caller: "204",
  called: "911",
  ingressTrunk: "pbx",
  egressTrunk: "carrier-a",
  location: { name: "hq" },
  callback: { number: "+12025550190", until: null },
  answeredAt: "2026-01-02T03:04:08.000Z",
  durationMs: 61_000,
  status: 200,
  cause: "normal-clearing",
  steps: [
    { kind: "begun", call: "c-1", at: "2026-01-02T03:04:05.678Z", caller: "204", said: null },
    {
      kind: "tried",
      call: "c-1",
      at: "2026-01-02T03:04:05.680Z",
      trunk: "carrier-a",
      headers: ["From: <sip:+12025550190@192.0.2.1>"],
      document: "<a>\r\n<b/>\r\n",
    },
  ],
};
const failed = { ...call, id: "c-2", egressTrunk: null, location: null, callback: null, answeredAt: null };

let server: Server;
let api = "";
let reply: unknown = null;
/** Instead of it, by the path. */
let others: Readonly<Record<string, unknown>> = {};
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(others[request.url ?? ""] ?? reply));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

const run = (...args: readonly string[]) => runCommand("emergency-calls", args);

async function runCommand(command: string, args: readonly string[] = []) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { line: (text: string) => void out.push(text), remark: (text: string) => void err.push(text) };
  const code = await runCli([command, "--api", api, ...args], {
    output: { ...output, color: false },
    start: async () => 0,
    version: "1.2.3",
  });
  return { code, out, err };
}

test("they are a table", async () => {
  reply = { items: [call, { ...failed, cause: "no-route", status: 404 }], next: "abc" };
  expect(await run()).toEqual({
    code: 0,
    out: [
      "STARTED (UTC)        STATE                  CALLER → CALLED  TRUNKS           PLACE  SHOWN         DURATION  ID",
      "2026-01-02 03:04:05  ended                  204 → 911        pbx → carrier-a  hq     +12025550190      1:01  c-1",
      "2026-01-02 03:04:05  ended: no-route (404)  204 → 911        pbx → -          -      -                    -  c-2",
    ],
    err: ["There are more: demarc emergency-calls --limit 20 --cursor abc"],
  });
  expect(asked.pop()).toBe("/api/v1/emergency-calls?limit=20");
  reply = { items: [], next: null };
  expect((await run()).out).toEqual(["No emergency calls."]);
});

test("one is told step by step, whatever its id is written with", async () => {
  reply = call;
  const { out } = await run("a/b");
  expect(asked.pop()).toBe("/api/v1/emergency-calls/a%2Fb");
  expect(out.slice(2)).toEqual([
    "2026-01-02 03:04:05.678  begun  caller 204",
    "2026-01-02 03:04:05.680  tried  trunk carrier-a",
    "    From: <sip:+12025550190@192.0.2.1>",
    "    document:",
    "    <a>",
    "    <b/>",
  ]);
});

test("what peers sent cannot drive the terminal", async () => {
  reply = { ...call, caller: "\u001b[2J", steps: [{ ...call.steps[0], caller: "\u001b[2J" }] };
  expect((await run("c-1")).out.join("\n")).not.toContain("\u001b");
});

test("--json is the API's answer", async () => {
  reply = { items: [call], next: null };
  expect(JSON.parse((await run("--json")).out.join("\n"))).toEqual(reply);
});

test("who is told is a table, and what came of tests", async () => {
  const desk = { name: "desk", by: "mail", waiting: 0, told: 12, untold: 0, failures: 0, trouble: null };
  const trouble = { at: "2026-01-02T03:04:05.678Z", detail: "the web server answers 503" };
  reply = { items: [desk, { ...desk, name: "log", by: "webhook", waiting: 2, failures: 9, trouble }], next: null };
  const tested = { trunk: "carrier-a", at: "2026-01-02T03:04:05.678Z", ok: true, detail: "answered", call: "c-1" };
  const failed = { ...tested, trunk: "carrier-b", ok: false, detail: "no-route (404)", call: "c-2" };
  others = { "/api/v1/emergency-tests": { items: [tested, failed], next: null } };
  expect((await runCommand("emergency")).out).toEqual([
    "RECIPIENT  BY       TOLD  WAITING  GIVEN UP  LAST FAILURE (UTC)   REASON",
    "desk       mail       12        0         0  -",
    "log        webhook    12        2         0  2026-01-02 03:04:05  the web server answers 503",
    "TRIED      OUTCOME  AT (UTC)             DETAIL          ID",
    "carrier-a  ok       2026-01-02 03:04:05  answered        c-1",
    "carrier-b  FAILED   2026-01-02 03:04:05  no-route (404)  c-2",
  ]);
  expect(asked.splice(-2)).toEqual(["/api/v1/emergency-recipients", "/api/v1/emergency-tests"]);
  reply = { items: [], next: null };
  others = {};
  expect((await runCommand("emergency")).out).toEqual([
    "Nobody is told of emergency calls: see emergency.notify.",
    "Nothing was tried by itself yet: see emergency.test.",
  ]);
});

test("trunks are tried on demand", async () => {
  reply = { trunks: ["carrier-a", "carrier-b"] };
  expect((await runCommand("emergency-test", ["carrier-a", "carrier-b"])).out).toEqual([
    "Being tried, one after the other: carrier-a, carrier-b. See demarc emergency.",
  ]);
  expect(asked.pop()).toBe("/api/v1/emergency-tests");
});
