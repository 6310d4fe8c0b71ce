// Messages over a WebSocket (RFC 7118): one in each, text or binary, with the limits that hold for every stream.

import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import type { RawData, WebSocket } from "ws";
import { MESSAGE_LIMITS } from "../../protocol/sip/index.ts";
import { type Connection, DOES_NOT_READ, type Link } from "./connection.ts";
import type { StreamLimits } from "./stream-limits.ts";

/** The subprotocol of RFC 7118 section 4.1. */
export const SUBPROTOCOL = "sip";

/** For both ends. What is longer is closed with 1009, by the library. */
export const WEBSOCKET_OPTIONS = {
  maxPayload: MESSAGE_LIMITS.headBytes + MESSAGE_LIMITS.bodyBytes,
  // A compressed message can be a thousand times what came over the wire.
  perMessageDeflate: false,
} as const;

const PING = "\r\n\r\n";
const PONG = "\r\n";

function textOf(payload: RawData): string {
  if (Array.isArray(payload)) return Buffer.concat(payload).toString("latin1");
  return (Buffer.isBuffer(payload) ? payload : Buffer.from(payload)).toString("latin1");
}

export class WebSocketLink implements Link {
  readonly #webSocket: WebSocket;
  readonly #connection: Connection;
  readonly #limits: StreamLimits;
  #messageDeadline: NodeJS.Timeout | null = null;

  /** `socket` is the one that the WebSocket stands on. */
  constructor(webSocket: WebSocket, parts: { socket: Socket; connection: Connection; limits: StreamLimits }) {
    const { socket, connection, limits } = parts;
    this.#webSocket = webSocket;
    this.#connection = connection;
    this.#limits = limits;
    socket.setTimeout(limits.idleMs);
    socket.on("timeout", () => connection.fail("idle for too long"));
    socket.on("close", () => this.#clearDeadline());
    // Before the library reads: what it then makes a whole frame of has ended in time.
    socket.prependListener("data", () => this.#watchMessage());
    webSocket.on("message", (payload) => this.#receive(textOf(payload)));
    webSocket.on("ping", () => this.#heard());
    webSocket.on("pong", () => this.#heard());
    // The library answers with the code that fits (1002, 1007, 1009): that is let out.
    webSocket.on("error", (error) => connection.failSlowly(error.message));
  }

  get backlogBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  write(text: string, written: () => void): void {
    const bytes = Buffer.from(text, "latin1");
    // A text frame must be UTF-8 (RFC 6455 section 5.6); what a peer gave us need not be.
    this.#webSocket.send(bytes, { binary: !isUtf8(bytes) }, (error) => {
      if (error === null || error === undefined) written();
    });
  }

  keepAlive(): void {
    if (this.#mayWrite()) this.#webSocket.ping();
  }

  end(): void {
    this.#webSocket.close(1001);
  }

  #receive(text: string): void {
    this.#clearDeadline();
    if (text !== PING && text !== PONG && text !== "") {
      this.#connection.receive(text);
      return;
    }
    this.#connection.ignore();
    if (text === PING && this.#mayWrite()) this.#webSocket.send(PONG);
  }

  #heard(): void {
    this.#clearDeadline();
    this.#connection.ignore();
    this.#mayWrite();
  }

  /** Who asks and asks and does not read is not answered for ever. */
  #mayWrite(): boolean {
    if (this.backlogBytes <= this.#limits.backlogBytes) return true;
    this.#connection.fail(DOES_NOT_READ);
    return false;
  }

  #watchMessage(): void {
    const { messageMs } = this.#limits;
    this.#messageDeadline ??= setTimeout(() => this.#connection.fail("a message did not end in time"), messageMs);
  }

  #clearDeadline(): void {
    if (this.#messageDeadline !== null) clearTimeout(this.#messageDeadline);
    this.#messageDeadline = null;
  }
}
