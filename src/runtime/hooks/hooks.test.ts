// Hooks against HTTP servers on loopback: such as answer, and such as are slow, silent, wrong, huge, gone.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createStreamServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openCertificateFolder } from "../../../test/certificates/certificate-folder.ts";
import { makeAuthority, makeCertificate } from "../../../test/certificates/make-certificate.ts";
import type { Answer, CallSummary } from "../../engine/index.ts";
import { type Configuration, parseConfiguration } from "../../model/index.ts";
import { createLog } from "../telemetry/index.ts";
import type { HookQuestion } from "./hook.ts";
import { createHooks, type Hooks } from "./hooks.ts";

const CALL: CallSummary = {
  id: "c1",
  startedAt: "2027-01-15T08:00:00.000Z",
  caller: "+12025550100",
  callerName: "Ann",
  called: "+13035550142",
  ingressTrunk: "pbx",
  transferredFrom: null,
  headers: { "X-Line": "blue" },
};
const QUESTION: HookQuestion = {
  kind: "hook",
  hook: "crm",
  route: "asked",
  from: "pbx",
  called: "+13035550142",
  caller: "+12025550100",
};
const NOTHING: Answer = { kind: "hook", decision: { to: null, called: null, caller: null } };

function configurationOf(hooks: Record<string, unknown>): Configuration {
  const listen = [{ transport: "udp", address: "127.0.0.1", port: 5060 }];
  const lan = { listen, media: { address: "127.0.0.1", ports: "20000-20999" } };
  const trunk = { role: "pbx", network: "lan", targets: [{ uri: "sip:10.0.0.20" }] };
  const trunks = { pbx: trunk, "carrier-a": { ...trunk, targets: [{ uri: "sip:192.0.2.3" }] } };
  const parsed = parseConfiguration({ networks: { lan }, trunks, hooks, emergencyNumbers: ["911"] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
});

interface Heard {
  readonly request: IncomingMessage;
  readonly body: string;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

type Answering = (heard: Heard, response: ServerResponse) => void;

function hearing(answer: Answering, heard: Heard[] = []) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      heard.push({ request, body });
      answer({ request, body }, response);
    });
  };
}

function json(value: unknown): Answering {
  return (_heard, response) => void response.end(typeof value === "string" ? value : JSON.stringify(value));
}

interface Scene {
  readonly hooks: Hooks;
  readonly heard: Heard[];
  readonly lines: string[];
  /** It stands still unless a test moves it. */
  readonly clock: { now: number };
  ask(timeoutMs?: number): Promise<Answer>;
}

function sceneOf(hook: Record<string, unknown>, heard: Heard[] = []): Scene {
  const lines: string[] = [];
  const log = createLog({ level: "debug", form: "json", color: false, write: (line) => void lines.push(line) });
  const clock = { now: 1_800_000_000_000 };
  const hooks = createHooks(configurationOf({ crm: hook }), { log, clock: () => clock.now, directory: "/" });
  open.push(() => hooks.close());
  const ask = (timeoutMs = 20_000) => hooks.ask(QUESTION, { call: CALL, until: clock.now + timeoutMs });
  return { hooks, heard, lines, clock, ask };
}

async function sceneWith(answer: Answering, more: Record<string, unknown> = {}): Promise<Scene> {
  const heard: Heard[] = [];
  const port = await listen(createServer(hearing(answer, heard)));
  return sceneOf({ url: `http://127.0.0.1:${port}/route?tenant=1`, ...more }, heard);
}

