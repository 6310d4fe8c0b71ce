// Messages over a byte stream, TCP or TLS: the framer, its deadlines and its keep-alives.

import type { Socket } from "node:net";
import { StreamFramer } from "../../protocol/sip/index.ts";
import { type Connection, DOES_NOT_READ, type Link } from "./connection.ts";
import type { StreamLimits } from "./stream-limits.ts";

const PING = "\r\n\r\n";
const PONG = "\r\n";

export class StreamLink implements Link {
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #limits: StreamLimits;
  readonly #framer = new StreamFramer();
  #messageDeadline: NodeJS.Timeout | null = null;

  /** `socket` is the one whose bytes are the messages' own: of TLS, the decrypted one. */
  constructor(socket: Socket, connection: Connection, limits: StreamLimits) {
    this.#socket = socket;
    this.#connection = connection;
    this.#limits = limits;
    socket.setTimeout(limits.idleMs);
    socket.on("timeout", () => connection.fail("idle for too long"));
    socket.on("close", () => this.#clearDeadline());
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#receive(text));
  }

  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  write(text: string, written: () => void): void {
    this.#socket.write(text, "latin1", (error) => {
      // What failed is counted and told once, when the connection is gone.
      if (error === null || error === undefined) written();
    });
  }

  keepAlive(): void {
    this.#putLine(PING);
  }

  end(): void {
    this.#socket.end(() => this.#socket.destroy());
  }

  #receive(text: string): void {
    const frames = this.#framer.push(text);
    // Whatever has begun now began just now.
    if (frames.length > 0) this.#clearDeadline();
    for (const frame of frames) {
      if (frame.kind === "message") {
        this.#connection.receive(frame.text);
        continue;
      }
      this.#connection.ignore();
      if (frame.kind === "ping") this.#putLine(PONG);
      else this.#connection.fail(frame.reason);
    }
    this.#watchMessage();
  }

  /** RFC 5626 section 4.4.1. Who asks and asks and does not read is not answered for ever. */
  #putLine(line: string): void {
    if (this.#socket.writableLength > this.#limits.backlogBytes) this.#connection.fail(DOES_NOT_READ);
    else this.#socket.write(line, "latin1");
  }

  #watchMessage(): void {
    if (!this.#framer.midMessage || this.#socket.destroyed) return;
    const { messageMs } = this.#limits;
    this.#messageDeadline ??= setTimeout(() => this.#connection.fail("a message did not end in time"), messageMs);
  }

  #clearDeadline(): void {
    if (this.#messageDeadline !== null) clearTimeout(this.#messageDeadline);
    this.#messageDeadline = null;
  }
}
