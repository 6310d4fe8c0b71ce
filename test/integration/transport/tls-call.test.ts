// A call over a TLS trunk through everything that takes calls: Demarc as it is put together, and a provider that is Node's own TLS.

import { once } from "node:events";
import { createServer, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Undo, undoAll } from "../../../src/main/undo.ts";
import { type CertificateFolder, openCertificateFolder } from "../../certificates/certificate-folder.ts";
import { makeAuthority, makeCertificate } from "../../certificates/make-certificate.ts";
import { answerTo, audioAt, openTlsPeer, openUdpPeer, startParts, until } from "./tls-ground.ts";

const authority = makeAuthority("Authority");
const PROVIDER = makeCertificate({ issuer: authority, dns: ["provider.example"] });

let folder: CertificateFolder;
const undo: Undo = [];

beforeEach(async () => {
  folder = await openCertificateFolder();
  undo.push(() => folder.remove());
  await folder.put("wan", makeCertificate({ issuer: authority, dns: ["sbc.example"] }), [authority]);
});
afterEach(() => undoAll(undo));

const configuration = (providerPort: number, verifyName: string) => `
emergencyNumbers: []
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24200-24299 }
  wan:
    listen: [{ transport: tls, address: 127.0.0.2, port: 0, certificate: wan, peerCertificate: ask }]
    media: { address: 127.0.0.2, ports: 24300-24399 }
certificates:
  wan: { certFile: wan.pem, keyFile: wan.key, caFile: wan-ca.pem }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.21:5080" }], identify: { addresses: [127.0.0.21] } }
  provider:
    role: provider
    network: wan
    targets: [{ uri: "sip:127.0.0.22:${providerPort};transport=tls" }]
    identify: { addresses: [127.0.0.22] }
    tls: { verifyName: ${verifyName} }
routes:
  - { name: outbound, match: { from: pbx }, to: [provider] }
`;

/** A provider that refuses every INVITE with 486 and keeps what it was sent. */
async function openProvider() {
  const sockets: TLSSocket[] = [];
  const requests: string[] = [];
  const server = createServer({ cert: PROVIDER.certificate, key: PROVIDER.key }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.setEncoding("latin1").on("data", (piece) => {
      const text = String(piece);
      requests.push(text);
      if (text.startsWith("INVITE ")) socket.write(answerTo(text, "486 Busy Here"));
    });
  });
  server.listen(0, "127.0.0.22");
  await once(server, "listening");
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, requests };
}

function invite(port: number): string {
  const sdp = audioAt("127.0.0.21");
  const head = [
    "INVITE sip:+12025550100@127.0.0.1 SIP/2.0",
    `Via: SIP/2.0/UDP 127.0.0.21:${port};branch=z9hG4bK-call`,
    "Max-Forwards: 70",
    "From: <sip:+12025550111@127.0.0.21>;tag=pbx",
    "To: <sip:+12025550100@127.0.0.1>",
    "Call-ID: tls-call",
    "CSeq: 1 INVITE",
    `Contact: <sip:127.0.0.21:${port}>`,
    "Content-Type: application/sdp",
    `Content-Length: ${sdp.length}`,
  ];
  return [...head, "", sdp].join("\r\n");
}

test("goes out over TLS to the provider that was meant, and its answer comes back", async () => {
  const provider = await openProvider();
  const { lan, metrics } = await startParts(configuration(provider.port, "provider.example"), folder, undo);
  const pbx = await openUdpPeer("127.0.0.21", undo);
  pbx.socket.send(invite(pbx.port), lan, "127.0.0.1");
  await until(() => pbx.heard.some((text) => text.startsWith("SIP/2.0 486 Busy Here")));
  const [sent = ""] = provider.requests;
  expect(sent).toMatch(/^INVITE sip:\+12025550100@127\.0\.0\.22:\d+;transport=tls SIP\/2\.0\r\n/);
  expect(sent).toMatch(/\r\nVia: SIP\/2\.0\/TLS 127\.0\.0\.2:\d+;/);
  expect(sent).toMatch(/\r\nContact: <sip:127\.0\.0\.2:\d+;transport=tls>\r\n/);
  await until(() => provider.requests.some((text) => text.startsWith("ACK ")));
  expect((await metrics.render()).text).toMatch(
    /^demarc_certificate_expiry_timestamp_seconds\{certificate="wan"\} \d+$/m,
  );
});

test("does not go to a provider of another name: the call is refused, and the provider hears nothing", async () => {
  const provider = await openProvider();
  const { lan } = await startParts(configuration(provider.port, "other.example"), folder, undo);
  const pbx = await openUdpPeer("127.0.0.21", undo);
  pbx.socket.send(invite(pbx.port), lan, "127.0.0.1");
  await until(() => pbx.heard.some((text) => text.startsWith("SIP/2.0 500 Server Internal Error")));
  expect(provider.requests).toEqual([]);
});

test("comes in over TLS with the provider's own certificate", async () => {
  const { wan } = await startParts(configuration(9, "provider.example"), folder, undo);
  const peer = await openTlsPeer(wan, { authority, shown: PROVIDER, undo });
  const head = [
    "OPTIONS sip:sbc.example SIP/2.0",
    "Via: SIP/2.0/TLS 127.0.0.22:5061;branch=z9hG4bK-options",
    "Max-Forwards: 70",
    "From: <sip:provider.example>;tag=probe",
    "To: <sip:sbc.example>",
    "Call-ID: probe",
    "CSeq: 1 OPTIONS",
  ];
  peer.socket.write([...head, "Content-Length: 0", "", ""].join("\r\n"));
  await until(() => peer.read().includes("\r\n\r\n"));
  expect(peer.read()).toMatch(/^SIP\/2\.0 200 OK\r\n/);
});
