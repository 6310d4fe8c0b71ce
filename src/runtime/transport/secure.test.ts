// Whom TLS believes, in both directions (RFC 5922), and certificates that are exchanged while connections stand.
import { once } from "node:events";
import { connect, createServer, type SecureVersion, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CertificateFolder, openCertificateFolder } from "../../../test/certificates/certificate-folder.ts";
import {
  makeAuthority,
  makeCertificate,
  type SampleCertificate,
  type SampleOptions,
} from "../../../test/certificates/make-certificate.ts";
import type { Flow, SecurePeer } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import { Certificates } from "./certificates.ts";
import { ConnectionTransport } from "./connection-transport.ts";
import { endAll, onEnd, request, until } from "./transport.contract.ts";
import type { ListenerSettings } from "./transport.ts";

const authority = makeAuthority("Authority");
const foreign = makeAuthority("Foreign authority");
const issued = (options: SampleOptions): SampleCertificate => makeCertificate({ issuer: authority, ...options });
const OWN = issued({ dns: ["sbc.example"] });
const PEER: SecurePeer = { name: "peer.example", wildcard: false, certificate: null };

let folder: CertificateFolder;

beforeEach(async () => {
  folder = await openCertificateFolder();
  onEnd(() => folder.remove());
  await folder.put("own", OWN, [authority]);
});
afterEach(endAll);

/** A TLS transport with one listener. */
async function openTls(settings: Partial<ListenerSettings> = {}) {
  const heard: { flow: Flow; text: string }[] = [];
  const errors: string[] = [];
  const log: string[] = [];
  const sink = createLog({ level: "info", form: "json", color: false, write: (line) => void log.push(line) });
  const certificates = await Certificates.open({ ...folder, log: sink });
  onEnd(() => certificates.close());
  const events = {
    onMessage: (flow: Flow, text: string) => void heard.push({ flow, text }),
    onError: (_flow: Flow, detail: string) => void errors.push(detail),
    log: sink,
  };
  const tls = new ConnectionTransport("tls", events, { certificates });
  onEnd(() => tls.close());
  const address = "127.0.0.1";
  const { port } = await tls.listen("wan", { transport: "tls", address, port: 0, certificate: "own", ...settings });
  const flowTo = (remotePort: number, peer: SecurePeer = PEER): Flow => ({
    network: "wan",
    transport: "tls",
    localAddress: address,
    localPort: port,
    remoteAddress: "127.0.0.9",
    remotePort,
    peer,
  });
  return { tls, certificates, port, flowTo, heard, errors, log };
}

/** A peer that is somebody else's program, as far as Node's own TLS is that. */
async function openPeer(shown: SampleCertificate, versions: { maxVersion?: SecureVersion } = {}) {
  const sockets: TLSSocket[] = [];
  let text = "";
  const server = createServer(
    {
      cert: shown.certificate,
      key: shown.key,
      ca: [authority.certificate],
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      ...versions,
    },
    (socket) => {
      sockets.push(socket);
      socket.setEncoding("latin1").on("data", (piece) => {
        text += piece;
      });
      socket.on("error", () => {});
    },
  );
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.9");
  await once(server, "listening");
  onEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, sockets, read: () => text };
}

/** Connects to our listener; the socket is ready, or refused. */
async function connectTo(
  port: number,
  shown: SampleCertificate | null,
  { servername = "sbc.example", ...versions }: { servername?: string; maxVersion?: SecureVersion } = {},
) {
  const socket = connect({
    ...versions,
    host: "127.0.0.1",
    port,
    ca: [authority.certificate],
    servername,
    rejectUnauthorized: false,
    ...(shown === null ? {} : { cert: shown.certificate, key: shown.key }),
  });
  socket.on("error", () => {});
  socket.resume();
  onEnd(() => void socket.destroy());
  await Promise.race([once(socket, "secureConnect"), once(socket, "close")]);
  return socket;
}

