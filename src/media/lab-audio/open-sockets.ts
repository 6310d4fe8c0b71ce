// Opens pairs of UDP sockets, RTP on an even port and RTCP on the next, where the system has them free.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { DemarcError } from "../../base/index.ts";
import type { RtpSockets } from "./rtp-endpoint.ts";

/** Half of the ports that the system hands out are odd, and some neighbours are taken. */
const TRIES = 100;

async function bind(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", reuseAddr: false });
  socket.bind(port, address);
  try {
    await once(socket, "listening");
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** @throws DemarcError `address-unavailable` when the machine has not the address, or no port on it */
export async function openRtpSockets(address: string): Promise<RtpSockets> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const rtp = await bind(address, 0).catch((cause: unknown) => {
      throw new DemarcError("address-unavailable", `the lab's audio cannot be opened on ${address}`, {
        remedy:
          "The lab needs the loopback addresses 127.0.0.1 to 127.0.0.4; on macOS: sudo ifconfig lo0 alias 127.0.0.3 up.",
        cause,
      });
    });
    const { port } = rtp.address();
    try {
      if (port % 2 === 0) return { rtp, rtcp: await bind(address, port + 1) };
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") {
        rtp.close();
        throw error;
      }
    }
    rtp.close();
  }
  throw new DemarcError("address-unavailable", `no pair of ports is free on ${address}`, {
    remedy: "Stop what holds so many UDP ports (`ss -lun` names it).",
  });
}
