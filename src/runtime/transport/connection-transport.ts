// SIP over TCP, TLS, WS and WSS: connections kept by flow, taken in and made on demand (RFC 3261 sections 18.1 to 18.3).

import { once } from "node:events";
import { connect, createServer, isIPv6, type Server, type Socket } from "node:net";
import type { WebSocket } from "ws";
import { invariant } from "../../base/index.ts";
import type { Flow, TransportName } from "../../protocol/transport/index.ts";
import { Aliases } from "./aliases.ts";
import type { Certificates } from "./certificates.ts";
import { Connection } from "./connection.ts";
import { listenerError } from "./listener-error.ts";
import { Refusals } from "./refusals.ts";
import { type Entrance, SecureEntrance, type Step } from "./secure-entrance.ts";
import { secureExit } from "./secure-exit.ts";
import { STREAM_LIMITS, type StreamLimits } from "./stream-limits.ts";
import { StreamLink } from "./stream-link.ts";
import {
  type BoundListener,
  type ListenerSettings,
  newCounters,
  type Transport,
  type TransportEvents,
} from "./transport.ts";
import { WebSocketEntrance } from "./websocket-entrance.ts";
import { webSocketExit } from "./websocket-exit.ts";
import { WebSocketLink } from "./websocket-link.ts";

export interface ConnectionTransportOptions {
  readonly limits?: StreamLimits;
  /** For tls and wss. */
  readonly certificates?: Certificates | null;
}

interface OpenListener {
  readonly settings: ListenerSettings;
  readonly server: Server;
  readonly entrance: Entrance;
}

/** A flow's connection is found by the flow's own addresses, ours being the listener's also where we connected. */
export class ConnectionTransport implements Transport {
  readonly counters = newCounters();
  readonly #transport: TransportName;
  readonly #events: TransportEvents;
  readonly #limits: StreamLimits;
  readonly #certificates: Certificates | null;
  readonly #refusals: Refusals;
  readonly #listeners = new Map<string, OpenListener>();
  readonly #connections = new Map<string, Connection>();
  readonly #aliases = new Aliases();
  /** How many connections an address has open. */
  readonly #sources = new Map<string, number>();
  #closing = false;

  constructor(transport: TransportName, events: TransportEvents, options: ConnectionTransportOptions = {}) {
    this.#transport = transport;
    this.#events = events;
    this.#limits = options.limits ?? STREAM_LIMITS;
    this.#certificates = options.certificates ?? null;
    this.#refusals = new Refusals(events.log);
  }