describe("a server that we call", () => {
  test.each<[string, SampleOptions, Partial<SecurePeer>]>([
    ["by a DNS name", { dns: ["other.example", "peer.example"] }, {}],
    ["by a sip: URI", { uris: ["sip:peer.example"], dns: ["host.example"] }, {}],
    ["by its common name, where there are no other names", { commonName: "peer.example" }, {}],
    ["by its address", { addresses: ["127.0.0.9"] }, { name: "127.0.0.9" }],
    [
      "by a wildcard, where the trunk allows it",
      { dns: ["*.example.com"] },
      { name: "sip.example.com", wildcard: true },
    ],
    ["meant for servers", { dns: ["peer.example"], purpose: "server" }, {}],
  ])("is believed %s", async (_how, options, peer) => {
    const [{ tls, flowTo, errors }, { port, read }] = [await openTls(), await openPeer(issued(options))];
    tls.send(flowTo(port, { ...PEER, ...peer }), request("1"));
    await until(() => read() === request("1") || errors.length > 0);
    expect(errors).toEqual([]);
  });

  test.each<[string, SampleOptions, Partial<SecurePeer>, string]>([
    ["another name", { dns: ["other.example"] }, {}, "its certificate is for other.example, not for peer.example"],
    ["a DNS name beside the URI of another", { uris: ["sip:x.example"], dns: ["peer.example"] }, {}, "for x.example"],
    ["a common name beside other names", { commonName: "peer.example", dns: ["a.example"] }, {}, "for a.example"],
    ["a wildcard", { dns: ["*.example.com"] }, { name: "sip.example.com" }, "for *.example.com"],
    ["a NUL in its name", { dns: ["peer.example\u0000.evil.example"] }, {}, "its certificate is for nobody"],
    ["no name", {}, {}, "its certificate is for nobody"],
    ["an address that is not its own", { addresses: ["127.0.0.8"] }, { name: "127.0.0.9" }, "for 127.0.0.8"],
    ["an expired certificate", { dns: ["peer.example"], fromDays: -9, toDays: -1 }, {}, "has expired"],
    ["one that is not valid yet", { dns: ["peer.example"], fromDays: 1 }, {}, "not valid yet"],
    ["one of another authority", { dns: ["peer.example"], issuer: foreign }, {}, "no authority that is believed"],
    ["one that is meant for clients", { dns: ["peer.example"], purpose: "client" }, {}, "not meant for this end"],
  ])("is refused with %s, and hears nothing", async (_what, options, peer, reason) => {
    const [{ tls, flowTo, errors }, { port, sockets, read }] = [await openTls(), await openPeer(issued(options))];
    tls.send(flowTo(port, { ...PEER, ...peer }), request("1"));
    await until(() => errors.length === 1 && (sockets[0]?.destroyed ?? true));
    expect(errors[0]).toMatch(/^the peer was not believed: /);
    expect(errors[0]).toContain(reason);
    expect(read()).toBe("");
  });

  test.each<SecureVersion>(["TLSv1.2", "TLSv1.3"])(
    "is spoken to in %s where it knows nothing newer",
    async (version) => {
      const [{ tls, flowTo, errors }, peer] = [
        await openTls(),
        await openPeer(issued({ dns: ["peer.example"] }), { maxVersion: version }),
      ];
      tls.send(flowTo(peer.port), request("1"));
      await until(() => peer.read() === request("1") || errors.length > 0);
      expect([errors, peer.sockets[0]?.getProtocol()]).toEqual([[], version]);
    },
  );

  test("is refused when it signed its certificate itself, or speaks TLS 1.1", async () => {
    const { tls, flowTo, errors } = await openTls();
    const self = await openPeer(makeCertificate({ dns: ["peer.example"] }));
    tls.send(flowTo(self.port), request("1"));
    await until(() => errors.length === 1);
    expect(errors[0]).toContain("signed by itself");
    const old = await openPeer(issued({ dns: ["peer.example"] }), { maxVersion: "TLSv1.1" });
    tls.send(flowTo(old.port), request("1"));
    await until(() => errors.length === 2);
    expect(old.read() + self.read()).toBe("");
  });

  test("is told the name that is wanted, and shown our certificate: the listener's, or the trunk's own", async () => {
    await folder.put("trunk", issued({ dns: ["customer.example"] }), [authority]);
    const { tls, flowTo } = await openTls();
    const { port, sockets } = await openPeer(issued({ dns: ["peer.example"] }));
    tls.send(flowTo(port), request("1"));
    await until(() => sockets.length === 1);
    expect(sockets[0]?.servername).toBe("peer.example");
    expect(sockets[0]?.getPeerX509Certificate()?.subjectAltName).toBe("DNS:sbc.example");
    // Another certificate is another connection.
    tls.send(flowTo(port, { ...PEER, certificate: "trunk" }), request("2"));
    await until(() => sockets.length === 2);
    expect(sockets[1]?.getPeerX509Certificate()?.subjectAltName).toBe("DNS:customer.example");
  });

  test("is not called when nobody says whom to expect", async () => {
    const { tls, flowTo, errors } = await openTls();
    const { peer: _nobody, ...flow } = flowTo(9);
    tls.send(flow, request("1"));
    await until(() => errors.length === 1);
    expect(errors[0]).toContain("whom to expect");
  });
});

