// For tests: a name server on loopback, over UDP and TCP at one port, that says what its table says and notes what it was asked.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { type Answer, type DecodedPacket, decode, encode } from "dns-packet";
import type { NameServer } from "./ask-server.ts";

export interface SampleReply {
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  readonly rcode?: number;
  /** Over UDP only: nothing but the word that the reply is too long. */
  readonly truncated?: boolean;
}

/** Null for silence; bytes are sent as they are. */
export type SampleAnswering = (query: DecodedPacket, over: "udp" | "tcp") => SampleReply | Buffer | null;

export interface SampleNameServer extends NameServer {
  /** `udp A example.com`, in order. */
  readonly asked: string[];
  /** The same queries, as they came. */
  readonly queries: DecodedPacket[];
  /** Source ports of the UDP queries. */
  readonly ports: number[];
  close(): Promise<void>;
}

const TRUNCATED = 0x200;

function formatReply(query: DecodedPacket, reply: SampleReply, over: "udp" | "tcp"): Buffer {
  const cut = reply.truncated === true && over === "udp";
  return encode({
    type: "response",
    id: query.id,
    flags: (cut ? TRUNCATED : 0) | (reply.rcode ?? 0),
    questions: query.questions ?? [],
    answers: cut ? [] : [...(reply.answers ?? [])],
    authorities: [...(reply.authorities ?? [])],
  });
}

export async function openSampleNameServer(answering: SampleAnswering): Promise<SampleNameServer> {
  const asked: string[] = [];
  const queries: DecodedPacket[] = [];
  const ports: number[] = [];
  const answer = (bytes: Buffer, over: "udp" | "tcp"): Buffer | null => {
    const query = decode(bytes);
    const [question] = query.questions ?? [];
    asked.push(`${over} ${question?.type} ${question?.name}`);
    queries.push(query);
    const reply = answering(query, over);
    return reply === null || Buffer.isBuffer(reply) ? reply : formatReply(query, reply, over);
  };
  const stream = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const reply = answer(bytes.subarray(2), "tcp");
      if (reply === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      // In three pieces, the length cut through: a reply may come in any.
      socket.write(length.subarray(0, 1));
      socket.write(Buffer.concat([length.subarray(1), reply.subarray(0, 5)]));
      socket.write(reply.subarray(5));
    });
  });
  await new Promise<void>((resolve) => stream.listen(0, "127.0.0.1", resolve));
  const { port } = stream.address() as { port: number };
  const datagrams = createSocket("udp4");
  datagrams.on("message", (bytes, from) => {
    ports.push(from.port);
    const reply = answer(bytes, "udp");
    if (reply !== null) datagrams.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    datagrams.once("error", reject);
    datagrams.bind(port, "127.0.0.1", resolve);
  });
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => datagrams.close(resolve));
    await new Promise((resolve) => stream.close(resolve));
  };
  return { address: "127.0.0.1", port, asked, queries, ports, close };
}
