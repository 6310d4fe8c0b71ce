// What a peer proves by its certificate goes with its messages, with nobody else's, and no longer than the certificate is good.
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { connect, createServer } from "node:tls";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type CertificateFolder, openCertificateFolder } from "../../../test/certificates/certificate-folder.ts";
import { makeAuthority, makeCertificate, type SampleCertificate } from "../../../test/certificates/make-certificate.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import { Certificates } from "./certificates.ts";
import { ConnectionTransport } from "./connection-transport.ts";
import { endAll, onEnd, request, until } from "./transport.contract.ts";

const authority = makeAuthority("Authority");
const PEER = makeCertificate({ issuer: authority, dns: ["peer.example"] });
const OTHER = makeCertificate({ issuer: authority, dns: ["other.example"] });

let folder: CertificateFolder;
beforeEach(async () => {
  folder = await openCertificateFolder();
  onEnd(() => folder.remove());
  await folder.put("own", makeCertificate({ issuer: authority, dns: ["sbc.example"] }), [authority]);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await endAll();
});

async function openTls() {
  const heard: Flow[] = [];
  const errors: string[] = [];
  const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
  const certificates = await Certificates.open({ ...folder, log });
  onEnd(() => certificates.close());
  const tls = new ConnectionTransport(
    "tls",
    {
      onMessage: (flow: Flow) => void heard.push(flow),
      onError: (_flow: Flow, detail: string) => void errors.push(detail),
      log,
    },
    { certificates },
  );
  onEnd(() => tls.close());
  const { port } = await tls.listen("wan", {
    transport: "tls",
    address: "127.0.0.1",
    port: 0,
    certificate: "own",
    peerCertificate: "ask",
  });
  return { tls, port, heard, errors };
}

/** A peer that has sent a request. `localPort` 0: any. */
async function openPeer(port: number, shown: SampleCertificate | null, localPort = 0) {
  const own = shown === null ? {} : { cert: shown.certificate, key: shown.key };
  const plain = connectPlain({ host: "127.0.0.1", port, localAddress: "127.0.0.9", localPort });
  const socket = connect({ socket: plain, ca: [authority.certificate], servername: "sbc.example", ...own });
  socket.on("error", () => {});
  onEnd(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (piece) => {
    text += piece;
  });
  await once(socket, "secureConnect");
  socket.write(request("1"));
  // Reset, so that its port is free at once.
  return { socket, read: () => text, reset: () => void plain.resetAndDestroy() };
}

/** What the nth message came on. */
async function flowOf(heard: readonly Flow[], nth: number): Promise<Flow> {
  await until(() => heard.length > nth);
  return heard[nth] as Flow;
}

test("is on the flow of its messages, and not on that of another's from the same address", async () => {
  const { port, heard } = await openTls();
  await openPeer(port, PEER);
  expect((await flowOf(heard, 0)).proof).toMatchObject({ domains: ["peer.example"], addresses: [] });
  await openPeer(port, null);
  const second = await flowOf(heard, 1);
  expect(second.proof).toBeUndefined();
  expect(second.remoteAddress).toBe(heard[0]?.remoteAddress);
  await openPeer(port, OTHER);
  expect((await flowOf(heard, 2)).proof?.domains).toEqual(["other.example"]);
  expect(new Set(heard.map(({ proof }) => proof?.fingerprint)).size).toBe(3);
});

test.each([
  ["shows nothing", null],
  ["shows another certificate", OTHER],
])("answers to it do not go to who comes from the same port after it and %s", async (_what, shown) => {
  const { tls, port, heard, errors } = await openTls();
  const first = await openPeer(port, PEER);
  const flow = await flowOf(heard, 0);
  tls.send(flow, request("2"));
  await until(() => first.read() === request("2"));
  first.reset();
  await until(() => tls.counters.connections === 0);
  const second = await openPeer(port, shown, flow.remotePort);
  const own = await flowOf(heard, 1);
  expect(own.remotePort).toBe(flow.remotePort);
  tls.send(flow, request("3"));
  await until(() => errors.length === 1);
  tls.send(own, request("4"));
  await until(() => second.read() !== "");
  expect(second.read()).toBe(request("4"));
});

test("but do go to the same peer on its next connection from there", async () => {
  const { tls, port, heard, errors } = await openTls();
  const first = await openPeer(port, PEER);
  const flow = await flowOf(heard, 0);
  first.reset();
  await until(() => tls.counters.connections === 0);
  const second = await openPeer(port, PEER, flow.remotePort);
  await flowOf(heard, 1);
  tls.send(flow, request("2"));
  await until(() => second.read() === request("2"));
  expect(errors).toEqual([]);
});

test("ends with the certificate, while its connection stands", async () => {
  const { tls, port, heard } = await openTls();
  const { socket, read } = await openPeer(port, PEER);
  const flow = await flowOf(heard, 0);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 366 * 86_400_000);
  socket.write(request("2"));
  const later = await flowOf(heard, 1);
  expect(later).toEqual({ ...flow, proof: undefined });
  tls.send(flow, request("3"));
  tls.send(later, request("4"));
  await until(() => read() === request("3") + request("4"));
});

test("is what the server shows, on a connection that we opened", async () => {
  const { tls, port, heard } = await openTls();
  const server = createServer({ cert: PEER.certificate, key: PEER.key }, (socket) => {
    onEnd(() => void socket.destroy());
    socket.on("error", () => {});
    socket.write(request("1"));
  });
  server.listen(0, "127.0.0.9");
  await once(server, "listening");
  onEnd(() => void server.close());
  const bound = server.address();
  const remotePort = typeof bound === "object" && bound !== null ? bound.port : 0;
  const place = { network: "wan", transport: "tls", localAddress: "127.0.0.1", localPort: port } as const;
  const peer = { name: "peer.example", wildcard: false, certificate: null };
  tls.send({ ...place, remoteAddress: "127.0.0.9", remotePort, peer }, request("0"));
  const flow = await flowOf(heard, 0);
  expect(flow.proof?.domains).toEqual(["peer.example"]);
});
