// An emergency call while the disk is full and those who are to be told are out of reach: it gets out, and is told once they are back.

import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Undo, undoAll } from "../../src/main/undo.ts";
import { type CertificateFolder, openCertificateFolder } from "../certificates/certificate-folder.ts";
import { audioAt, openUdpPeer, startParts, type UdpPeer, until } from "./transport/tls-ground.ts";
import { openWebhookDesk } from "./webhook-desk.ts";

let folder: CertificateFolder;
const undo: Undo = [];

beforeEach(async () => {
  folder = await openCertificateFolder();
  undo.push(() => folder.remove());
});
afterEach(() => undoAll(undo));

const configuration = (carrierPort: number, deskPort: number) => `
country: US
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 25000-25049 }
  wan:
    listen: [{ transport: udp, address: 127.0.0.2, port: 0 }]
    media: { address: 127.0.0.2, ports: 25050-25099 }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.27:5080" }], identify: { addresses: [127.0.0.27] } }
  carrier: { role: provider, network: wan, targets: [{ uri: "sip:127.0.0.28:${carrierPort}" }], identify: { addresses: [127.0.0.28] } }
routes:
  - { name: emergency, match: { emergency: true }, to: [carrier] }
emergency:
  notify: [{ name: desk, webhook: { url: "http://127.0.0.1:${deskPort}/" }, on: [began] }]
`;

/** Makes every write fail, as a full disk does, until it is undone. */
function fillDisk(): () => void {
  const database = new Database(join(folder.directory, "demarc.db"));
  const full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
  database.exec(`CREATE TRIGGER no_calls BEFORE INSERT ON calls ${full}`);
  database.exec(`CREATE TRIGGER no_steps BEFORE INSERT ON emergency_steps ${full}`);
  return () => {
    database.exec("DROP TRIGGER no_calls; DROP TRIGGER no_steps");
    database.close();
  };
}

function dial(pbx: UdpPeer, lan: number): void {
  const body = audioAt("127.0.0.27");
  const head = [
    "INVITE sip:911@127.0.0.1 SIP/2.0",
    `Via: SIP/2.0/UDP 127.0.0.27:${pbx.port};branch=z9hG4bK-through`,
    "Max-Forwards: 70",
    "From: <sip:204@127.0.0.27>;tag=pbx",
    "To: <sip:911@127.0.0.1>",
    "Call-ID: through",
    "CSeq: 1 INVITE",
    `Contact: <sip:127.0.0.27:${pbx.port}>`,
    "Content-Type: application/sdp",
    `Content-Length: ${body.length}`,
  ];
  pbx.socket.send([...head, "", body].join("\r\n"), lan, "127.0.0.1");
}

test("it gets out, nothing of it is lost, and the desk is told when it is back", async () => {
  const carrier = await openUdpPeer("127.0.0.28", undo);
  const pbx = await openUdpPeer("127.0.0.27", undo);
  const desk = await openWebhookDesk(undo);
  const { lan, parts, lines } = await startParts(configuration(carrier.port, desk.port), folder, undo);
  const makeRoom = fillDisk();
  dial(pbx, lan);
  await until(() => carrier.heard.some((text) => text.startsWith("INVITE sip:911@")));
  await until(() => desk.refused > 0 && !parts.store.state().up);
  expect(lines.some((line) => line.includes("the store takes no records; they wait in memory"))).toBe(true);
  expect(parts.emergencies.desk.recipients()).toMatchObject([{ name: "desk", waiting: 1, told: 0 }]);
  makeRoom();
  desk.takes = true;
  await until(() => parts.emergencies.desk.recipients()[0]?.told === 1 && parts.store.state().up);
  expect(desk.told.map(({ text }) => text)).toEqual(["Emergency call: 204 dialled 911"]);
  const [call] = (await parts.store.emergencyCalls({ limit: 1, cursor: null })).items;
  expect(call?.steps.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["begun", "routed", "tried", "owed", "told"]),
  );
});
