// A peer that is there, hears everything and never says a word: no ICMP error either, which would end the waiting early.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Ground } from "./ground.ts";

export interface SilentPeer {
  /** Every datagram that came, oldest first. */
  readonly heard: readonly string[];
  /** Sends from its own place. */
  send(text: string, port: number, address: string): void;
}

/** Port 0: any. */
export async function startSilentPeer(ground: Ground, address: string, port: number): Promise<SilentPeer> {
  const socket = createSocket("udp4");
  const heard: string[] = [];
  socket.on("message", (bytes) => heard.push(bytes.toString("latin1")));
  socket.bind(port, address);
  await once(socket, "listening");
  ground.atEnd(() => {
    socket.close();
  });
  return { heard, send: (text, to, host) => socket.send(text, to, host) };
}
