// A call over a TLS trunk through everything that takes calls: Demarc as it is put together, and a provider that is Node's own TLS.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { connect, createServer, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openParts } from "../../../src/main/open-parts.ts";
import { type Undo, undoAll } from "../../../src/main/undo.ts";
import { readConfiguration } from "../../../src/runtime/config/index.ts";
import { createLog } from "../../../src/runtime/telemetry/index.ts";
import { type CertificateFolder, openCertificateFolder } from "../../certificates/certificate-folder.ts";
import { makeAuthority, makeCertificate } from "../../certificates/make-certificate.ts";

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

/** Demarc with its sockets, store and relay. */
async function startParts(providerPort: number, verifyName: string) {
  const file = join(folder.directory, "demarc.yaml");
  await writeFile(file, configuration(providerPort, verifyName));
  const reading = await readConfiguration(file, { purpose: "start" });
  if (reading.configuration === null) throw new Error(JSON.stringify(reading.faults));
  const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
  const { parts, metrics } = await openParts(reading.configuration, { file, dataDir: folder.directory, log, undo });
  const [lan, wan] = parts.transports.listeners.map(({ port }) => port);
  return { metrics, lan: lan ?? 0, wan: wan ?? 0 };
}

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

function answerTo(request: string, status: string): string {
  const kept = request.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
  const lines = kept.map((line) => (line.startsWith("To:") ? `${line};tag=provider` : line));
  return [`SIP/2.0 ${status}`, ...lines, "Content-Length: 0", "", ""].join("\r\n");
}

async function openPbx(): Promise<{ socket: Socket; port: number; answers: string[] }> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.21");
  await once(socket, "listening");
  undo.push(() => void socket.close());
  const answers: string[] = [];
  socket.on("message", (bytes) => void answers.push(bytes.toString("latin1").split("\r\n")[0] ?? ""));
  return { socket, port: socket.address().port, answers };
}

function invite(port: number): string {
  const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.21\r\ns=-\r\nc=IN IP4 127.0.0.21\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
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

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setImmediate(go));
}

test("goes out over TLS to the provider that was meant, and its answer comes back", async () => {
  const provider = await openProvider();
  const { lan, metrics } = await startParts(provider.port, "provider.example");
  const pbx = await openPbx();
  pbx.socket.send(invite(pbx.port), lan, "127.0.0.1");
  await until(() => pbx.answers.includes("SIP/2.0 486 Busy Here"));
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
  const { lan } = await startParts(provider.port, "other.example");
  const pbx = await openPbx();
  pbx.socket.send(invite(pbx.port), lan, "127.0.0.1");
  await until(() => pbx.answers.includes("SIP/2.0 500 Server Internal Error"));
  expect(provider.requests).toEqual([]);
});

test("comes in over TLS with the provider's own certificate", async () => {
  const { wan } = await startParts(9, "provider.example");
  const plain = connectPlain({ host: "127.0.0.2", port: wan, localAddress: "127.0.0.22" });
  const socket = connect({
    socket: plain,
    ca: [authority.certificate],
    cert: PROVIDER.certificate,
    key: PROVIDER.key,
    servername: "sbc.example",
  });
  undo.push(() => void socket.destroy());
  let answer = "";
  socket.setEncoding("latin1").on("data", (piece) => {
    answer += piece;
  });
  await once(socket, "secureConnect");
  const head = [
    "OPTIONS sip:sbc.example SIP/2.0",
    "Via: SIP/2.0/TLS 127.0.0.22:5061;branch=z9hG4bK-options",
    "Max-Forwards: 70",
    "From: <sip:provider.example>;tag=probe",
    "To: <sip:sbc.example>",
    "Call-ID: probe",
    "CSeq: 1 OPTIONS",
  ];
  socket.write([...head, "Content-Length: 0", "", ""].join("\r\n"));
  await until(() => answer.includes("\r\n\r\n"));
  expect(answer).toMatch(/^SIP\/2\.0 200 OK\r\n/);
});
