// Demarc as a process: it comes up on the ports that the system gives it, follows its file, and ends when told to.

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";

const MAIN = resolve(import.meta.dirname, "../../src/main.ts");

const configuration = ({ sipPort = 0, trunks = ["pbx"] }: { sipPort?: number; trunks?: readonly string[] } = {}) => `
api: { listen: "127.0.0.1:0" }
emergencyNumbers: []
networks:
  inside:
    listen: [{ transport: udp, address: 127.0.0.1, port: ${sipPort} }, { transport: tcp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24000-24099 }
trunks:
${trunks.map((name, index) => `  ${name}: { role: pbx, network: inside, targets: [{ uri: "sip:127.0.0.1:${9 + index}" }], identify: { addresses: [127.0.0.${1 + index}] } }`).join("\n")}
`;

type Line = Record<string, unknown> & { readonly message: string };

interface Running {
  readonly child: ChildProcess;
  /** The first line of the log for which `wanted` holds; it may have come already. Throws when the process ends before. */
  line(wanted: (line: Line) => boolean): Promise<Line>;
  readonly ended: Promise<number | null>;
  /** What it said on its standard error. */
  errors(): string;
}

let directory = "";
let file = "";
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "demarc-start-"));
  file = join(directory, "demarc.yaml");
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await rm(directory, { recursive: true });
});

function run(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  let errors = "";
  let over = false;
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  createInterface({ input: child.stdout }).on("line", (text) => {
    lines.push(JSON.parse(text) as Line);
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const ended = once(child, "close").then(() => {
    over = true;
    wake();
    return child.exitCode;
  });
  const line: Running["line"] = (wanted) =>
    new Promise((done, fail) => {
      const look = (): void => {
        const found = lines.find(wanted);
        if (found === undefined && !over) return;
        waiting.delete(look);
        if (found === undefined) fail(new Error(`Demarc ended: ${JSON.stringify(lines)}\n${errors}`));
        else done(found);
      };
      waiting.add(look);
      look();
    });
  return { child, line, ended, errors: () => errors };
}

async function start(): Promise<{ demarc: Running; api: string; sipPort: number }> {
  const demarc = run("start", "--config", file, "--data", join(directory, "data"));
  const ready = await demarc.line(({ message }) => message === "ready");
  const listening = await demarc.line(({ message, transport }) => message === "listening" && transport === "udp");
  return { demarc, api: String(ready.api), sipPort: Number(listening.port) };
}

async function trunksOf(api: string): Promise<readonly string[]> {
  const { items } = (await (await fetch(`${api}/api/v1/trunks`)).json()) as { items: { name: string }[] };
  return items.map(({ name }) => name);
}

/** The first line of the answer to an OPTIONS, sent from `address`. */
async function askOptions(sipPort: number, address: string): Promise<string> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  const via = `SIP/2.0/UDP ${address}:${socket.address().port};branch=z9hG4bK-options`;
  const from = `<sip:probe@${address}>;tag=probe`;
  const head = [
    `Via: ${via}`,
    "Max-Forwards: 70",
    `From: ${from}`,
    "To: <sip:127.0.0.1>",
    "Call-ID: probe",
    "CSeq: 1 OPTIONS",
  ];
  const answered = once(socket, "message");
  socket.send(
    ["OPTIONS sip:127.0.0.1 SIP/2.0", ...head, "Content-Length: 0", "", ""].join("\r\n"),
    sipPort,
    "127.0.0.1",
  );
  const [bytes] = (await answered) as [Buffer];
  socket.close();
  return bytes.toString("latin1").split("\r\n")[0] ?? "";
}

test("comes up, answers trunks and refuses strangers, and ends with Ctrl-C", async () => {
  await writeFile(file, configuration());
  const { demarc, api, sipPort } = await start();
  const ready = await fetch(`${api}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { status: "ready" }]);
  expect(await trunksOf(api)).toEqual(["pbx"]);
  expect(await askOptions(sipPort, "127.0.0.1")).toBe("SIP/2.0 200 OK");
  expect(await askOptions(sipPort, "127.0.0.7")).toBe("SIP/2.0 403 Forbidden");
  expect(await (await fetch(`${api}/metrics`)).text()).toMatch(
    /^demarc_messages_received_total\{transport="udp"\} 2$/m,
  );
  demarc.child.kill("SIGINT");
  expect(await demarc.ended).toBe(0);
  expect(demarc.errors()).toBe("");
  expect((await readFile(join(directory, "data", "demarc.db"))).subarray(0, 15).toString()).toBe("SQLite format 3");
});

test("follows its file: a valid change is in use, an invalid one changes nothing, SIGHUP reads it again", async () => {
  await writeFile(file, configuration());
  const { demarc, api, sipPort } = await start();
  await writeFile(file, configuration({ trunks: ["pbx", "second"] }));
  await demarc.line(({ message }) => message === "the changed configuration is in use");
  expect(await trunksOf(api)).toEqual(["pbx", "second"]);
  expect(await askOptions(sipPort, "127.0.0.2")).toBe("SIP/2.0 200 OK");
  await writeFile(file, configuration({ trunks: ["pbx", "pbx"] }));
  const fault = await demarc.line(({ message }) => message.includes("this key stands here already"));
  expect(fault.message).toMatch(/demarc\.yaml:10:3: /);
  expect(await trunksOf(api)).toEqual(["pbx", "second"]);
  await writeFile(file, configuration({ sipPort: 1, trunks: ["pbx"] }));
  demarc.child.kill("SIGHUP");
  const waits = await demarc.line(({ message }) => message === "some changes wait for the next start");
  expect(waits.parts).toBe("networks.inside");
  expect(await trunksOf(api)).toEqual(["pbx"]);
  demarc.child.kill("SIGTERM");
  expect(await demarc.ended).toBe(0);
});

test("does not start where another listens, and says who is in the way", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  await writeFile(file, configuration({ sipPort: port }));
  const demarc = run("start", "--config", file, "--data", join(directory, "data"));
  expect(await demarc.ended).toBe(1);
  expect(demarc.errors()).toContain(`demarc: address-in-use: network inside: udp 127.0.0.1:${port}`);
  socket.close();
});

test("does not start on a store that is none", async () => {
  await writeFile(file, configuration());
  await writeFile(join(directory, "data"), "a file");
  const demarc = run("start", "--config", file, "--data", join(directory, "data"));
  expect(await demarc.ended).toBe(1);
  expect(demarc.errors()).toContain("demarc: store-unavailable: ");
});

test("does not start on an invalid file, and says where it is wrong", async () => {
  await writeFile(file, configuration().replace("role: pbx", "rol: pbx"));
  const demarc = run("start", "--config", file, "--data", join(directory, "data"));
  expect(await demarc.ended).toBe(1);
  expect(demarc.errors()).toContain(`${file}:9:10: trunks.pbx.rol: unknown key; did you mean "role"?`);
});
