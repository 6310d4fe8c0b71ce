// How long a caller waits for the second target when the first is silent or refuses: the real Demarc over UDP on loopback, from the caller's INVITE to the INVITE
// at the second. Alone: `node bench/failover.ts [--calls 20]`.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { printLine } from "./measure.ts";
import { startDemarc } from "./running-demarc.ts";

const DEMARC = { address: "127.9.3.1", port: 5060, api: "127.0.0.1:18081" };
const PBX = { address: "127.9.3.20", port: 5060 };
const SECOND = { address: "127.9.3.30", port: 5060 };
const ATTEMPT_TIMEOUT_MS = 1000;

/** Each call has a first target of its own: of one that has failed a moment ago nobody waits a second time. */
function firstTarget(kind: "silent" | "refusing", call: number): string {
  return `127.9.${kind === "silent" ? 4 : 5}.${call + 1}`;
}

function configurationFor(calls: number): string {
  const lines = [
    `api: { listen: "${DEMARC.api}" }`,
    "networks:",
    `  net: { listen: [{ transport: udp, address: ${DEMARC.address}, port: ${DEMARC.port} }], media: { address: ${DEMARC.address}, ports: 20000-29999 } }`,
    "trunks:",
    `  pbx: { role: pbx, network: net, targets: [{ uri: "sip:${PBX.address}" }], identify: { addresses: [${PBX.address}] } }`,
    `  second: { role: provider, network: net, targets: [{ uri: "sip:${SECOND.address}" }], identify: { addresses: [${SECOND.address}] } }`,
  ];
  const routes = ["routes:"];
  for (const kind of ["silent", "refusing"] as const) {
    for (let call = 0; call <= calls; call += 1) {
      const address = firstTarget(kind, call);
      lines.push(
        `  ${kind}${call}: { role: provider, network: net, targets: [{ uri: "sip:${address}" }], identify: { addresses: [${address}] }, failover: { attemptTimeout: ${ATTEMPT_TIMEOUT_MS}ms } }`,
      );
      routes.push(
        `  - { name: ${kind}${call}, match: { called: "${numberOf(kind, call)}" }, to: [${kind}${call}, second] }`,
      );
    }
  }
  return [...lines, ...routes, ""].join("\n");
}

function numberOf(kind: "silent" | "refusing", call: number): string {
  return `+1303555${kind === "silent" ? 1 : 2}${String(call).padStart(3, "0")}`;
}

function inviteTo(number: string): string {
  const body = `v=0\r\no=- 1 1 IN IP4 ${PBX.address}\r\ns=-\r\nc=IN IP4 ${PBX.address}\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n`;
  const lines = [
    `INVITE sip:${number}@${DEMARC.address} SIP/2.0`,
    `Via: SIP/2.0/UDP ${PBX.address}:${PBX.port};branch=z9hG4bK${number.slice(1)}`,
    "Max-Forwards: 70",
    `From: <sip:+12025550100@${PBX.address}>;tag=${number.slice(1)}`,
    `To: <sip:${number}@${DEMARC.address}>`,
    `Call-ID: ${number.slice(1)}@${PBX.address}`,
    "CSeq: 1 INVITE",
    `Contact: <sip:${PBX.address}>`,
    "Content-Type: application/sdp",
    `Content-Length: ${body.length}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** That it is busy: who never answers is not asked for long. */
function refusalOf(invite: string): string {
  const kept = invite.split("\r\n").filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/.test(line));
  const lines = kept.map((line) => (line.startsWith("To:") ? `${line};tag=busy` : line));
  return ["SIP/2.0 486 Busy Here", ...lines, "Content-Length: 0", "", ""].join("\r\n");
}

async function open(address: string, port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, address);
  await once(socket, "listening");
  return socket;
}

/** One call after the other; how long each took to reach the second target, in milliseconds. */
async function measure(
  kind: "silent" | "refusing",
  calls: readonly number[],
  sockets: { pbx: Socket; second: Socket },
) {
  const waits: number[] = [];
  for (const call of calls) {
    const number = numberOf(kind, call);
    const arrived = new Promise<number>((resolve) => {
      const hear = (datagram: Buffer): void => {
        const text = datagram.toString("latin1");
        if (!text.startsWith(`INVITE sip:${number}@`)) return;
        resolve(performance.now());
        sockets.second.off("message", hear);
        sockets.second.send(refusalOf(text), DEMARC.port, DEMARC.address);
      };
      sockets.second.on("message", hear);
    });
    const started = performance.now();
    sockets.pbx.send(inviteTo(number), DEMARC.port, DEMARC.address);
    waits.push((await arrived) - started);
  }
  return waits.sort((one, other) => one - other);
}

/** Prints its figures. */
export async function benchFailover({ calls = 20 }: { readonly calls?: number } = {}): Promise<void> {
  const silent = await Promise.all(Array.from({ length: calls }, (_, call) => open(firstTarget("silent", call), 5060)));
  const sockets = { pbx: await open(PBX.address, PBX.port), second: await open(SECOND.address, SECOND.port) };
  const demarc = await startDemarc(configurationFor(calls), { api: DEMARC.api });
  try {
    const all = Array.from({ length: calls }, (_, call) => call);
    // One more warms the code up.
    await measure("refusing", [calls], sockets);
    for (const [kind, bar] of [
      ["silent", ATTEMPT_TIMEOUT_MS],
      ["refusing", 0],
    ] as const) {
      const waits = (await measure(kind, all, sockets)).map((wait) => wait - bar);
      const [median, most] = [waits[waits.length >> 1] ?? 0, waits.at(-1) ?? 0];
      const than = kind === "silent" ? `the attempt timeout (${bar} ms) and ` : "";
      printLine(
        `a ${kind} first target, ${calls} calls`,
        `${than}${median.toFixed(1)} ms, at most ${most.toFixed(1)} ms`,
      );
    }
  } finally {
    for (const socket of [...silent, sockets.pbx, sockets.second]) socket.close();
    await demarc.stop();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { calls: { type: "string" } } });
  await benchFailover({ calls: Number(values.calls ?? 20) });
}
