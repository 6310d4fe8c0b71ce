// Ports for programs that must be told one, and whether they have taken it.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";

const LOWEST_PORT = 40_000;
const HIGHEST_PORT = 64_000;
const ATTEMPTS = 200;

/** Even. Each worker begins elsewhere, and no port is given out twice before all were. */
let next = LOWEST_PORT + ((process.pid * 64) % (HIGHEST_PORT - LOWEST_PORT));

/** A UDP port at `address` that was free a moment ago, with the `span - 1` after it. Even, as RTP wants it. */
export async function freePort(address: string, span = 1): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const base = next;
    next += 2 * Math.ceil(span / 2);
    if (next > HIGHEST_PORT) next = LOWEST_PORT;
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

/** Whether a UDP socket is bound there, as the system lists them: asking by a datagram would start a call. */
export function isBound(address: string, port: number): boolean {
  const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
  const place = `${bytes.reverse().join("")}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
  return readFileSync("/proc/net/udp", "utf8").includes(` ${place} `);
}
