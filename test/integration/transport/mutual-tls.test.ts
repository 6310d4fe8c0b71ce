// A provider that is known by its certificate alone: its calls are taken from any address, and nobody else speaks in its place.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Undo, undoAll } from "../../../src/main/undo.ts";
import { type CertificateFolder, openCertificateFolder } from "../../certificates/certificate-folder.ts";
import {
  makeAuthority,
  makeCertificate,
  type SampleCertificate,
  type SampleOptions,
} from "../../certificates/make-certificate.ts";
import { answerTo, audioAt, openTlsPeer, openUdpPeer, startParts, type TlsPeer, until } from "./tls-ground.ts";

const authority = makeAuthority("Authority");
const issued = (options: SampleOptions): SampleCertificate => makeCertificate({ issuer: authority, ...options });
const PROVIDER = issued({ dns: ["provider.example"], purpose: "client" });

let folder: CertificateFolder;
const undo: Undo = [];

beforeEach(async () => {
  folder = await openCertificateFolder();
  undo.push(() => folder.remove());
  await folder.put("wan", issued({ dns: ["sbc.example"] }), [authority]);
});
afterEach(() => undoAll(undo));

const configuration = (pbxPort: number, peerCertificate: "ask" | "require") => `
emergencyNumbers: []
country: US
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24400-24499 }
  wan:
    listen: [{ transport: tls, address: 127.0.0.2, port: 0, certificate: wan, peerCertificate: ${peerCertificate} }]
    media: { address: 127.0.0.2, ports: 24500-24599 }
certificates:
  wan: { certFile: wan.pem, keyFile: wan.key, caFile: wan-ca.pem }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.21:${pbxPort}" }], identify: { addresses: [127.0.0.21] } }
  provider:
    role: provider
    network: wan
    targets: [{ uri: "sip:127.0.0.22:9;transport=tls" }]
    identify: { tlsNames: [provider.example] }
routes:
  - { name: inbound, match: { from: provider }, to: [pbx] }
`;

async function start(peerCertificate: "ask" | "require" = "ask") {
  const pbx = await openUdpPeer("127.0.0.21", undo);
  const { wan, lines } = await startParts(configuration(pbx.port, peerCertificate), folder, undo);
  const connect = (shown: SampleCertificate | null, localPort = 0): Promise<TlsPeer> =>
    openTlsPeer(wan, { authority, shown, undo }, localPort);
  return { pbx, connect, lines };
}

function requestOf(method: string, parts: { readonly branch: string; readonly to?: string; readonly body?: string }) {
  const { branch, to = "<sip:+12025550100@sbc.example>", body = "" } = parts;
  const head = [
    `${method} sip:+12025550100@sbc.example SIP/2.0`,
    `Via: SIP/2.0/TLS 127.0.0.22:5061;branch=z9hG4bK-${branch}`,
    "Max-Forwards: 70",
    "From: <sip:+12025550111@provider.example>;tag=provider",
    `To: ${to}`,
    "Call-ID: mutual",
    `CSeq: ${method === "BYE" ? 2 : 1} ${method}`,
    "Contact: <sip:127.0.0.22:5061;transport=tls>",
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
  ];
  return [...head, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

const PROBE = requestOf("OPTIONS", { branch: "probe" });

/** The status that the peer gets for a request. */
async function statusOf(peer: TlsPeer, request: string): Promise<string> {
  const before = peer.read().length;
  peer.socket.write(request);
  await until(() => peer.read().slice(before).includes("\r\n\r\n"));
  return peer.read().slice(before + 8, before + 11);
}

describe("who is known", () => {
  test("the provider is, from an address that no trunk names; others from there are not, at the same time and after it", async () => {
    const { connect, lines } = await start();
    const provider = await connect(PROVIDER);
    const nobody = await connect(null);
    const other = await connect(issued({ dns: ["other.example"] }));
    for (let round = 0; round < 2; round += 1) {
      expect(await statusOf(provider, PROBE.replace("probe", `probe-${round}`))).toBe("200");
      expect(await statusOf(nobody, PROBE)).toBe("403");
      expect(await statusOf(other, PROBE)).toBe("403");
    }
    const { localPort = 0 } = provider.socket;
    provider.reset();
    const late = await connect(null, localPort);
    expect(await statusOf(late, PROBE)).toBe("403");
    expect(lines.join("")).toContain('"certificate":"other.example"');
  });

  test.each<[string, SampleCertificate]>([
    ["has expired", issued({ dns: ["provider.example"], fromDays: -9, toDays: -1 })],
    ["is not valid yet", issued({ dns: ["provider.example"], fromDays: 1 })],
    ["signed itself", makeCertificate({ dns: ["provider.example"] })],
    [
      "is of an authority that we do not believe",
      makeCertificate({ issuer: makeAuthority("X"), dns: ["provider.example"] }),
    ],
    ["is for servers only", issued({ dns: ["provider.example"], purpose: "server" })],
  ])("a certificate with the right name that %s gets no answer", async (_what, shown) => {
    for (const peerCertificate of ["ask", "require"] as const) {
      const { connect, lines } = await start(peerCertificate);
      const peer = await connect(shown);
      peer.socket.write(PROBE);
      await until(() => peer.socket.destroyed);
      expect(peer.read()).toBe("");
      expect(lines.join("")).toContain("a TLS connection was refused");
      await undoAll(undo.splice(1));
    }
  });
});

describe("a call that comes in by a certificate", () => {
  test("is ended from another connection by the same certificate, and by nobody else", async () => {
    const { pbx, connect } = await start("ask");
    const provider = await connect(PROVIDER);
    provider.socket.write(requestOf("INVITE", { branch: "invite", body: audioAt("127.0.0.22") }));
    await until(() => pbx.heard.length > 0);
    const [invite = ""] = pbx.heard;
    expect(invite).toMatch(/^INVITE sip:\+12025550100@/);
    const [, via = ""] = /^Via: SIP\/2\.0\/UDP 127\.0\.0\.1:(\d+)/m.exec(invite) ?? [];
    const contact = [`Contact: <sip:127.0.0.21:${pbx.port}>`, "Content-Type: application/sdp"];
    pbx.socket.send(answerTo(invite, "200 OK", contact, audioAt("127.0.0.21")), Number(via), "127.0.0.1");
    await until(() => /^SIP\/2\.0 200 OK\r\n/m.test(provider.read()));
    const [, to = ""] = /\r\nTo: (.*)\r\n/.exec(provider.read().split("SIP/2.0 200 OK")[1] ?? "") ?? [];
    provider.socket.write(requestOf("ACK", { branch: "ack", to }));
    await until(() => pbx.heard.some((text) => text.startsWith("ACK ")));

    const nobody = await connect(null);
    expect(await statusOf(nobody, requestOf("BYE", { branch: "bye-1", to }))).toBe("403");
    const other = await connect(issued({ dns: ["other.example"] }));
    expect(await statusOf(other, requestOf("BYE", { branch: "bye-2", to }))).toBe("403");
    const again = await connect(PROVIDER);
    expect(await statusOf(again, requestOf("BYE", { branch: "bye-3", to }))).toBe("200");
    await until(() => pbx.heard.some((text) => text.startsWith("BYE ")));
    expect(pbx.heard.filter((text) => text.startsWith("BYE "))).toHaveLength(1);
  });
});
