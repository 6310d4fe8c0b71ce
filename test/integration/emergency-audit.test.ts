// An emergency call in whose middle Demarc is killed: its audit record is there afterwards and says so, and whoever is to be told is told.

import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Undo, undoAll } from "../../src/main/undo.ts";
import { type Program, runProgram } from "./run-program.ts";
import { audioAt, openUdpPeer, until } from "./transport/tls-ground.ts";
import { openWebhookDesk } from "./webhook-desk.ts";

const MAIN = resolve(import.meta.dirname, "../../src/main.ts");
const undo: Undo = [];
let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "demarc-audit-"));
  undo.push(() => rm(directory, { recursive: true }));
});
afterEach(() => undoAll(undo));

const configuration = (carrierPort: number, deskPort: number) => `
country: US
api: { listen: "127.0.0.1:0" }
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24800-24849 }
  wan:
    listen: [{ transport: udp, address: 127.0.0.2, port: 0 }]
    media: { address: 127.0.0.2, ports: 24850-24899 }
locations:
  hq: { address: { country: US, city: Washington, street: Ann Street } }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.23:5080" }], identify: { addresses: [127.0.0.23] }, emergency: { location: hq } }
  carrier: { role: provider, network: wan, targets: [{ uri: "sip:127.0.0.24:${carrierPort}" }], identify: { addresses: [127.0.0.24] }, emergency: { convey: pidf-lo } }
routes:
  - { name: emergency, match: { emergency: true }, to: [carrier] }
emergency:
  notify: [{ name: desk, webhook: { url: "http://127.0.0.1:${deskPort}/" } }]
`;

async function start(): Promise<{ demarc: Program; api: string; lan: number }> {
  const args = [MAIN, "start", "--config", join(directory, "demarc.yaml"), "--data", join(directory, "data")];
  const demarc = runProgram(args, directory);
  undo.push(async () => {
    demarc.child.kill("SIGKILL");
    await demarc.ended;
  });
  const [, lan = ""] = await demarc.says(/"network":"lan"[^\n]*"port":(\d+),"message":"listening"/);
  const [, api = ""] = await demarc.says(/"api":"(http:[^"]+)"/);
  return { demarc, api, lan: Number(lan) };
}

test("kill -9 in the middle of an emergency call loses no step that was taken, and nobody who is to be told", async () => {
  const desk = await openWebhookDesk(undo);
  const carrier = await openUdpPeer("127.0.0.24", undo);
  const pbx = await openUdpPeer("127.0.0.23", undo);
  await writeFile(join(directory, "demarc.yaml"), configuration(carrier.port, desk.port));
  const first = await start();
  const head = [
    "INVITE sip:911@127.0.0.1 SIP/2.0",
    `Via: SIP/2.0/UDP 127.0.0.23:${pbx.port};branch=z9hG4bK-audit`,
    "Max-Forwards: 70",
    "From: <sip:204@127.0.0.23>;tag=pbx",
    "To: <sip:911@127.0.0.1>",
    "Call-ID: audit",
    "CSeq: 1 INVITE",
    `Contact: <sip:127.0.0.23:${pbx.port}>`,
    "Content-Type: application/sdp",
  ];
  const body = audioAt("127.0.0.23");
  pbx.socket.send([...head, `Content-Length: ${body.length}`, "", body].join("\r\n"), first.lan, "127.0.0.1");
  await until(() => carrier.heard.some((text) => text.startsWith("INVITE ")));
  // The list waits for what was written before it was asked for.
  const calls = async (api: string) =>
    ((await (await fetch(`${api}/api/v1/emergency-calls`)).json()) as { items: { state: string; steps: object[] }[] })
      .items;
  expect(await calls(first.api)).toMatchObject([{ state: "calling", caller: "204" }]);
  await until(() => desk.refused > 0);
  first.demarc.child.kill("SIGKILL");
  if (first.demarc.child.signalCode === null) await once(first.demarc.child, "exit");
  desk.takes = true;
  const second = await start();
  const found = await calls(second.api);
  expect(found).toMatchObject([{ state: "interrupted", caller: "204", location: { name: "hq" } }]);
  for (const step of [
    { kind: "begun" },
    { kind: "routed", route: "emergency" },
    { kind: "tried", trunk: "carrier", document: expect.stringContaining("Ann Street") },
    { kind: "owed", recipient: "desk", event: "began" },
    { kind: "interrupted" },
    { kind: "owed", recipient: "desk", event: "interrupted" },
  ])
    expect(found[0]?.steps).toContainEqual(expect.objectContaining(step));
  await until(() => desk.told.length === 2);
  expect(desk.told.map(({ event }) => event)).toEqual(["began", "interrupted"]);
  expect(desk.told[0]?.text).toBe("Emergency call: 204 dialled 911 at hq");
  await second.demarc.says(/Demarc ended in the middle of an emergency call/);
});
