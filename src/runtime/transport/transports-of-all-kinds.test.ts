// The contracts of transports, over every transport that there is.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CertificateFolder, openCertificateFolder } from "../../../test/certificates/certificate-folder.ts";
import { makeAuthority, makeCertificate } from "../../../test/certificates/make-certificate.ts";
import { createLog } from "../telemetry/index.ts";
import { BatchedUdpTransport } from "./batched-udp.ts";
import { Certificates } from "./certificates.ts";
import { describeConnections } from "./connection.contract.ts";
import { ConnectionTransport } from "./connection-transport.ts";
import { loadNativeUdp, type NativeUdp } from "./native-udp.ts";
import { STREAM_LIMITS } from "./stream-limits.ts";
import { describeTransport, type TransportKind } from "./transport.contract.ts";
import { UdpTransport } from "./udp.ts";

let folder: CertificateFolder;
let certificates: Certificates;

beforeAll(async () => {
  folder = await openCertificateFolder();
  const authority = makeAuthority("Authority");
  await folder.put("own", makeCertificate({ issuer: authority, dns: ["peer.example"] }), [authority]);
  const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
  certificates = await Certificates.open({ ...folder, log });
});

afterAll(async () => {
  certificates.close();
  await folder.remove();
});

describeTransport({
  title: "udp",
  transport: "udp",
  open: async (events) => new UdpTransport(events),
  peer: null,
  certificate: null,
});

const native = loadNativeUdp();

test("the addon is built, so that batched UDP is tried too", () => expect(native).not.toBeNull());

describeTransport({
  title: "batched udp",
  transport: "udp",
  open: async (events) => new BatchedUdpTransport(events, native as NativeUdp),
  peer: null,
  certificate: null,
});

for (const transport of ["tcp", "tls", "ws", "wss"] as const) {
  const secure = transport === "tls" || transport === "wss";
  const kind: TransportKind = {
    title: transport,
    transport,
    open: async (events, limits) =>
      new ConnectionTransport(transport, events, { limits: { ...STREAM_LIMITS, ...limits }, certificates }),
    peer: secure ? { name: "peer.example", wildcard: false, certificate: null } : null,
    certificate: secure ? "own" : null,
  };
  describeTransport(kind);
  describeConnections(kind);
}
