// A carrier whose Contact is a host name: the ACK and the BYE of its call go to where this machine's own resolver says that the name is.

import { afterEach, beforeEach, expect, test } from "vitest";
import { type Undo, undoAll } from "../../src/main/undo.ts";
import { type CertificateFolder, openCertificateFolder } from "../certificates/certificate-folder.ts";
import { answerTo, audioAt, openUdpPeer, startParts, type UdpPeer, until } from "./transport/tls-ground.ts";

let folder: CertificateFolder;
const undo: Undo = [];

beforeEach(async () => {
  folder = await openCertificateFolder();
  undo.push(() => folder.remove());
});
afterEach(() => undoAll(undo));

const configuration = (carrierPort: number) => `
emergencyNumbers: []
country: US
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24600-24699 }
  wan:
    listen: [{ transport: udp, address: 127.0.0.2, port: 0 }]
    media: { address: 127.0.0.2, ports: 24700-24799 }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.21:5080" }], identify: { addresses: [127.0.0.21] } }
  carrier:
    role: provider
    network: wan
    targets: [{ uri: "sip:127.0.0.22:${carrierPort}" }]
    identify: { addresses: [127.0.0.22] }
routes:
  - { name: outbound, match: { from: pbx }, to: [carrier] }
`;

function requestOf(method: string, port: number, to: string, body = ""): string {
  const head = [
    `${method} sip:+12025550100@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.21:${port};branch=z9hG4bK-${method}`,
    "Max-Forwards: 70",
    "From: <sip:+12025550111@127.0.0.21>;tag=pbx",
    `To: ${to}`,
    "Call-ID: named",
    `CSeq: ${method === "BYE" ? 2 : 1} ${method}`,
    `Contact: <sip:127.0.0.21:${port}>`,
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
  ];
  return [...head, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

const begins = (peer: UdpPeer, word: string): string => peer.heard.find((text) => text.startsWith(word)) ?? "";
const header = (text: string, name: string): string => new RegExp(`^${name}: (.*)\\r$`, "m").exec(text)?.[1] ?? "";

test("goes on where the name leads", async () => {
  const carrier = await openUdpPeer("127.0.0.22", undo);
  const other = await openUdpPeer("127.0.0.1", undo);
  const pbx = await openUdpPeer("127.0.0.21", undo);
  const { lan, wan } = await startParts(configuration(carrier.port), folder, undo);
  const towardsPbx = "<sip:+12025550100@127.0.0.1>";
  pbx.socket.send(requestOf("INVITE", pbx.port, towardsPbx, audioAt("127.0.0.21")), lan, "127.0.0.1");
  await until(() => begins(carrier, "INVITE ") !== "");
  const contact = [`Contact: <sip:gw@localhost:${other.port}>`, "Content-Type: application/sdp"];
  carrier.socket.send(answerTo(begins(carrier, "INVITE "), "200 OK", contact, audioAt("127.0.0.22")), wan, "127.0.0.2");
  await until(() => begins(other, "ACK ") !== "");
  expect(begins(other, "ACK ")).toMatch(new RegExp(`^ACK sip:gw@localhost:${other.port} SIP/2.0\r\n`));
  await until(() => begins(pbx, "SIP/2.0 200") !== "");
  const to = header(begins(pbx, "SIP/2.0 200"), "To");
  pbx.socket.send(requestOf("ACK", pbx.port, to), lan, "127.0.0.1");
  pbx.socket.send(requestOf("BYE", pbx.port, to), lan, "127.0.0.1");
  await until(() => begins(other, "BYE ") !== "");
  expect(begins(carrier, "ACK ") + begins(carrier, "BYE ")).toBe("");
});
