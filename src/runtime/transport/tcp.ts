// SIP over TCP: connections kept by flow, taken in and made on demand, cut into messages (RFC 3261 sections 18.1 to 18.3).

import { once } from "node:events";
import { connect, createServer, isIPv6, type Server, type Socket } from "node:net";
import type { Listener } from "../../model/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { listenerError } from "./listener-error.ts";
import { StreamConnection } from "./stream-connection.ts";
import { STREAM_LIMITS, type StreamLimits } from "./stream-limits.ts";
import { type BoundListener, newCounters, type Transport, type TransportEvents } from "./transport.ts";

/** A flow's connection is found by the flow's own addresses, ours being the listener's also where we connected. */
export class TcpTransport implements Transport {
  readonly counters = newCounters();
  readonly #events: TransportEvents;
  readonly #limits: StreamLimits;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<string, StreamConnection>();
  /** How many connections an address has open. */
  readonly #sources = new Map<string, number>();
  #closing = false;

  constructor(events: TransportEvents, limits: StreamLimits = STREAM_LIMITS) {
    this.#events = events;
    this.#limits = limits;
  }

  async listen(network: string, listener: Listener): Promise<BoundListener> {
    const { address: host, port: wanted } = listener;
    const server = createServer({ noDelay: true, keepAlive: true });
    try {
      server.listen({ host, port: wanted, ipv6Only: isIPv6(host), exclusive: true });
      await once(server, "listening");
    } catch (error) {
      throw listenerError(network, listener, error as NodeJS.ErrnoException);
    }
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : wanted;
    const bound: BoundListener = { network, transport: "tcp", address: host, port };
    server.on("connection", (socket) => this.#accept(bound, socket));
    server.on("error", (error) => this.#events.log.error("a TCP listener failed", { ...bound, error }));
    this.#servers.push(server);
    return bound;
  }

  send(flow: Flow, text: string): void {
    const connection = this.#connections.get(keyOf(flow));
    if (connection !== undefined) connection.send(text);
    else if (this.#closing) this.#refuse(flow, "the listener is closed");
    else if (this.counters.connections >= this.#limits.connections) this.#refuse(flow, "too many connections");
    else if (flow.remotePort === 0) this.#refuse(flow, "port 0");
    else this.#keep(openSocket(flow, this.#limits), flow).send(text);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const servers = this.#servers.splice(0).map((server) => new Promise<void>((done) => server.close(() => done())));
    const connections = [...this.#connections.values()].map((connection) => connection.end());
    await Promise.all([...servers, ...connections]);
  }

  #accept({ network, transport, address, port }: BoundListener, socket: Socket): void {
    const { remoteAddress = "", remotePort } = socket;
    const { connections, connectionsPerSource } = this.#limits;
    const full = this.counters.connections >= connections || this.#openFrom(remoteAddress) >= connectionsPerSource;
    if (remotePort === undefined || full || this.#closing) {
      this.counters.ignored += 1;
      socket.destroy();
      return;
    }
    this.#keep(socket, { network, transport, localAddress: address, localPort: port, remoteAddress, remotePort });
  }

  #keep(socket: Socket, flow: Flow): StreamConnection {
    const key = keyOf(flow);
    const connection = new StreamConnection(socket, flow, {
      limits: this.#limits,
      counters: this.counters,
      onMessage: (from, text) => this.#events.onMessage(from, text),
      onError: (to, detail) => this.#events.onError(to, detail),
      onClose: () => {
        // A newer connection may have taken this one's place.
        if (this.#connections.get(key) === connection) this.#connections.delete(key);
        const left = this.#openFrom(flow.remoteAddress) - 1;
        if (left > 0) this.#sources.set(flow.remoteAddress, left);
        else this.#sources.delete(flow.remoteAddress);
        this.counters.connections -= 1;
      },
    });
    this.#connections.set(key, connection);
    this.#sources.set(flow.remoteAddress, this.#openFrom(flow.remoteAddress) + 1);
    this.counters.connections += 1;
    return connection;
  }

  #openFrom(address: string): number {
    return this.#sources.get(address) ?? 0;
  }

  #refuse(flow: Flow, detail: string): void {
    this.counters.failed += 1;
    setImmediate(() => this.#events.onError(flow, detail));
  }
}

function keyOf(flow: Flow): string {
  return `${flow.remotePort} ${flow.remoteAddress} ${flow.localPort} ${flow.localAddress} ${flow.network}`;
}

function openSocket(flow: Flow, { connectMs }: StreamLimits): Socket {
  const anywhere = flow.localAddress === "0.0.0.0" || flow.localAddress === "::";
  return connect({
    host: flow.remoteAddress,
    port: flow.remotePort,
    ...(anywhere ? {} : { localAddress: flow.localAddress }),
    noDelay: true,
    keepAlive: true,
    timeout: connectMs,
  });
}
