// The way of emergency calls is tried on demand, with real sockets and the real relay: the carrier's test service answers, speaks, and is hung up on.

import { afterEach, beforeEach, expect, test } from "vitest";
import { type Undo, undoAll } from "../../src/main/undo.ts";
import { type CertificateFolder, openCertificateFolder } from "../certificates/certificate-folder.ts";
import { answerTo, openUdpPeer, startParts, type UdpPeer, until } from "./transport/tls-ground.ts";

let folder: CertificateFolder;
const undo: Undo = [];

beforeEach(async () => {
  folder = await openCertificateFolder();
  undo.push(() => folder.remove());
});
afterEach(() => undoAll(undo));

const configuration = (carrierPort: number) => `
country: US
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24900-24949 }
  wan:
    listen: [{ transport: udp, address: 127.0.0.2, port: 0 }]
    media: { address: 127.0.0.2, ports: 24950-24999 }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.25:5080" }], identify: { addresses: [127.0.0.25] } }
  carrier: { role: provider, network: wan, targets: [{ uri: "sip:127.0.0.26:${carrierPort}" }], identify: { addresses: [127.0.0.26] } }
routes:
  - { name: emergency, match: { emergency: true }, to: [carrier] }
emergency:
  test: { at: "03:30", from: pbx, caller: "+12025550100", talk: 1s }
`;

const begins = (peer: UdpPeer, word: string): string => peer.heard.find((text) => text.startsWith(word)) ?? "";

test("the test number is called, heard and hung up on, and what came of it is kept", async () => {
  const carrier = await openUdpPeer("127.0.0.26", undo);
  const media = await openUdpPeer("127.0.0.26", undo);
  const { wan, parts, metrics } = await startParts(configuration(carrier.port), folder, undo);
  const { store, emergencies } = parts;
  const { tests } = emergencies;
  expect(tests.tryNow(null)).toEqual(["carrier"]);
  await until(() => begins(carrier, "INVITE ") !== "");
  const invite = begins(carrier, "INVITE ");
  expect(invite).toMatch(/^INVITE sip:933@127\.0\.0\.26/);
  const [, port = ""] = /^m=audio (\d+) /m.exec(invite) ?? [];
  const body = `v=0\r\no=- 1 1 IN IP4 127.0.0.26\r\ns=-\r\nc=IN IP4 127.0.0.26\r\nt=0 0\r\nm=audio ${media.port} RTP/AVP 0\r\n`;
  const more = [`Contact: <sip:933@127.0.0.26:${carrier.port}>`, "Content-Type: application/sdp"];
  carrier.socket.send(answerTo(invite, "200 OK", more, body), wan, "127.0.0.2");
  await until(() => begins(carrier, "ACK ") !== "");
  // The service speaks for as long as it is listened to.
  let sequence = 0;
  const speak = (): void => {
    sequence += 1;
    const packet = Buffer.alloc(172);
    packet.writeUInt16BE(0x8000, 0);
    packet.writeUInt16BE(sequence & 0xffff, 2);
    packet.writeUInt32BE(sequence * 160, 4);
    packet.writeUInt32BE(7, 8);
    media.socket.send(packet, Number(port), "127.0.0.2");
  };
  let looks = 0;
  await until(() => {
    looks += 1;
    if (looks % 100 === 1) speak();
    return begins(carrier, "BYE ") !== "";
  });
  carrier.socket.send(answerTo(begins(carrier, "BYE "), "200 OK"), wan, "127.0.0.2");
  await until(() => tests.outcomes().length > 0);
  expect(tests.outcomes()).toMatchObject([{ trunk: "carrier", ok: true, detail: "answered" }]);
  const call = tests.outcomes()[0]?.call ?? "";
  expect(await store.emergencyCall(call)).toMatchObject({ state: "ended", test: { by: "schedule", trunk: "carrier" } });
  const record = await store.cdr(call);
  expect(record).toMatchObject({ emergency: false, called: "933", cause: "normal-clearing" });
  // What the service says is heard and counted, and goes nowhere.
  expect(record?.quality[0]?.b.packets).toBeGreaterThan(0);
  expect(media.heard).toEqual([]);
  expect((await metrics.render()).text).toContain('demarc_emergency_test_ok{trunk="carrier"} 1');
});
