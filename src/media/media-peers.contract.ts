// What tests of media planes stand on: phones with real sockets, and calls between them.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { expect } from "vitest";
import type { MediaSide, StreamStatistics } from "../engine/index.ts";
import type { SessionDescription } from "../protocol/sdp/index.ts";
import { audio, execute, portOf, session, shown } from "./media-plane.contract.ts";
import type { MediaPlane } from "./media-plane.ts";

/** Holds as soon as it holds, and fails when it has not for long. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 30_000, interval: 10 });
}

/** Loopback addresses that no other test process uses at the same time. */
export function loopback(host: number): string {
  return `127.${64 + (process.pid % 64)}.${(process.pid >>> 6) % 256}.${host}`;
}

export interface Heard {
  readonly packet: Buffer;
  readonly from: RemoteInfo;
}

/** A phone's two sockets, RTP and RTCP one above it. */
export class Peer {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtp: Heard[] = [];
  readonly rtcp: Heard[] = [];
  readonly #rtpSocket: Socket;
  readonly #rtcpSocket: Socket;
  #sequence = 0;

  private constructor(address: string, rtpSocket: Socket, rtcpSocket: Socket) {
    this.address = address;
    this.rtpPort = rtpSocket.address().port;
    this.#rtpSocket = rtpSocket;
    this.#rtcpSocket = rtcpSocket;
    rtpSocket.on("message", (packet, from) => this.rtp.push({ packet, from }));
    rtcpSocket.on("message", (packet, from) => this.rtcp.push({ packet, from }));
  }

  static async open(address: string): Promise<Peer> {
    for (;;) {
      const rtp = await bind(address, 0);
      const rtcp = rtp === null ? null : await bind(address, rtp.address().port + 1);
      if (rtp !== null && rtcp !== null) return new Peer(address, rtp, rtcp);
      rtp?.close();
    }
  }

  /** At these very ports. Rejects when they are taken. */
  static async at(address: string, port: number): Promise<Peer> {
    const rtp = await bind(address, port);
    const rtcp = await bind(address, port + 1);
    if (rtp === null || rtcp === null) throw new Error(`${address}:${port} is taken`);
    return new Peer(address, rtp, rtcp);
  }

  describe(): SessionDescription {
    return session(this.address, audio(this.rtpPort));
  }

  /** Sends the next RTP packet; `mark` tells it from others. */
  async speak(to: { address: string; port: number }, mark = 0): Promise<void> {
    this.#sequence += 1;
    await this.send(to, rtpPacket(this.#sequence, mark));
  }

  /** Leaves out sequence numbers, as the network does. */
  skip(packets: number): void {
    this.#sequence += packets;
  }

  send(to: { address: string; port: number }, packet: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#rtpSocket.send(packet, to.port, to.address, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  sendRtcp(to: { address: string; port: number }, packet: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#rtcpSocket.send(packet, to.port + 1, to.address, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  close(): void {
    this.#rtpSocket.close();
    this.#rtcpSocket.close();
  }
}

/** Null when the port is taken. */
async function bind(address: string, port: number): Promise<Socket | null> {
  if (port > 65_535) return null;
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind(port, address);
    await once(socket, "listening");
  } catch {
    socket.close();
    return null;
  }
  if (port !== 0 || socket.address().port % 2 === 0) return socket;
  socket.close();
  return null;
}

/** 20 ms of G.711. */
export function rtpPacket(sequence: number, mark = 0): Buffer {
  const packet = Buffer.alloc(172, mark);
  packet.writeUInt16BE(0x8000, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(0x5eed, 8);
  return packet;
}

/** A receiver report without blocks. */
export const RECEIVER_REPORT = Buffer.from([0x80, 201, 0, 1, 0, 0, 0x5e, 0xed]);

export interface OpenCall {
  readonly id: string;
  /** Where each peer sends to. */
  readonly a: { readonly address: string; readonly port: number };
  readonly b: { readonly address: string; readonly port: number };
}

function addressIn(description: SessionDescription): { address: string; port: number } {
  return { address: description.connection?.address ?? "", port: portOf(description) };
}

/** Offer from a, answer from b. */
export async function openCall(plane: MediaPlane, id: string, peers: { a: Peer; b: Peer }): Promise<OpenCall> {
  const networks = { a: "inside", b: "outside" };
  const { a, b } = peers;
  const offered = await execute(plane, { kind: "offer", session: id, from: "a", description: a.describe(), networks });
  const answered = await execute(plane, { kind: "answer", session: id, from: "b", description: b.describe() });
  return { id, a: addressIn(shown(answered)), b: addressIn(shown(offered)) };
}

/** A re-offer and its answer, with whatever descriptions. */
export async function renew(
  plane: MediaPlane,
  id: string,
  { from = "a", offer, answer }: { from?: MediaSide; offer: SessionDescription; answer: SessionDescription },
): Promise<void> {
  const networks = { a: "inside", b: "outside" };
  shown(await execute(plane, { kind: "offer", session: id, from, description: offer, networks }));
  const other = from === "a" ? "b" : "a";
  shown(await execute(plane, { kind: "answer", session: id, from: other, description: answer }));
}

export async function statistics(plane: MediaPlane, id: string): Promise<StreamStatistics> {
  const result = await execute(plane, { kind: "query", session: id });
  expect(result).toMatchObject({ ok: true });
  const [first] = result.ok ? result.streams : [];
  if (first === undefined) throw new Error(`${id} has no streams`);
  return first;
}

/** The marks of the packets a peer heard. */
export function marks(heard: readonly Heard[]): number[] {
  return heard.map(({ packet }) => packet[packet.length - 1] ?? -1);
}
