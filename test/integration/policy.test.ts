// A policy of a running Demarc: real processes, a real file that changes, and calls over UDP that it decides about.

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runProgram } from "./run-program.ts";

const MAIN = resolve(import.meta.dirname, "../../src/main.ts");
const PBX = "127.0.0.21";
const CARRIERS = { "carrier-a": "127.0.0.22", "carrier-b": "127.0.0.23" } as const;

type Line = Record<string, unknown> & { readonly message: string };

let directory = "";
let file = "";
let demarc: ChildProcess | null = null;
let lines: Line[] = [];
const looking: (() => void)[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "demarc-policy-run-"));
  file = join(directory, "demarc.yaml");
  lines = [];
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  if (demarc?.exitCode === null && demarc.signalCode === null) {
    demarc.kill("SIGKILL");
    await once(demarc, "exit");
  }
  await rm(directory, { recursive: true });
});

async function socketAt(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  sockets.push(socket);
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

const write = (text: string) => writeFile(join(directory, "policy.ts"), text);

const configuration = (ports: Readonly<Record<string, number>>, policy: string) => `
node: { policy: ${policy} }
api: { listen: "127.0.0.1:0" }
emergencyNumbers: ["911"]
networks:
  inside:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24100-24199 }
trunks:
  pbx: { role: pbx, network: inside, targets: [{ uri: "sip:${PBX}" }], identify: { addresses: [${PBX}] } }
${Object.entries(CARRIERS)
  .map(
    ([name, address]) =>
      `  ${name}: { role: provider, network: inside, targets: [{ uri: "sip:${address}:${ports[name]}" }], identify: { addresses: [${address}] } }`,
  )
  .join("\n")}
routes: [{ name: all, to: [carrier-a] }]
`;

/** A line of the log, the `nth` for which it holds; it may have come already. */
async function line(wanted: (line: Line) => boolean, nth = 1): Promise<Line> {
  for (;;) {
    const found = lines.filter(wanted)[nth - 1];
    if (found !== undefined) return found;
    await new Promise<void>((look) => looking.push(look));
  }
}

const inUse = ({ message }: Line) => message === "the policy is in use";

async function start(policy = "policy.ts") {
  const peers = await Promise.all(Object.values(CARRIERS).map(socketAt));
  const ports = Object.fromEntries(Object.keys(CARRIERS).map((name, at) => [name, peers[at]?.address().port ?? 0]));
  await writeFile(file, configuration(ports, policy));
  const child = spawn(process.execPath, [MAIN, "start", "--config", file, "--data", join(directory, "data")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  demarc = child;
  createInterface({ input: child.stdout }).on("line", (text) => {
    lines.push(JSON.parse(text) as Line);
    for (const look of looking.splice(0)) look();
  });
  const ready = await line(({ message }) => message === "ready");
  const listening = await line(({ message }) => message === "listening");
  const pbx = await socketAt(PBX);
  const configure = (named: string) => writeFile(file, configuration(ports, named));
  return { peers, configure, api: String(ready.api), place: placing(pbx, Number(listening.port), peers) };
}

/** Places calls; each gives what came of it first: a refusal, or the INVITE that a carrier has got, which then refuses it. */
function placing(pbx: Socket, port: number, peers: readonly Socket[]) {
  let placed = 0;
  return async (called: string): Promise<string> => {
    placed += 1;
    const callId = `call-${placed}`;
    const head = [
      `INVITE sip:${called}@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${PBX}:${pbx.address().port};branch=z9hG4bK${placed}`,
      `From: <sip:+12025550100@${PBX}>;tag=t${placed}`,
      `To: <sip:${called}@127.0.0.1>`,
      `Call-ID: ${callId}`,
      "CSeq: 1 INVITE",
      `Contact: <sip:${PBX}:${pbx.address().port}>`,
      "Max-Forwards: 70",
      "Content-Type: application/sdp",
    ];
    const body = `v=0\r\no=- 1 1 IN IP4 ${PBX}\r\ns=-\r\nc=IN IP4 ${PBX}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n`;
    const came = new Promise<string>((take) => {
      const listen = (socket: Socket, begins: RegExp) => {
        const hear = (bytes: Buffer): void => {
          const text = bytes.toString("latin1");
          if (!begins.test(text) || (socket === pbx && !text.includes(callId))) return;
          socket.off("message", hear);
          take(text);
        };
        socket.on("message", hear);
      };
      listen(pbx, /^SIP\/2\.0 [3-6]/);
      for (const peer of peers) listen(peer, new RegExp(`^INVITE sip:${called}@`));
    });
    pbx.send([...head, `Content-Length: ${body.length}`, "", body].join("\r\n"), port, "127.0.0.1");
    return came;
  };
}

const policyOf = (hooks: string) =>
  `import { definePolicy } from "demarc/policy";\nexport default definePolicy({\n${hooks}\n});\n`;

test("a policy decides about calls, is loaded anew when it changes, and lives again when its process is killed", async () => {
  await write(
    policyOf(
      `onCall: ({ called }) => (called === "100" ? { reject: 486, reason: "By Policy" } : { to: ["carrier-b"] }),`,
    ),
  );
  const { api, peers, place } = await start();
  expect(await place("100")).toMatch(/^SIP\/2\.0 486 By Policy\r\n/);
  expect(await place("200")).toContain(`INVITE sip:200@${CARRIERS["carrier-b"]}:${peers[1]?.address().port}`);
  await write(policyOf(`onRoute: () => ({ headers: [{ set: "X-Policy", value: "two" }] }),`));
  await line(inUse, 2);
  const invite = await place("101");
  expect(invite).toContain(`INVITE sip:101@${CARRIERS["carrier-a"]}:${peers[0]?.address().port}`);
  expect(invite).toMatch(/\r\nX-Policy: two\r\n/);
  await write("export default {\n  onRoute(\n");
  expect(await line(({ message }) => message.includes("the one before stays in use"))).toMatchObject({
    file: join(directory, "policy.ts"),
    line: 2,
  });
  process.kill(Number((await line(inUse, 2)).pid), "SIGKILL");
  // What is on the disk does not load: calls go by the routes, and the status says why.
  await line(({ message }) => message === "the policy does not load; calls are not decided about");
  expect(await place("300")).toMatch(/^INVITE sip:300@127\.0\.0\.22/);
  expect(await (await fetch(`${api}/api/v1/policy`)).json()).toMatchObject({
    state: "down",
    restarts: 1,
    refused: { line: 2 },
  });
  await write(policyOf(`onCall: () => ({ reject: 403 }),`));
  const third = await line(inUse, 3);
  expect(await place("400")).toMatch(/^SIP\/2\.0 403 /);
  process.kill(Number(third.pid), "SIGKILL");
  await line(inUse, 4);
  expect(await place("500")).toMatch(/^SIP\/2\.0 403 /);
  const metrics = await (await fetch(`${api}/metrics`)).text();
  expect(metrics).toMatch(/^demarc_policy_up 1$/m);
  expect(metrics).toMatch(/^demarc_policy_decisions_total\{hook="onCall",outcome="decided"\} [1-9]/m);
}, 60_000);

test("a policy that loops costs a call its deadline and no more; the fallback holds", async () => {
  await write(policyOf(`onCall({ called }) { if (called === "1") for (;;); return { reject: 486 }; },`));
  const { api, place } = await start(
    `{ file: policy.ts, deadline: 300ms, onFailure: { reject: 480, reason: "No Policy" } }`,
  );
  expect(await place("1")).toMatch(/^SIP\/2\.0 480 No Policy\r\n/);
  await line(inUse, 2);
  expect(await place("2")).toMatch(/^SIP\/2\.0 486 /);
  const status = (await (await fetch(`${api}/api/v1/policy`)).json()) as { lastFault: unknown; restarts: number };
  expect(status).toMatchObject({ restarts: 1, lastFault: { file: join(directory, "policy.ts"), line: 3 } });
}, 60_000);

test("a changed configuration brings another policy, or none; one whose policy does not load changes nothing", async () => {
  await write(policyOf(`onCall: () => ({ reject: 486 }),`));
  await writeFile(join(directory, "other.ts"), policyOf(`onCall: () => ({ reject: 603 }),`));
  await writeFile(join(directory, "broken.ts"), "\nnothing();\n");
  const { place, configure } = await start();
  expect(await place("1")).toMatch(/^SIP\/2\.0 486 /);
  await configure("other.ts");
  await line(inUse, 2);
  expect(await place("2")).toMatch(/^SIP\/2\.0 603 /);
  await configure("broken.ts");
  await line(({ message }) => message.includes("not valid; the one before stays in use"));
  const fault = `${join(directory, "broken.ts")}:2:1: the policy does not load`;
  expect(lines.some(({ message }) => message.startsWith(fault))).toBe(true);
  expect(await place("3")).toMatch(/^SIP\/2\.0 603 /);
  await configure("null");
  await line(({ message }) => message === "the changed configuration is in use", 2);
  expect(await place("4")).toMatch(/^INVITE sip:4@/);
}, 60_000);

test("validate and start refuse a configuration whose policy does not load, with its place", async () => {
  await write("export default {\n  onCall: 7,\n};\nnothing();\n");
  await writeFile(file, configuration({ "carrier-a": 1, "carrier-b": 2 }, "policy.ts"));
  for (const command of [
    ["validate", file],
    ["start", "--config", file, "--data", join(directory, "data")],
  ]) {
    const { code, errors } = await runProgram([MAIN, ...command], directory).ended;
    expect([command[0], code]).toEqual([command[0], 1]);
    expect(errors).toContain(
      `${join(directory, "policy.ts")}:4:1: the policy does not load: ReferenceError: nothing is not defined`,
    );
  }
}, 60_000);
