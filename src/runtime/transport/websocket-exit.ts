// The WebSocket end of a connection that we open (RFC 7118 section 4.1).

import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { formatHostPort } from "../../protocol/sip/index.ts";
import type { Connection } from "./connection.ts";
import { SUBPROTOCOL, WEBSOCKET_OPTIONS } from "./websocket-link.ts";

export interface WebSocketExitOptions {
  readonly connection: Connection;
  next(webSocket: WebSocket, socket: Socket, connection: Connection): void;
}

/** `socket` is connected, and of wss the TLS one. */
export function webSocketExit(socket: Socket, { connection, next }: WebSocketExitOptions): void {
  const { peer, remoteAddress, remotePort } = connection.flow;
  const webSocket = new WebSocket(`ws://${formatHostPort(peer?.name ?? remoteAddress, remotePort)}/`, [SUBPROTOCOL], {
    createConnection: () => socket,
    ...WEBSOCKET_OPTIONS,
  });
  const failed = (error: Error): void => connection.fail(error.message);
  webSocket.on("error", failed);
  webSocket.on("open", () => {
    webSocket.off("error", failed);
    next(webSocket, socket, connection);
  });
}