describe("a client that calls us", () => {
  const client = issued({ dns: ["peer.example"] });

  test("needs no certificate where none is asked for", async () => {
    const { port, heard } = await openTls();
    const socket = await connectTo(port, null);
    socket.write(request("1"));
    await until(() => heard.length === 1);
    expect(heard[0]?.flow).toMatchObject({ transport: "tls", remoteAddress: "127.0.0.1" });
  });

  test.each<["ask" | "require", string, SampleCertificate | null, string | null]>([
    ["ask", "none", null, null],
    ["ask", "a good one", client, null],
    ["ask", "a foreign one", makeCertificate({ issuer: foreign, dns: ["peer.example"] }), "no authority"],
    ["require", "none", null, "it shows no certificate"],
    ["require", "a good one", client, null],
    ["require", "an expired one", issued({ dns: ["peer.example"], fromDays: -9, toDays: -1 }), "has expired"],
    ["require", "one of its own", makeCertificate({ dns: ["peer.example"] }), "signed by itself"],
    ["require", "one for servers", issued({ dns: ["peer.example"], purpose: "server" }), "not meant for this end"],
  ])("where we %s for one and it shows %s", async (peerCertificate, _what, shown, reason) => {
    const { tls, port, heard, log } = await openTls({ peerCertificate });
    const socket = await connectTo(port, shown);
    socket.write(request("1"));
    await until(() => heard.length === 1 || socket.destroyed);
    expect(heard).toHaveLength(reason === null ? 1 : 0);
    if (reason === null) return;
    expect(log.join("")).toContain(reason);
    await until(() => tls.counters.connections === 0);
  });

  test.each<SecureVersion>(["TLSv1.2", "TLSv1.3"])("is heard in %s where it knows nothing newer", async (version) => {
    const { port, heard } = await openTls();
    const socket = await connectTo(port, null, { maxVersion: version });
    socket.write(request("1"));
    await until(() => heard.length === 1);
    expect(socket.getProtocol()).toBe(version);
  });

  test("is refused with TLS 1.1, and the log says so", async () => {
    const { port, log } = await openTls();
    const socket = connect({
      host: "127.0.0.1",
      port,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "ALL@SECLEVEL=0",
    });
    socket.on("error", () => {});
    onEnd(() => void socket.destroy());
    await until(() => socket.destroyed && log.length > 0);
    expect(log.join("")).toContain("a TLS handshake failed");
  });

  test("gets the certificate of the name that it asks for", async () => {
    await folder.put("second", issued({ dns: ["second.example", "*.wild.example"] }), [authority]);
    const { port } = await openTls({ moreCertificates: ["second"] });
    const shownFor = async (name: string): Promise<string | undefined> =>
      (await connectTo(port, null, { servername: name })).getPeerX509Certificate()?.subjectAltName;
    expect(await shownFor("second.example")).toContain("second.example");
    expect(await shownFor("a.wild.example")).toContain("second.example");
    expect(await shownFor("sbc.example")).toBe("DNS:sbc.example");
    expect(await shownFor("unknown.example")).toBe("DNS:sbc.example");
  });
});

