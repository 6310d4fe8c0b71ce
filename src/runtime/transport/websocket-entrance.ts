// The WebSocket end of a listener: the HTTP upgrade (RFC 7118 section 4.1, RFC 6455 section 4.2), and who is refused it.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Connection } from "./connection.ts";
import type { Refusals } from "./refusals.ts";
import type { Entrance, Step } from "./secure-entrance.ts";
import type { ListenerSettings } from "./transport.ts";
import { SUBPROTOCOL, WEBSOCKET_OPTIONS } from "./websocket-link.ts";

/** A request for an upgrade is a few hundred bytes. */
const HEAD_LIMIT_BYTES = 8_192;

export interface WebSocketEntranceOptions {
  readonly listener: ListenerSettings;
  readonly refusals: Refusals;
  next(webSocket: WebSocket, socket: Socket, connection: Connection): void;
}

/** The server never listens itself: connections are handed to it once they have passed the limits, and TLS. */
export class WebSocketEntrance implements Entrance {
  readonly #options: WebSocketEntranceOptions;
  readonly #http: Server;
  readonly #upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
    ...WEBSOCKET_OPTIONS,
  });
  readonly #arrived = new WeakMap<Duplex, Connection>();

  constructor(options: WebSocketEntranceOptions) {
    this.#options = options;
    // The connection's own deadline holds for the request too.
    this.#http = createServer({ maxHeaderSize: HEAD_LIMIT_BYTES }, (request, response) => {
      response.writeHead(426, { Connection: "close", Upgrade: "websocket" }).end();
      request.socket.end();
    });
    this.#http.on("clientError", (_error, socket) => socket.destroy());
    this.#http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket as Socket, head),
    );
  }

  readonly take: Step = (socket, connection) => {
    this.#arrived.set(socket, connection);
    this.#http.emit("connection", socket);
  };

  close(): void {
    this.#upgrades.close();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const connection = this.#arrived.get(socket);
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    const refusal = this.#refusalOf(request);
    if (refusal !== null) {
      const { network, remoteAddress } = connection.flow;
      const { reason } = refusal;
      this.#options.refusals.tell("a WebSocket was refused", { network, address: remoteAddress, reason });
      socket.end(`HTTP/1.1 ${refusal.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        socket.destroy(),
      );
      return;
    }
    this.#upgrades.handleUpgrade(request, socket, head, (webSocket) =>
      this.#options.next(webSocket, socket, connection),
    );
  }

  #refusalOf({ headers }: IncomingMessage): { readonly status: string; readonly reason: string } | null {
    const { origin } = headers;
    const { origins = [] } = this.#options.listener;
    // Programs that are no browser send none; a browser always does (RFC 6455 section 10.2).
    if (origin !== undefined && !origins.includes(origin.toLowerCase())) {
      return {
        status: "403 Forbidden",
        reason: `the web page ${origin.slice(0, 128)} is not among the listener's origins`,
      };
    }
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim().toLowerCase());
    if (offered.includes(SUBPROTOCOL)) return null;
    return { status: "400 Bad Request", reason: "it does not offer the subprotocol sip" };
  }
}