  async listen(network: string, settings: ListenerSettings): Promise<BoundListener> {
    const { address: host, port: wanted } = settings;
    const server = createServer({ noDelay: true, keepAlive: true });
    try {
      server.listen({ host, port: wanted, ipv6Only: isIPv6(host), exclusive: true });
      await once(server, "listening");
    } catch (error) {
      throw listenerError(network, settings, error as NodeJS.ErrnoException);
    }
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : wanted;
    const bound: BoundListener = { network, transport: this.#transport, address: host, port };
    const entrance = this.#openEntrance(settings);
    server.on("connection", (socket) => {
      mark(socket, settings);
      this.#accept(bound, socket, entrance);
    });
    server.on("error", (error) => this.#events.log.error("a listener failed", { ...bound, error }));
    this.#listeners.set(listenerKey(network, host, port), { settings, server, entrance });
    return bound;
  }

  send(flow: Flow, text: string): void {
    const connection = this.#connectionOf(flow);
    if (connection !== undefined) {
      connection.send(text);
      return;
    }
    const listener = this.#listeners.get(listenerKey(flow.network, flow.localAddress, flow.localPort));
    const obstacle = this.#obstacleTo(flow, listener);
    if (obstacle !== null || listener === undefined) {
      this.counters.failed += 1;
      setImmediate(() => this.#events.onError(flow, obstacle ?? ""));
    } else this.#open(flow, listener).send(text);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const { entrance } of listeners) entrance.close();
    const servers = listeners.map(({ server }) => new Promise<void>((done) => server.close(() => done())));
    const connections = [...this.#connections.values()].map((connection) => connection.end());
    await Promise.all([...servers, ...connections]);
  }

  /** Another's connection may have taken the place of the one on which somebody proved who it is: it does not carry what was meant for that one. */
  #connectionOf(flow: Flow): Connection | undefined {
    const standing = this.#connections.get(keyOf(flow));
    // One that we opened was verified for the name that is part of its key.
    const open = flow.proof === undefined || flow.peer !== undefined;
    const fits = open || flow.proof?.fingerprint === standing?.fingerprint;
    return standing !== undefined && fits ? standing : this.#aliases.find(flow);
  }

  get #secure(): boolean {
    return this.#transport === "tls" || this.#transport === "wss";
  }

  get #web(): boolean {
    return this.#transport === "ws" || this.#transport === "wss";
  }

  /** Why no connection can be opened to there. */
  #obstacleTo(flow: Flow, listener: OpenListener | undefined): string | null {
    if (this.#closing) return "the listener is closed";
    if (listener === undefined) return "no listener has this local address";
    if (this.counters.connections >= this.#limits.connections) return "too many connections";
    if (flow.remotePort === 0) return "port 0";
    if (this.#secure && flow.peer === undefined)
      return "the connection is gone, and whom to expect at another is not known";
    return null;
  }

  #openEntrance(listener: ListenerSettings): Entrance {
    const refusals = this.#refusals;
    const web = this.#web
      ? new WebSocketEntrance({ listener, refusals, next: (...parts) => this.#carryWebSocket(...parts) })
      : null;
    const next = web?.take ?? this.#carryStream;
    const certificates = this.#certificates;
    if (!this.#secure) return { take: next, close: () => web?.close() };
    invariant(certificates !== null, "who opens TLS listeners has certificates");
    const secure = new SecureEntrance({ listener, certificates, refusals, next });
    return {
      take: secure.take,
      close: () => {
        secure.close();
        web?.close();
      },
    };
  }

  #accept({ network, transport, address, port }: BoundListener, socket: Socket, entrance: Entrance): void {
    const { remoteAddress = "", remotePort } = socket;
    const { connections, connectionsPerSource, setupMs } = this.#limits;
    const full = this.counters.connections >= connections || this.#openFrom(remoteAddress) >= connectionsPerSource;
    if (remotePort === undefined || full || this.#closing) {
      this.counters.ignored += 1;
      socket.destroy();
      return;
    }
    const flow: Flow = { network, transport, localAddress: address, localPort: port, remoteAddress, remotePort };
    const connection = this.#keep(socket, flow, setupMs);
    if (this.#secure) this.#aliases.watch(connection);
    entrance.take(socket, connection);
  }

  #open(flow: Flow, { settings }: OpenListener): Connection {
    const socket = openSocket(flow);
    mark(socket, settings);
    const connection = this.#keep(socket, flow, this.#limits.connectMs);
    const { keepAlive = null, certificate } = settings;
    if (keepAlive !== null) connection.keepAliveEvery(keepAlive);
    const next: Step = this.#web
      ? (ready) => webSocketExit(ready, { connection, next: (...parts) => this.#carryWebSocket(...parts) })
      : this.#carryStream;
    const { peer } = flow;
    const certificates = this.#certificates;
    socket.once("connect", () => {
      if (!this.#secure || peer === undefined || certificates === null) next(socket, connection);
      else {
        const shown = peer.certificate ?? certificate ?? "";
        secureExit(socket, { connection, peer, certificate: shown, certificates, next });
      }
    });
    return connection;
  }

  readonly #carryStream: Step = (socket, connection) => {
    connection.carry(new StreamLink(socket, connection, this.#limits));
  };

  #carryWebSocket(webSocket: WebSocket, socket: Socket, connection: Connection): void {
    connection.carry(new WebSocketLink(webSocket, { socket, connection, limits: this.#limits }));
  }

  #keep(socket: Socket, flow: Flow, setupMs: number): Connection {
    const key = keyOf(flow);
    let aliasFlows: readonly Flow[] = [];
    const connection = new Connection(socket, flow, {
      counters: this.counters,
      setupMs,
      backlogBytes: this.#limits.backlogBytes,
      onMessage: (text) => {
        this.#aliases.hear(connection, text);
        this.#events.onMessage(connection.flow, text);
      },
      onError: (detail) => {
        for (const lost of [flow, ...aliasFlows]) this.#events.onError(lost, detail);
      },
      onClose: () => {
        // A newer connection may have taken this one's place.
        if (this.#connections.get(key) === connection) this.#connections.delete(key);
        aliasFlows = this.#aliases.close(connection);
        const left = this.#openFrom(flow.remoteAddress) - 1;
        if (left > 0) this.#sources.set(flow.remoteAddress, left);
        else this.#sources.delete(flow.remoteAddress);
        this.counters.connections -= 1;
        if (connection.ready) for (const closed of [flow, ...aliasFlows]) this.#events.onClose?.(closed);
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
}

/** A connection that was verified for one name serves no other (RFC 5923 section 8.1 in spirit): the name is part of the key. */
function keyOf({ network, localAddress, localPort, remoteAddress, remotePort, peer }: Flow): string {
  const socket = `${remotePort} ${remoteAddress} ${localPort} ${localAddress} ${network}`;
  return peer === undefined ? socket : `${socket} ${peer.name} ${peer.wildcard} ${peer.certificate}`;
}

function listenerKey(network: string, address: string, port: number): string {
  return `${port} ${address} ${network}`;
}

function mark(socket: Socket, { dscp }: ListenerSettings): void {
  if (typeof dscp !== "number") return;
  const set = (): void => {
    try {
      // The class is in the upper six bits of the octet (RFC 2474 section 3).
      socket.setTypeOfService(dscp << 2);
    } catch {
      // It has gone already, or the system will not: no reason not to talk.
    }
  };
  if (socket.connecting) socket.once("connect", set);
  else set();
}

function openSocket(flow: Flow): Socket {
  const anywhere = flow.localAddress === "0.0.0.0" || flow.localAddress === "::";
  return connect({
    host: flow.remoteAddress,
    port: flow.remotePort,
    ...(anywhere ? {} : { localAddress: flow.localAddress }),
    noDelay: true,
    keepAlive: true,
  });
}
