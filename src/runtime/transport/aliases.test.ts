// Connections that peers opened carry our requests to them only where their certificates allow it (RFC 5923).
import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CertificateFolder, openCertificateFolder } from "../../../test/certificates/certificate-folder.ts";
import { makeAuthority, makeCertificate, type SampleCertificate } from "../../../test/certificates/make-certificate.ts";
import type { Flow, SecurePeer } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import { Certificates } from "./certificates.ts";
import { ConnectionTransport } from "./connection-transport.ts";
import { endAll, onEnd, request, until } from "./transport.contract.ts";

const authority = makeAuthority("Authority");
const PEER = makeCertificate({ issuer: authority, dns: ["peer.example"] });
/** Nobody listens there. */
const CLAIMED_PORT = 9;

let folder: CertificateFolder;
beforeEach(async () => {
  folder = await openCertificateFolder();
  onEnd(() => folder.remove());
  await folder.put("own", makeCertificate({ issuer: authority, dns: ["sbc.example"] }), [authority]);
});
afterEach(endAll);

async function openTls() {
  const heard: Flow[] = [];
  const errors: Flow[] = [];
  const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
  const certificates = await Certificates.open({ ...folder, log });
  onEnd(() => certificates.close());
  const events = {
    onMessage: (flow: Flow) => void heard.push(flow),
    onError: (flow: Flow) => void errors.push(flow),
    log,
  };
  const tls = new ConnectionTransport("tls", events, { certificates });
  onEnd(() => tls.close());
  const listener = {
    transport: "tls",
    address: "127.0.0.1",
    port: 0,
    certificate: "own",
    peerCertificate: "ask",
  } as const;
  const { port } = await tls.listen("wan", listener);
  const flowTo = (peer: Partial<SecurePeer> = {}, remotePort = CLAIMED_PORT): Flow => ({
    network: "wan",
    transport: "tls",
    localAddress: "127.0.0.1",
    localPort: port,
    remoteAddress: "127.0.0.1",
    remotePort,
    peer: { name: "peer.example", wildcard: false, certificate: null, ...peer },
  });
  return { tls, port, flowTo, heard, errors };
}

/** A peer that has sent its first request, with this Via. */
async function openPeer(port: number, via: string, shown: SampleCertificate | null = PEER) {
  const own = shown === null ? {} : { cert: shown.certificate, key: shown.key };
  const socket: TLSSocket = connect({
    host: "127.0.0.1",
    port,
    ca: [authority.certificate],
    servername: "sbc.example",
    ...own,
  });
  onEnd(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (piece) => {
    text += piece;
  });
  await once(socket, "secureConnect");
  socket.write(request("1").replace("Call-ID", `Via: ${via};branch=z9hG4bK1\r\nCall-ID`));
  return { socket, read: () => text };
}

const VIA = `SIP/2.0/TLS peer.example:${CLAIMED_PORT};alias`;

test("a peer whose certificate is the expected one is called over its own connection", async () => {
  const { tls, port, flowTo, heard, errors } = await openTls();
  const { socket, read } = await openPeer(port, VIA);
  await until(() => heard.length === 1);
  tls.send(flowTo(), request("ours"));
  await until(() => read() === request("ours"));
  expect(tls.counters.connections).toBe(1);
  socket.destroy();
  await until(() => tls.counters.connections === 0);
  tls.send(flowTo(), request("late"));
  await until(() => errors.length === 1);
});

test("what could not be sent over it is told on the flow that it was sent on", async () => {
  const { tls, port, flowTo, heard, errors } = await openTls();
  const { socket } = await openPeer(port, VIA);
  await until(() => heard.length === 1);
  socket.pause();
  const flow = flowTo();
  for (let sent = 0; sent < 30; sent += 1) tls.send(flow, request("big", "x".repeat(60_000)));
  await until(() => errors.length === 2);
  expect(errors).toEqual([{ ...heard[0], proof: undefined }, flow]);
});

test.each<[string, string, SampleCertificate | null, Partial<SecurePeer>, number]>([
  ["who did not ask for it", `SIP/2.0/TLS peer.example:${CLAIMED_PORT}`, PEER, {}, CLAIMED_PORT],
  ["who shows no certificate", VIA, null, {}, CLAIMED_PORT],
  ["whose certificate is for another", VIA, PEER, { name: "bank.example" }, CLAIMED_PORT],
  ["who claims another port", VIA, PEER, {}, CLAIMED_PORT + 1],
  ["to whom another certificate of ours is to be shown", VIA, PEER, { certificate: "own" }, CLAIMED_PORT],
])("a peer %s is not", async (_who, via, shown, peer, remotePort) => {
  const { tls, port, flowTo, heard, errors } = await openTls();
  const { read } = await openPeer(port, via, shown);
  await until(() => heard.length === 1);
  const flow = flowTo(peer, remotePort);
  tls.send(flow, request("ours"));
  await until(() => errors.length === 1);
  expect(errors).toEqual([flow]);
  expect(read()).toBe("");
});