describe("certificates that change", () => {
  test("are shown to the next, and no connection is dropped: ours and theirs", async () => {
    const { tls, certificates, port, flowTo, heard, log } = await openTls();
    const peer = await openPeer(issued({ dns: ["peer.example"] }));
    const before = await connectTo(port, null);
    tls.send(flowTo(peer.port), request("1"));
    await until(() => peer.read() === request("1"));
    await folder.put("own", issued({ dns: ["renewed.example"] }), [authority]);
    await certificates.reload();
    expect(log.join("")).toContain("a certificate was exchanged");
    expect((await connectTo(port, null)).getPeerX509Certificate()?.subjectAltName).toBe("DNS:renewed.example");
    before.write(request("2"));
    tls.send(flowTo(peer.port), request("3"));
    await until(() => heard.length === 1 && peer.read() === request("1") + request("3"));
    expect(peer.sockets).toHaveLength(1);
    peer.sockets[0]?.destroy();
    await until(() => tls.counters.connections === 2);
    tls.send(flowTo(peer.port), request("4"));
    await until(() => peer.sockets.length === 2);
    expect(peer.sockets[1]?.getPeerX509Certificate()?.subjectAltName).toBe("DNS:renewed.example");
  });

  test("bring new authorities", async () => {
    const { tls, certificates, flowTo, errors } = await openTls();
    const peer = await openPeer(makeCertificate({ issuer: foreign, dns: ["peer.example"] }));
    tls.send(flowTo(peer.port), request("1"));
    await until(() => errors.length === 1);
    await folder.put("own", OWN, [authority, foreign]);
    await certificates.reload();
    tls.send(flowTo(peer.port), request("2"));
    await until(() => peer.read() === request("2"));
  });

  test("are found by themselves", async () => {
    const { certificates } = await openTls();
    let changes = 0;
    certificates.onChange(() => {
      changes += 1;
    });
    await folder.put("own", issued({ dns: ["renewed.example"] }), [authority]);
    await until(() => changes > 0);
    expect(certificates.terms()).toEqual([{ certificate: "own", validTo: expect.any(Number) }]);
  });

  test("that cannot be used leave those in use", async () => {
    const { certificates, port, log } = await openTls();
    await folder.put("own", { ...OWN, key: issued({}).key }, [authority]);
    await certificates.reload();
    expect(log.join("")).toContain("does not belong to the first certificate of own.pem");
    expect((await connectTo(port, null)).getPeerX509Certificate()?.subjectAltName).toBe("DNS:sbc.example");
  });
});

test.each<[string, SampleOptions, string | null]>([
  ["expires in 20 days", { toDays: 20 }, '"days":19'],
  ["has expired", { fromDays: -9, toDays: -1 }, "a certificate has expired: peers refuse it"],
  ["is not valid yet", { fromDays: 1 }, "a certificate is not valid yet"],
  ["is good for long", { toDays: 60 }, null],
])("our own certificate that %s", async (_what, options, line) => {
  await folder.put("own", issued({ dns: ["sbc.example"], ...options }), [authority]);
  const { log } = await openTls();
  if (line === null) expect(log).toEqual([]);
  else expect(log.join("")).toContain(line);
});