describe("what is asked", () => {
  it("is a POST of the call under the names of its record, with the headers that are configured", async () => {
    const scene = await sceneWith(json({}), { headers: { Authorization: "Bearer s3cret" } });
    expect(await scene.ask()).toEqual(NOTHING);
    const [{ request, body }] = scene.heard as [Heard];
    expect([request.method, request.url, request.headers["content-type"]]).toEqual([
      "POST",
      "/route?tenant=1",
      "application/json",
    ]);
    expect(request.headers.authorization).toBe("Bearer s3cret");
    expect(JSON.parse(body)).toEqual({
      ...CALL,
      emergency: false,
      route: "asked",
      asked: { from: "pbx", caller: "+12025550100", called: "+13035550142" },
      trial: false,
    });
    await scene.hooks.ask(QUESTION, { call: CALL, until: scene.clock.now + 5000, trial: true });
    expect(JSON.parse(scene.heard[1]?.body ?? "")).toMatchObject({ trial: true });
  });

  it("goes over a connection that is kept, and over a new one where its other end has closed it", async () => {
    const sockets = new Set<Socket>();
    const server = createServer(hearing(json({})));
    server.on("connection", (socket) => sockets.add(socket));
    const port = await listen(server);
    const scene = sceneOf({ url: `http://127.0.0.1:${port}/` });
    for (let at = 0; at < 3; at += 1) expect(await scene.ask()).toEqual(NOTHING);
    expect(sockets.size).toBe(1);
    // It hears the next question and closes without a word.
    server.removeAllListeners("request");
    let closed = 0;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      closed += 1;
      if (closed === 1) request.socket.destroy();
      else hearing(json({}))(request, response);
    });
    expect(await scene.ask()).toEqual(NOTHING);
    expect([closed, sockets.size]).toEqual([2, 2]);
  });
});

describe("what is answered", () => {
  it.each<[unknown, Answer]>([
    ["{}", NOTHING],
    [
      { to: ["carrier-a", "pbx"], called: "+14155550100" },
      {
        kind: "hook",
        decision: {
          to: {
            kind: "trunks",
            entries: [
              { trunk: "carrier-a", weight: null },
              { trunk: "pbx", weight: null },
            ],
          },
          called: "+14155550100",
          caller: null,
        },
      },
    ],
    [{ to: "numbers" }, { kind: "hook", decision: { to: { kind: "numbers" }, called: null, caller: null } }],
    [
      { to: { reject: 486, reason: "Busy Here" }, caller: "1001" },
      {
        kind: "hook",
        decision: {
          to: { kind: "reject", status: 486, reason: "Busy Here", cause: null },
          called: null,
          caller: "1001",
        },
      },
    ],
  ])("%j", async (said, answer) => {
    const scene = await sceneWith(json(said));
    expect(await scene.ask()).toEqual(answer);
    expect(scene.hooks.status()).toMatchObject([{ state: "up", outcomes: { answered: 1 }, lastFailure: null }]);
  });

  it("204 is nothing to say", async () => {
    const scene = await sceneWith((_heard, response) => void response.writeHead(204).end());
    expect(await scene.ask()).toEqual(NOTHING);
    expect(await scene.ask()).toEqual(NOTHING);
  });

  it.each<[unknown, string]>([
    ["", "the answer is no JSON"],
    ["{", "the answer is no JSON"],
    ["[]", "the answer: expected a group of settings, got a list"],
    ["null", "the answer: expected a group of settings, got nothing"],
    [{ too: ["pbx"] }, 'too: unknown key; did you mean "to"?'],
    [{ to: ["carrier-c"] }, 'to[0]: there is no trunk "carrier-c"; did you mean "carrier-a"?'],
    [{ to: ["pbx", "pbx"] }, "to[1]: trunk pbx stands in the list already"],
    [{ to: { table: "x" } }, 'to.table: there is no table of routes "x"; none is configured'],
    [{ to: { hook: "crm" } }, "to: an answer does not lead to somebody else who is to be asked"],
    [{ to: { enum: "e164.arpa" } }, "to: an answer does not lead to somebody else who is to be asked"],
    [{ to: { reject: 200 } }, "to.reject: expected a SIP status, a whole number from 400 to 699"],
    [
      { to: { reject: 403, reason: "a\r\nX: y" } },
      "to.reason: a reason must not contain control characters or line breaks",
    ],
    [{ called: 12_025_550_100 }, "called: expected a number as text"],
    [{ called: "+1202 555" }, "called: expected a number as text"],
    [{ called: "911" }, "called: nobody's calls are sent on to the emergency services"],
    [{ caller: "x".repeat(65) }, "caller: expected a number as text"],
  ])("%j is refused, naming the field", async (said, detail) => {
    const scene = await sceneWith(json(said));
    const answer = await scene.ask();
    expect(answer).toMatchObject({ kind: "none", detail: expect.stringContaining(detail) });
    await scene.ask();
    // It is there: that it says nothing of use is told once a minute, and it is asked again.
    expect(scene.hooks.status()).toMatchObject([{ state: "up", outcomes: { invalid: 2 } }]);
    expect(scene.lines.length).toBe(1);
  });
});

