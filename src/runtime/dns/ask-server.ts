// One question to one name server: over UDP from a port of its own, over TCP when the reply does not fit.

import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { Millis } from "../../base/index.ts";

export interface NameServer {
  /** An IP literal. */
  readonly address: string;
  readonly port: number;
}

export interface ServerAsking {
  readonly server: NameServer;
  readonly packet: Buffer;
  readonly timeoutMs: Millis;
}

/** Null when nothing that `read` takes came in time, or the server is not there. Never rejects. */
type Reading<T> = (bytes: Buffer) => T | null;

/** The port is the system's random choice and the socket hears this server only: both must be guessed to forge a reply (RFC 5452). */
export function askOverUdp<T>({ server, packet, timeoutMs }: ServerAsking, read: Reading<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const socket = createSocket(server.address.includes(":") ? "udp6" : "udp4");
    let over = false;
    const end = (result: T | null): void => {
      if (over) return;
      over = true;
      clearTimeout(timeout);
      socket.close();
      resolve(result);
    };
    const timeout = setTimeout(() => end(null), timeoutMs);
    // What is not a reply to this question is not let end the waiting for the one that is.
    socket.on("message", (bytes) => {
      const result = read(bytes);
      if (result !== null) end(result);
    });
    socket.on("error", () => end(null));
    socket.connect(server.port, server.address, () => {
      if (!over) socket.send(packet);
    });
    socket.unref();
    timeout.unref();
  });
}

/** RFC 7766 section 8: the message with its length in two bytes before it. */
export function askOverTcp<T>({ server, packet, timeoutMs }: ServerAsking, read: Reading<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const socket = connect(server.port, server.address);
    let over = false;
    let received = Buffer.alloc(0);
    const end = (result: T | null): void => {
      if (over) return;
      over = true;
      clearTimeout(timeout);
      socket.destroy();
      resolve(result);
    };
    const timeout = setTimeout(() => end(null), timeoutMs);
    socket.on("connect", () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(packet.length);
      socket.write(Buffer.concat([length, packet]));
    });
    // One message is at most 65,537 bytes: what comes after it is not waited for.
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const length = received.length < 2 ? Number.POSITIVE_INFINITY : received.readUInt16BE(0);
      if (received.length >= length + 2) end(read(received.subarray(2, length + 2)));
    });
    socket.on("error", () => end(null));
    socket.on("close", () => end(null));
    socket.unref();
    timeout.unref();
  });
}
