// SIP over UDP with what Node has: a socket for each listener, used for both directions (RFC 3581).

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Flow } from "../../protocol/transport/index.ts";
import { listenerError } from "./listener-error.ts";
import {
  type BoundListener,
  type ListenerSettings,
  newCounters,
  type Transport,
  type TransportEvents,
} from "./transport.ts";
import { SOCKET_BUFFER_BYTES, UdpHearing } from "./udp-hearing.ts";

interface OpenListener {
  readonly bound: BoundListener;
  readonly socket: Socket;
}

/**
 * An unconnected socket of Node hears no ICMP (the batched one does): a peer that is not there is silence, and the transaction's timer speaks.
 * Sends that fail on this machine (no route, too long, not permitted) are told.
 */
export class UdpTransport implements Transport {
  readonly counters = newCounters();
  readonly #events: TransportEvents;
  readonly #sockets = new Map<string, Socket>();
  readonly #hearing: UdpHearing;

  constructor(events: TransportEvents) {
    this.#events = events;
    this.#hearing = new UdpHearing(events, this.counters);
  }

  async listen(network: string, listener: ListenerSettings): Promise<BoundListener> {
    const socket = openSocket(listener);
    try {
      const listening = once(socket, "listening");
      socket.bind({ address: listener.address, port: listener.port, exclusive: true });
      await listening;
    } catch (error) {
      socket.close();
      throw listenerError(network, listener, error as NodeJS.ErrnoException);
    }
    // Node has no such option for datagrams; the batched transport has.
    if (typeof listener.dscp === "number") {
      this.#events.log.warn("datagrams of signalling go out unmarked: the native addon is not built", { network });
    }
    const bound: BoundListener = { network, transport: "udp", address: listener.address, port: socket.address().port };
    socket.on("message", (message, peer) => this.#receive({ bound, socket }, message, peer));
    socket.on("error", (error) => this.#events.log.error("a UDP socket failed", { ...bound, error }));
    this.#sockets.set(keyOf(network, bound.address, bound.port), socket);
    return bound;
  }

  send(flow: Flow, text: string): void {
    const socket = this.#sockets.get(keyOf(flow.network, flow.localAddress, flow.localPort));
    if (socket === undefined) {
      setImmediate(() => this.#fail(flow, "no listener has this local address"));
      return;
    }
    // A peer may claim to have sent from port 0, to which nothing can be sent: Node throws.
    if (flow.remotePort === 0) {
      setImmediate(() => this.#fail(flow, "port 0"));
      return;
    }
    socket.send(Buffer.from(text, "latin1"), flow.remotePort, flow.remoteAddress, (error) => {
      if (error) this.#fail(flow, error.message);
      else this.counters.sent += 1;
    });
  }

  async close(): Promise<void> {
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    await Promise.all(sockets.map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  }

  #receive({ bound, socket }: OpenListener, message: Buffer, { address, port }: RemoteInfo): void {
    const answer = this.#hearing.hear(bound, { text: message.toString("latin1"), address, port });
    if (answer !== null) socket.send(Buffer.from(answer, "latin1"), port, address, () => {});
  }

  #fail(flow: Flow, detail: string): void {
    this.counters.failed += 1;
    this.#events.onError(flow, detail);
  }
}

function keyOf(network: string, address: string, port: number): string {
  return `${port} ${address} ${network}`;
}

function openSocket({ address }: ListenerSettings): Socket {
  const family = isIPv6(address) ? 6 : 4;
  return createSocket({
    type: family === 6 ? "udp6" : "udp4",
    // Each family is listened to under its own listener.
    ipv6Only: family === 6,
    recvBufferSize: SOCKET_BUFFER_BYTES,
    sendBufferSize: SOCKET_BUFFER_BYTES,
    // Flows carry IP literals: nothing to look up, and no turn of the event loop spent on it.
    lookup: (hostname, _options, found) => found(null, hostname, family),
  });
}
