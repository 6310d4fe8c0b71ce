// Demarc between a PBX over UDP and a provider over TLS or UDP, and the hand-written peers of both sides.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { openParts } from "../../../src/main/open-parts.ts";
import type { Undo } from "../../../src/main/undo.ts";
import { readConfiguration } from "../../../src/runtime/config/index.ts";
import { createLog } from "../../../src/runtime/telemetry/index.ts";
import type { CertificateFolder } from "../../certificates/certificate-folder.ts";
import type { SampleCertificate } from "../../certificates/make-certificate.ts";

/** Starts Demarc with its sockets, store and relay on a configuration whose files are in the folder. */
export async function startParts(configuration: string, folder: CertificateFolder, undo: Undo) {
  const file = join(folder.directory, "demarc.yaml");
  await writeFile(file, configuration);
  const reading = await readConfiguration(file, { purpose: "start" });
  if (reading.configuration === null) throw new Error(JSON.stringify(reading.faults));
  const lines: string[] = [];
  const log = createLog({ level: "warn", form: "json", color: false, write: (line) => void lines.push(line) });
  const { parts, metrics } = await openParts(reading.configuration, { file, dataDir: folder.directory, log, undo });
  const [lan, wan] = parts.transports.listeners.map(({ port }) => port);
  return { parts, metrics, lines, lan: lan ?? 0, wan: wan ?? 0 };
}

/** What a peer writes back: the lines that a response repeats, and a To tag where there is none. */
export function answerTo(request: string, status: string, more: readonly string[] = [], body = ""): string {
  const kept = request.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
  const lines = kept.map((line) => (line.startsWith("To:") && !line.includes(";tag=") ? `${line};tag=peer` : line));
  return [`SIP/2.0 ${status}`, ...lines, ...more, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

export interface UdpPeer {
  readonly socket: Socket;
  readonly port: number;
  /** Whole messages, in order. */
  readonly heard: string[];
}

export async function openUdpPeer(address: string, undo: Undo): Promise<UdpPeer> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  undo.push(() => void socket.close());
  const heard: string[] = [];
  socket.on("message", (bytes) => void heard.push(bytes.toString("latin1")));
  return { socket, port: socket.address().port, heard };
}

export interface TlsPeer {
  readonly socket: TLSSocket;
  /** All that came, one behind the other. */
  read(): string;
  /** Ends the connection at once, so that its port is free. */
  reset(): void;
}

/** Somebody who connects to Demarc's TLS listener at 127.0.0.2 from 127.0.0.22, showing a certificate or none. */
export async function openTlsPeer(
  port: number,
  options: { readonly authority: SampleCertificate; readonly shown: SampleCertificate | null; readonly undo: Undo },
  localPort = 0,
): Promise<TlsPeer> {
  const { authority, shown, undo } = options;
  const plain = connectPlain({ host: "127.0.0.2", port, localAddress: "127.0.0.22", localPort });
  const own = shown === null ? {} : { cert: shown.certificate, key: shown.key };
  const socket = connect({ socket: plain, ca: [authority.certificate], servername: "sbc.example", ...own });
  socket.on("error", () => {});
  undo.push(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (piece) => {
    text += piece;
  });
  await once(socket, "secureConnect");
  return { socket, read: () => text, reset: () => void plain.resetAndDestroy() };
}

/** A session description with one audio stream at an address. */
export function audioAt(address: string): string {
  return `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n`;
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setImmediate(go));
}
