// The command line as a person or a script sees it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DemarcError } from "../base/index.ts";
import { runCli } from "./run-cli.ts";
import type { StartOptions } from "./start.ts";

const EXAMPLE = resolve(import.meta.dirname, "../../examples/two-trunks.yaml");

interface Run {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

let started: StartOptions[] = [];

async function run(...args: readonly string[]): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, {
    output: {
      line: (text) => out.push(...text.split("\n")),
      remark: (text) => err.push(...text.split("\n")),
      color: false,
    },
    start: async (options) => {
      started.push(options);
      if (options.dataDir === "gone") throw new DemarcError("store-unavailable", "no disk", { remedy: "Buy one." });
      return 0;
    },
    version: "1.2.3",
  });
  return { code, out, err };
}

describe("what is not understood", () => {
  test.each([
    [["nothing"]],
    [["--nothing"]],
    [["calls", "--nothing"]],
    [["validate"]],
    [["validate", "a", "b"]],
    [["start", "--config"]],
    [[]],
  ])("%j is 2, with a way on", async (args) => {
    const { code, out, err } = await run(...args);
    expect(code).toBe(2);
    expect([...out, ...err].join("\n")).toMatch(/--help|Usage/);
  });

  test("a command nearly right brings the right one to mind", async () => {
    expect((await run("valdate")).err.join()).toContain("validate");
  });
});

describe("help", () => {
  test.each([[[]], [["start"]], [["validate"]], [["calls"]], [["cdrs"]]])("of %j has an example", async (command) => {
    const { code, out } = await run(...command, "--help");
    expect(code).toBe(0);
    expect(out.join("\n")).toMatch(new RegExp(`Example:\\n  demarc ${command.join(" ")}`));
  });

  test("the version", async () => {
    expect(await run("--version")).toEqual({ code: 0, out: ["1.2.3"], err: [] });
  });
});

describe("start", () => {
  beforeEach(() => {
    started = [];
  });

  test("is handed its options", async () => {
    await run("start");
    await run("start", "--config", "a.yaml", "--data", "dir", "--lab");
    expect(started).toEqual([
      { configFile: null, dataDir: null, lab: false },
      { configFile: "a.yaml", dataDir: "dir", lab: true },
    ]);
  });

  test("says what the world did to it", async () => {
    expect(await run("start", "--data", "gone")).toEqual({
      code: 1,
      out: [],
      err: ["demarc: store-unavailable: no disk", "Buy one."],
    });
  });
});

describe("profiles", () => {
  test("one is printed with what it sets and why", async () => {
    const { code, out } = await run("profiles", "cucm");
    expect(code).toBe(0);
    expect(out.slice(0, 3)).toEqual([
      "cucm: Cisco Unified Communications Manager",
      "  identity.callerHeader: p-asserted-identity",
      expect.stringMatching(/^ {6}A SIP trunk's Asserted Identity/),
    ]);
  });

  test("all of them, as JSON; and none that is not there", async () => {
    const { code, out } = await run("profiles", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out.join("\n")).map(({ name }: { name: string }) => name)).toContain("teams-direct-routing");
    expect((await run("profiles", "nobody")).code).toBe(2);
  });
});

describe("validate", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "demarc-cli-"));
    await writeFile(join(directory, "bad.yaml"), "networks: {}\nroutez: []\n");
    await writeFile(
      join(directory, "later.yaml"),
      'networks:\n  a:\n    listen: [{ transport: udp, address: 127.0.0.1, port: 1 }]\n    media: { address: 127.0.0.1, ports: 20000-20999 }\ntrunks:\n  t: { role: pbx, network: a, media: { dtmf: inband }, targets: [{ uri: "sip:127.0.0.1" }] }\nemergencyNumbers: []\n',
    );
  });
  afterAll(() => rm(directory, { recursive: true }));

  test("a valid file is summed up", async () => {
    expect(await run("validate", EXAMPLE)).toEqual({
      code: 0,
      out: [`${EXAMPLE}: valid: 2 networks, 2 trunks, 1 number, 3 routes`],
      err: [],
    });
  });

  test("another is refused with the place", async () => {
    const file = join(directory, "bad.yaml");
    expect(await run("validate", file)).toEqual({
      code: 1,
      out: [],
      err: [`${file}:2:1: routez: unknown key; did you mean "routes"?`, `${file}: not valid: 1 error`],
    });
  });

  test("what is not done yet is a warning", async () => {
    const { code, err } = await run("validate", join(directory, "later.yaml"));
    expect(code).toBe(0);
    expect(err).toEqual([
      expect.stringMatching(
        /later\.yaml:6:\d+: warning: trunks\.t\.media\.dtmf: hearing and making tones in the audio itself is not done/,
      ),
    ]);
  });

  test("as JSON", async () => {
    const file = join(directory, "bad.yaml");
    const { code, out, err } = await run("validate", "--json", file);
    expect([code, err]).toEqual([1, []]);
    const errors = [{ line: 2, column: 1, message: 'routez: unknown key; did you mean "routes"?' }];
    expect(JSON.parse(out.join("\n"))).toEqual({ file, valid: false, errors, warnings: [] });
  });

  test("a file that is not there", async () => {
    const { code, err } = await run("validate", join(directory, "none.yaml"));
    expect(code).toBe(1);
    expect(err[0]).toContain("there is no such file");
  });
});

