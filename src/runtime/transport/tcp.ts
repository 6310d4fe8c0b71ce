// SIP over TCP: connections kept by flow, taken in and made on demand, cut into messages (RFC 3261 sections 18.1 to 18.3).

import { once } from "node:events";
import { connect, createServer, isIPv6, type Server, type Socket } from "node:net";
import type { Flow } from "../../protocol/transport/index.ts";
import { listenerError } from "./listener-error.ts";
import { StreamConnection } from "./stream-connection.ts";
import { STREAM_LIMITS, type StreamLimits } from "./stream-limits.ts";
import { type BoundListener, newCounters, type Transport, type TransportEvents } from "./transport.ts";

/** A flow's connection is found by the flow's own addresses, ours being the listener's also where we connected. */
export function createTcp(events: TransportEvents, limits: StreamLimits = STREAM_LIMITS): Transport {
  const counters = newCounters();
  const servers: Server[] = [];
  const connections = new Map<string, StreamConnection>();
  const sources = new Map<string, number>();
  let closing = false;

  const keep = (socket: Socket, flow: Flow): StreamConnection => {
    const key = keyOf(flow);
    const connection = new StreamConnection(socket, flow, {
      limits,
      counters,
      onMessage: events.onMessage,
      onError: events.onError,
      onClose: () => {
        // A newer connection may have taken this one's place.
        if (connections.get(key) === connection) connections.delete(key);
        const left = (sources.get(flow.remoteAddress) ?? 1) - 1;
        if (left > 0) sources.set(flow.remoteAddress, left);
        else sources.delete(flow.remoteAddress);
        counters.connections -= 1;
      },
    });
    connections.set(key, connection);
    sources.set(flow.remoteAddress, (sources.get(flow.remoteAddress) ?? 0) + 1);
    counters.connections += 1;
    return connection;
  };
  const accept = (bound: BoundListener, socket: Socket): void => {
    const { remoteAddress, remotePort } = socket;
    const gone = remoteAddress === undefined || remotePort === undefined;
    const full =
      counters.connections >= limits.connections ||
      (sources.get(remoteAddress ?? "") ?? 0) >= limits.connectionsPerSource;
    if (gone || full || closing) {
      counters.ignored += 1;
      socket.destroy();
      return;
    }
    const { network, transport, address: localAddress, port: localPort } = bound;
    keep(socket, { network, transport, localAddress, localPort, remoteAddress, remotePort });
  };

  return {
    counters,
    async listen(network, listener) {
      const server = createServer({ noDelay: true, keepAlive: true });
      try {
        server.listen({
          host: listener.address,
          port: listener.port,
          ipv6Only: isIPv6(listener.address),
          exclusive: true,
        });
        await once(server, "listening");
      } catch (error) {
        throw listenerError(network, listener, error as NodeJS.ErrnoException);
      }
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : listener.port;
      const bound: BoundListener = { network, transport: "tcp", address: listener.address, port };
      server.on("connection", (socket) => accept(bound, socket));
      server.on("error", (error) => events.log.error("a TCP listener failed", { ...bound, error }));
      servers.push(server);
      return bound;
    },
    send(flow, text) {
      const connection = connections.get(keyOf(flow));
      if (connection !== undefined) connection.send(text);
      else if (closing || counters.connections >= limits.connections) {
        counters.failed += 1;
        setImmediate(events.onError, flow, closing ? "the listener is closed" : "too many connections");
      } else keep(openSocket(flow, limits), flow).send(text);
    },
    async close() {
      closing = true;
      const closed = servers.splice(0).map((server) => new Promise<void>((done) => server.close(() => done())));
      for (const connection of connections.values()) connection.end();
      await Promise.all(closed);
    },
  };
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