describe("what is no answer", () => {
  it.each<[string, Answering, string]>([
    ["500", (_heard, response) => void response.writeHead(500).end("{}"), "it answered 500"],
    [
      "a redirection",
      (_heard, response) => void response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
      "it answered 307, and redirections are not followed",
    ],
    ["something huge", (_heard, response) => void response.end("x".repeat(70_000)), "more than 65536 bytes"],
    [
      "something huge without an end",
      (_heard, response) => {
        const more = (): void => {
          if (response.destroyed) return;
          if (response.write("x".repeat(10_000))) setImmediate(more);
          else response.once("drain", more);
        };
        more();
      },
      "more than 65536 bytes",
    ],
    [
      "something encoded",
      (_heard, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("{}"),
      "its answer is encoded as gzip",
    ],
    ["nothing, ever", () => undefined, "no answer within 60 ms"],
    [
      "half of an answer",
      (_heard, response) => void response.writeHead(200, { "content-length": "10" }).write("{"),
      "no answer within 60 ms",
    ],
    [
      "half of an answer, and the end",
      (_heard, response) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("{", () => response.destroy());
      },
      "the connection was closed within its answer",
    ],
    ["the end of the connection", (heard) => void heard.request.socket.destroy(), "socket hang up"],
  ])("%s", async (_what, answering, detail) => {
    const scene = await sceneWith(answering);
    const answer = await scene.ask(detail.startsWith("no answer") ? 60 : 20_000);
    expect(answer).toMatchObject({ kind: "none", detail: expect.stringContaining(detail) });
    expect(scene.hooks.status()).toMatchObject([{ state: "failing", outcomes: { failed: 1 }, waiting: 0 }]);
  });

  it("what is no HTTP, or not there at all", async () => {
    const stream = createStreamServer((socket) => void socket.resume().end("SSH-2.0-x\r\n"));
    stream.listen(0, "127.0.0.1");
    await once(stream, "listening");
    const { port } = stream.address() as AddressInfo;
    expect(await sceneOf({ url: `http://127.0.0.1:${port}/` }).ask()).toMatchObject({ kind: "none" });
    await new Promise((resolve) => stream.close(resolve));
    const gone = sceneOf({ url: `http://127.0.0.1:${port}/` });
    expect(await gone.ask()).toMatchObject({ kind: "none", detail: expect.stringContaining("ECONNREFUSED") });
  });

  it("a header's value that cannot be sent", async () => {
    const scene = await sceneWith(json({}), { headers: { "X-Token": "a\nb" } });
    expect(await scene.ask()).toMatchObject({ kind: "none", detail: expect.stringContaining("X-Token") });
    expect(scene.heard).toEqual([]);
  });

  it("a hook that does not answer is left alone, tried by one call now and then, and told of", async () => {
    let isBroken = true;
    const scene = await sceneWith((_heard, response) => void response.writeHead(isBroken ? 503 : 200).end("{}"));
    for (let at = 0; at < 5; at += 1) await scene.ask();
    expect(scene.heard.length).toBe(5);
    expect(await scene.ask()).toEqual({
      kind: "none",
      detail: "hook crm: it is left alone after 5 failures in a row",
    });
    expect(scene.heard.length).toBe(5);
    expect(scene.hooks.status()).toMatchObject([
      {
        hook: "crm",
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[0-9]+\/route$/),
        state: "left-alone",
        since: "2027-01-15T08:00:00.000Z",
        outcomes: { failed: 5, "left-alone": 1 },
        lastFailure: { at: "2027-01-15T08:00:00.000Z", detail: "it answered 503" },
      },
    ]);
    scene.clock.now += 1000;
    isBroken = false;
    const both = await Promise.all([scene.ask(), scene.ask()]);
    expect(both.map(({ kind }) => kind)).toEqual(["hook", "none"]);
    expect(await scene.ask()).toEqual(NOTHING);
    expect(scene.lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      "a hook did not answer",
      "a hook does not answer and is left alone",
      "a hook answers again",
    ]);
  });

  it("no more questions at once than are allowed", async () => {
    const waiting: ServerResponse[] = [];
    const scene = await sceneWith(
      (_heard, response) => {
        waiting.push(response);
        if (waiting.length === 2) for (const one of waiting) one.end("{}");
      },
      { concurrent: 2 },
    );
    const answers = await Promise.all([scene.ask(), scene.ask(), scene.ask()]);
    expect(answers.map(({ kind }) => kind)).toEqual(["hook", "hook", "none"]);
    expect(scene.hooks.status()).toMatchObject([{ outcomes: { answered: 2, "too-many": 1 }, waiting: 0 }]);
  });
});

