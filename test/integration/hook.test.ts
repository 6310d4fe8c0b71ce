// A hook of a Demarc with real sockets: calls over UDP that go where a program on this machine says, and elsewhere when it is gone.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createApiPort } from "../../src/main/api-port.ts";
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

const configuration = (a: UdpPeer, b: UdpPeer, hookPort: number) => `
emergencyNumbers: ["911"]
country: US
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 0 }]
    media: { address: 127.0.0.1, ports: 24800-24849 }
  wan:
    listen: [{ transport: udp, address: 127.0.0.2, port: 0 }]
    media: { address: 127.0.0.2, ports: 24850-24899 }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.21:5080" }], identify: { addresses: [127.0.0.21] } }
  carrier-a: { role: provider, network: wan, targets: [{ uri: "sip:127.0.0.22:${a.port}" }], identify: { addresses: [127.0.0.22] } }
  carrier-b: { role: provider, network: wan, targets: [{ uri: "sip:127.0.0.23:${b.port}" }], identify: { addresses: [127.0.0.23] } }
hooks:
  crm: { url: "http://127.0.0.1:${hookPort}/route", deadline: 10s, inviteHeaders: [X-Customer] }
routes:
  - { name: asked, to: { hook: crm } }
  - { name: rest, to: [carrier-a] }
`;

function inviteOf(id: string, port: number, called: string): string {
  const body = audioAt("127.0.0.21");
  const head = [
    `INVITE sip:${called}@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.21:${port};branch=z9hG4bK-${id}`,
    "Max-Forwards: 70",
    "From: <sip:+12025550111@127.0.0.21>;tag=pbx",
    `To: <sip:${called}@127.0.0.1>`,
    `Call-ID: ${id}`,
    "CSeq: 1 INVITE",
    `Contact: <sip:127.0.0.21:${port}>`,
    "X-Customer: 7",
    "Content-Type: application/sdp",
  ];
  return [...head, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

const hasInvite = (peer: UdpPeer, called: string): boolean =>
  peer.heard.some((text) => text.startsWith(`INVITE sip:${called}@`));

async function openHook() {
  const heard: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      heard.push(JSON.parse(body) as Record<string, unknown>);
      response.end(JSON.stringify({ to: ["carrier-b"], called: "+14155550100" }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  undo.push(close);
  return { heard, close, port: (server.address() as AddressInfo).port };
}

test("says where a call goes; without it the routes behind do; an emergency call never waits", async () => {
  const [a, b, pbx] = [
    await openUdpPeer("127.0.0.22", undo),
    await openUdpPeer("127.0.0.23", undo),
    await openUdpPeer("127.0.0.21", undo),
  ];
  const hook = await openHook();
  const { parts, metrics, lan, wan } = await startParts(configuration(a, b, hook.port), folder, undo);
  const place = (id: string, called: string) => void pbx.socket.send(inviteOf(id, pbx.port, called), lan, "127.0.0.1");
  place("one", "+13035550142");
  await until(() => hasInvite(b, "+14155550100"));
  expect(hook.heard).toMatchObject([
    {
      caller: "+12025550111",
      called: "+13035550142",
      ingressTrunk: "pbx",
      route: "asked",
      headers: { "X-Customer": "7" },
      asked: { from: "pbx", called: "+13035550142" },
      trial: false,
    },
  ]);
  b.socket.send(answerTo(b.heard[0] ?? "", "486 Busy Here"), wan, "127.0.0.2");
  await until(() => pbx.heard.some((text) => text.startsWith("SIP/2.0 486 ")));

  const api = createApiPort(parts, metrics, () => {
    throw new Error("nobody asks for the configuration");
  });
  const question = { from: "pbx", to: "+13035550142", caller: null, headers: [] };
  const live = await api.explain(question, { at: null, live: true });
  expect(live).toMatchObject({ route: "asked", targets: [{ trunk: "carrier-b", called: "+14155550100" }] });
  expect(hook.heard[1]).toMatchObject({ trial: true });
  const dry = await api.explain(question, { at: null, live: false });
  expect(dry).toMatchObject({ route: "rest", asks: [{ question: { hook: "crm" }, answer: null }] });
  expect(hook.heard.length).toBe(2);

  place("two", "911");
  await until(() => hasInvite(a, "911"));
  expect(hook.heard.length).toBe(2);
  await hook.close();
  place("three", "+13035550143");
  await until(() => hasInvite(a, "+13035550143"));
  expect(api.hooks()).toMatchObject([{ hook: "crm", state: "failing", outcomes: { answered: 2, failed: 1 } }]);
  expect((await metrics.render()).text).toContain('demarc_hook_questions_total{hook="crm",outcome="failed"} 1');
});