describe("with a server", () => {
  let server: Server;
  let api = "";
  /** Path and query of what was asked. */
  let asked: string[] = [];
  let answer: { status: number; body: string } = { status: 200, body: "" };

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));
  beforeEach(() => {
    asked = [];
  });

  const record = {
    id: "c-1",
    startedAt: "2026-01-02T03:04:05.678Z",
    answeredAt: "2026-01-02T03:04:08.000Z",
    durationMs: 3_725_999,
    caller: "+12025550100",
    called: "+13035550142",
    ingressTrunk: "pbx",
    egressTrunk: "carrier-a",
    status: 200,
    cause: "normal-clearing",
    emergency: false,
  };
  const refused = {
    ...record,
    id: "c-2",
    answeredAt: null,
    durationMs: 0,
    called: "911",
    egressTrunk: null,
    status: 503,
    cause: "no-route",
    emergency: true,
  };

  const reply = (status: number, body: unknown): void => {
    answer = { status, body: JSON.stringify(body) };
  };

  test("cdrs are a table", async () => {
    reply(200, { items: [record, refused], next: null });
    expect(await run("cdrs", "--api", api)).toEqual({
      code: 0,
      out: [
        "STARTED (UTC)        CALLER → CALLED              TRUNKS           DURATION  STATUS  CAUSE            ID",
        "2026-01-02 03:04:05  +12025550100 → +13035550142  pbx → carrier-a   1:02:05  200     normal-clearing  c-1",
        "2026-01-02 03:04:05  +12025550100 → 911 !         pbx → -                 -  503     no-route         c-2",
      ],
      err: [],
    });
    expect(asked).toEqual(["/api/v1/cdrs?limit=20"]);
  });

  test("filters reach the API, escaped", async () => {
    reply(200, { items: [], next: null });
    const { out } = await run(
      "cdrs",
      "--api",
      api,
      "--caller",
      "+1202*",
      "--trunk",
      "a&b",
      "--limit",
      "5",
      "--from",
      "2026-01-01",
    );
    expect(out).toEqual(["No call records."]);
    expect(asked).toEqual(["/api/v1/cdrs?limit=5&caller=%2B1202*&trunk=a%26b&from=2026-01-01"]);
  });

  test("more is said to be there", async () => {
    reply(200, { items: [record], next: "abc" });
    expect((await run("cdrs", "--api", api)).err).toEqual(["There are more: the same command with --cursor abc"]);
  });

  test("--json is the API's answer", async () => {
    const body = { items: [{ ...record, more: { of: "it" } }], next: "abc" };
    reply(200, body);
    const { out, err } = await run("cdrs", "--api", api, "--json");
    expect(JSON.parse(out.join("\n"))).toEqual(body);
    expect(err).toEqual([]);
  });

  test("live calls are a table", async () => {
    const { answeredAt: _, durationMs: __, ...live } = record;
    reply(200, { items: [{ ...live, state: "ringing", answeredAt: null }], next: null });
    expect((await run("calls", "--api", api)).out).toEqual([
      "STARTED (UTC)        STATE    CALLER → CALLED              TRUNKS           DURATION  ID",
      "2026-01-02 03:04:05  ringing  +12025550100 → +13035550142  pbx → carrier-a         -  c-1",
    ]);
    reply(200, { items: [], next: null });
    expect((await run("calls", "--api", api)).out).toEqual(["No live calls."]);
    expect(asked[0]).toBe("/api/v1/calls?limit=100");
  });

  test("trunks are a table", async () => {
    const carried = {
      network: "wan",
      calls: { ingress: 2, egress: 10 },
      targets: [{ uri: "sip:a", state: "unknown" }],
    };
    const failed = { since: "2026-01-02T03:04:05.000Z", nextTryAt: "2026-01-02T03:34:05.000Z" };
    const registration = { state: "failed", reason: "The peer refused the trunk's credentials", ...failed };
    const items = [
      { name: "pbx", role: "pbx", ...carried, network: "lan", registration: null, contacts: null },
      {
        name: "shop",
        role: "pbx",
        ...carried,
        targets: [{ uri: "sip:a", state: "up" }],
        emergencyTest: { at: failed.since, ok: true, detail: "answered" },
        registration: null,
        contacts: [{ since: failed.since }],
      },
      { name: "farm", role: "pbx", ...carried, registration: null, contacts: [] },
      {
        name: "carrier-a",
        role: "provider",
        ...carried,
        registration,
        emergencyTest: { at: failed.since, ok: false, detail: "no-route (404)" },
        contacts: null,
        targets: [
          { uri: "sip:a", state: "up" },
          { uri: "sip:b", state: "down" },
        ],
      },
    ];
    reply(200, { items, next: null });
    expect((await run("trunks", "--api", api)).out).toEqual([
      "TRUNK      ROLE      NETWORK  IN  OUT  TARGETS      EMERGENCY TEST     REGISTRATION  SINCE (UTC)          REASON",
      "pbx        pbx       lan       2   10  -            -                  -             -",
      "shop       pbx       wan       2   10  up           ok 2026-01-02      1 contact     2026-01-02 03:04:05",
      "farm       pbx       wan       2   10  -            -                  no contact    -                    the peer has not registered with us",
      "carrier-a  provider  wan       2   10  1 of 2 down  FAILED 2026-01-02  failed        2026-01-02 03:04:05  The peer refused the trunk's credentials; tried again at 2026-01-02 03:34:05",
    ]);
    expect(asked).toEqual(["/api/v1/trunks"]);
  });

  test("the policy is shown with what came of it, and where it went wrong", async () => {
    const at = "2026-01-02T03:04:05.000Z";
    const none = { decided: 0, failed: 0, late: 0, unavailable: 0 };
    const status = {
      file: "policy.ts",
      state: "running",
      since: at,
      hooks: ["onCall", "onEnd"],
      refused: { file: "/p/policy.ts", line: 3, column: null, message: "SyntaxError: no" },
      lastFault: { file: "/p/policy.ts", line: 8, column: 11, message: "Error: \u001b[2J", at },
      restarts: 1,
      outcomes: {
        onCall: { ...none, decided: 12, late: 3 },
        onRoute: none,
        onAnswer: none,
        onEnd: { ...none, decided: 7 },
      },
    };
    reply(200, status);
    expect((await run("policy", "--api", api)).out).toEqual([
      "policy.ts: running since 2026-01-02 03:04:05, 1 restart",
      "as it is now it does not load: /p/policy.ts:3: SyntaxError: no",
      "last fault, at 2026-01-02 03:04:05: /p/policy.ts:8:11: Error: \\u001b[2J",
      "HOOK    DECIDED  FAILED  LATE  UNAVAILABLE",
      "onCall       12       0     3            0",
      "onEnd         7       0     0            0",
    ]);
    reply(404, { code: "not-found", detail: "No policy is configured (node.policy)." });
    expect((await run("policy", "--api", api)).code).toBe(1);
    expect(asked).toEqual(["/api/v1/policy", "/api/v1/policy"]);
  });

  test("what peers sent cannot drive the terminal", async () => {
    const esc = String.fromCharCode(27);
    reply(200, { items: [{ ...record, caller: `${esc}[2J\r\nx`, called: "\u202e\u009b1" }], next: null });
    const { out } = await run("cdrs", "--api", api);
    expect(out).toHaveLength(2);
    expect(out[1]).toContain("\\u001b[2J\\u000d\\u000ax → \\u202e\\u009b1");
  });

  test("what the server refuses is told", async () => {
    reply(422, { code: "query-invalid", detail: "limit: expected a whole number" });
    const { code, err } = await run("cdrs", "--api", api, "--limit", "x");
    expect(code).toBe(1);
    expect(err[0]).toBe(`demarc: query-invalid: ${api} answers 422: limit: expected a whole number`);
  });

  test.each([
    ["<html>", "something else answers there (200, no JSON)"],
    ['{"items":[{"id":1}],"next":null}', "not one that this command can read"],
  ])("an answer of %s is no answer", async (body, message) => {
    answer = { status: 200, body };
    const { code, err } = await run("calls", "--api", api);
    expect(code).toBe(1);
    expect(err[0]).toContain(message);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

test.each([
  [`http://127.0.0.1:${await freePort()}`, "nothing listens there"],
  ["file:///etc/passwd", "this is no http address"],
  ["nonsense", "this is no http address"],
])("no server at %s", async (api, why) => {
  expect(await run("calls", "--api", api)).toEqual({
    code: 1,
    out: [],
    err: [
      `demarc: server-unreachable: no Demarc answers at ${api}: ${why}`,
      "Start it with `demarc start`, or name the address of its API with --api URL.",
    ],
  });
});