describe("a changed configuration", () => {
  it("keeps what is known of a hook that stays as it was, and begins anew with one that does not", async () => {
    const scene = await sceneWith((_heard, response) => void response.writeHead(500).end());
    await scene.ask();
    const [{ url = "" } = {}] = scene.hooks.status();
    const same = { url: `${url}?tenant=1` };
    scene.hooks.apply(configurationOf({ crm: same, other: same }));
    expect(scene.hooks.status().map(({ hook, state }) => [hook, state])).toEqual([
      ["crm", "failing"],
      ["other", "up"],
    ]);
    scene.hooks.apply(configurationOf({ crm: { ...same, headers: { "X-Token": "new" } } }));
    expect(scene.hooks.status()).toMatchObject([{ hook: "crm", state: "up" }]);
    scene.hooks.apply(configurationOf({}));
    expect(await scene.ask()).toEqual({ kind: "none", detail: "hook crm: it is configured no more" });
  });

  it("leaves a question that is under way its answer", async () => {
    let answer = (): void => undefined;
    const heard = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let release: ServerResponse | null = null;
    const scene = await sceneWith((_heard, response) => {
      release = response;
      answer();
    });
    const asked = scene.ask();
    await heard;
    scene.hooks.apply(configurationOf({}));
    (release as ServerResponse | null)?.end("{}");
    expect(await asked).toEqual(NOTHING);
  });
});

describe("over TLS", () => {
  it("only a certificate that is believed, for the name that is asked, is told anything", async () => {
    const folder = await openCertificateFolder();
    open.push(() => void folder.remove());
    const authority = makeAuthority("Test CA");
    const shown = makeCertificate({ dns: ["localhost"], issuer: authority });
    await folder.put("hook", shown, [authority]);
    const heard: Heard[] = [];
    const secure = createSecureServer({ cert: shown.certificate, key: shown.key }, hearing(json({}), heard));
    const port = await listen(secure as unknown as Server);
    const caFile = join(folder.directory, "hook-ca.pem");
    expect(await sceneOf({ url: `https://localhost:${port}/` }).ask()).toMatchObject({ kind: "none" });
    expect(await sceneOf({ url: `https://127.0.0.1:${port}/`, caFile }).ask()).toMatchObject({
      detail: expect.stringContaining("IP: 127.0.0.1 is not in the cert's list"),
    });
    expect(await sceneOf({ url: `https://localhost:${port}/`, caFile: "gone.pem" }).ask()).toMatchObject({
      detail: expect.stringContaining("gone.pem"),
    });
    expect(heard).toEqual([]);
    expect(await sceneOf({ url: `https://localhost:${port}/`, caFile }).ask()).toEqual(NOTHING);
    expect(heard.length).toBe(1);
  });
});
