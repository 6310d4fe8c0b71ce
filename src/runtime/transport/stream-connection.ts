// One connection of a stream transport: its socket, its framer, its deadlines.

import type { Socket } from "node:net";
import { StreamFramer } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { StreamLimits } from "./stream-limits.ts";
import type { TransportCounters } from "./transport.ts";

export interface StreamConnectionOptions {
  readonly limits: StreamLimits;
  readonly counters: TransportCounters;
  onMessage(flow: Flow, text: string): void;
  onError(flow: Flow, detail: string): void;
  /** Once, when the socket is gone. */
  onClose(): void;
}

const DOES_NOT_READ = "the peer does not read";
/** How long the last words may take when we close. */
const PARTING_MS = 1_000;

export class StreamConnection {
  readonly #socket: Socket;
  readonly #flow: Flow;
  readonly #options: StreamConnectionOptions;
  readonly #framer = new StreamFramer();
  #messageDeadline: NodeJS.Timeout | null = null;
  /** Messages that the system has not taken yet: what is lost when the connection breaks. */
  #unsent = 0;
  #failure: string | null = null;

  constructor(socket: Socket, flow: Flow, options: StreamConnectionOptions) {
    this.#socket = socket;
    this.#flow = flow;
    this.#options = options;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#receive(text));
    // While connecting, the timeout is that of the connect; afterwards that of idleness.
    socket.on("timeout", () => this.#fail(socket.connecting ? "no connection in time" : "idle for too long"));
    if (socket.connecting) socket.on("connect", () => socket.setTimeout(options.limits.idleMs));
    else socket.setTimeout(options.limits.idleMs);
    socket.on("error", (error) => this.#fail(error.message));
    socket.on("close", () => this.#closed());
  }

  send(text: string): void {
    if (this.#socket.writableLength + text.length > this.#options.limits.backlogBytes) {
      this.#unsent += 1;
      this.#fail(DOES_NOT_READ);
      return;
    }
    this.#unsent += 1;
    this.#socket.write(text, "latin1", (error) => {
      // What failed is counted and told once, when the connection is gone.
      if (error !== null && error !== undefined) return;
      this.#unsent -= 1;
      this.#options.counters.sent += 1;
    });
  }

  /** Closes it once what was written has gone out, or could not in time. Resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#socket.closed) return;
    const gone = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    const deadline = setTimeout(() => this.#socket.destroy(), PARTING_MS);
    this.#socket.end(() => this.#socket.destroy());
    await gone;
    clearTimeout(deadline);
  }

  #receive(text: string): void {
    const frames = this.#framer.push(text);
    // Whatever has begun now began just now.
    if (frames.length > 0) this.#clearDeadline();
    for (const frame of frames) {
      if (frame.kind === "message") {
        this.#options.counters.received += 1;
        this.#options.onMessage(this.#flow, frame.text);
      } else if (frame.kind === "ping") {
        this.#options.counters.ignored += 1;
        this.#pong();
      } else {
        this.#options.counters.ignored += 1;
        this.#fail(frame.reason);
      }
    }
    this.#watchMessage();
  }

  /** RFC 5626 section 4.4.1. Who asks and asks and does not read is not answered for ever. */
  #pong(): void {
    if (this.#socket.writableLength > this.#options.limits.backlogBytes) this.#fail(DOES_NOT_READ);
    else this.#socket.write("\r\n", "latin1");
  }

  #watchMessage(): void {
    if (!this.#framer.midMessage || this.#socket.destroyed) return;
    const { messageMs } = this.#options.limits;
    this.#messageDeadline ??= setTimeout(() => this.#fail("a message did not end in time"), messageMs);
  }

  #clearDeadline(): void {
    if (this.#messageDeadline !== null) clearTimeout(this.#messageDeadline);
    this.#messageDeadline = null;
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    this.#socket.destroy();
  }

  #closed(): void {
    this.#clearDeadline();
    this.#options.onClose();
    if (this.#unsent === 0) return;
    this.#options.counters.failed += this.#unsent;
    this.#options.onError(this.#flow, this.#failure ?? "the connection was closed");
  }
}
