// Ports for programs that must be told one.
import { createSocket } from "node:dgram";

const LOWEST_PORT = 40_000;
const HIGHEST_PORT = 64_000;

/** A UDP port at `address` that was free a moment ago, with the `span - 1` after it. Even, as RTP wants it. */
export async function freePort(address: string, span = 1): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = LOWEST_PORT + 2 * Math.floor(Math.random() * ((HIGHEST_PORT - LOWEST_PORT) / 2));
    const ports = Array.from({ length: span }, (_, index) => base + index);
    const free = await Promise.all(ports.map((port) => canBind(address, port)));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no ${span} free UDP ports in a row at ${address}`);
}

function canBind(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
