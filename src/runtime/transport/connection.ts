// One connection to a peer: what is sent before it is ready waits, what is lost is told once, and nothing about it lasts for ever.

import type { Socket } from "node:net";
import type { Millis } from "../../base/index.ts";
import type { Flow, Proof } from "../../protocol/transport/index.ts";
import type { TransportCounters } from "./transport.ts";

/** What carries whole messages over a socket that is ready: a stream that is cut into messages, or a WebSocket. */
export interface Link {
  /** Written and not taken by the system yet. */
  readonly backlogBytes: number;
  /** `written` is called when the system has taken it, and not at all when the connection broke before. */
  write(text: string, written: () => void): void;
  /** Says that we are there, for the NATs on the way. */
  keepAlive(): void;
  /** Lets out what was written and then closes. */
  end(): void;
}

export interface ConnectionOptions {
  readonly counters: TransportCounters;
  /** For the way to the first message. */
  readonly setupMs: Millis;
  /** Written and not taken by the peer. */
  readonly backlogBytes: number;
  onMessage(text: string): void;
  onError(detail: string): void;
  /** Once, when the socket is gone, with the reason where it is known. */
  onClose(reason: string | null): void;
}

export const DOES_NOT_READ = "the peer does not read";
/** How long the last words may take when we close. */
const PARTING_MS: Millis = 1_000;

export class Connection {
  readonly #flow: Flow;
  /** The same with what the peer's certificate proves, and until when that is good; null where it has shown none. */
  #proven: { readonly flow: Flow; readonly until: number } | null = null;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  #link: Link | null = null;
  /** Sent before the connection was ready. */
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** Messages that the system has not taken yet: what is lost when the connection breaks. */
  #unsent = 0;
  #failure: string | null = null;
  #deadline: NodeJS.Timeout | null;
  #keepAlive: NodeJS.Timeout | null = null;

  /** `socket` is the lowest one: when it goes, everything that stands on it goes. */
  constructor(socket: Socket, flow: Flow, options: ConnectionOptions) {
    this.#socket = socket;
    this.#flow = flow;
    this.#options = options;
    this.#deadline = setTimeout(() => this.fail("no connection in time"), options.setupMs);
    socket.on("error", (error) => this.fail(error.message));
    socket.on("close", () => this.#closed());
  }

  /** With the proof of whom it leads to, for as long as that holds: a connection may outlive the certificate that it began with. */
  get flow(): Flow {
    return this.#proven !== null && Date.now() < this.#proven.until ? this.#proven.flow : this.#flow;
  }

  /** The certificate that the peer has shown; null where it has shown none that we believe. */
  get fingerprint(): string | null {
    return this.#proven?.flow.proof?.fingerprint ?? null;
  }

  /** An authority that we believe vouches for the peer's certificate. `until`: Unix milliseconds. */
  believe(proof: Proof, until: number): void {
    this.#proven = { flow: { ...this.#flow, proof }, until };
  }

  get ready(): boolean {
    return this.#link !== null;
  }

  /** It is ready: what waited goes out. */
  carry(link: Link): void {
    if (this.#socket.destroyed) return;
    this.#link = link;
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const text of waiting) this.#write(link, text);
  }

  /** Sends a keep-alive each `everyMs` in which nothing was sent. Of connections that we opened: the NAT is on our side. */
  keepAliveEvery(everyMs: Millis): void {
    this.#keepAlive = setInterval(() => this.#link?.keepAlive(), everyMs);
  }

  send(text: string): void {
    this.#unsent += 1;
    this.#keepAlive?.refresh();
    const backlog = this.#link?.backlogBytes ?? this.#waitingBytes;
    if (backlog + text.length > this.#options.backlogBytes) this.fail(DOES_NOT_READ);
    else if (this.#link !== null) this.#write(this.#link, text);
    else {
      this.#waiting.push(text);
      this.#waitingBytes += text.length;
    }
  }

  /** What a link hears. */
  receive(text: string): void {
    this.#options.counters.received += 1;
    this.#options.onMessage(text);
  }

  /** Keep-alives and what else is nobody's message. */
  ignore(): void {
    this.#options.counters.ignored += 1;
  }

  /** Gives the connection up at once. Of several reasons the first is told. */
  fail(reason: string): void {
    this.#failure ??= reason;
    this.#socket.destroy();
  }

  /** Gives it up, but lets out what the link has still to say about it. */
  failSlowly(reason: string): void {
    this.#failure ??= reason;
    this.#destroyInTime();
  }

  /** Closes it once what was written has gone out, or could not in time. Resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#socket.closed) return;
    const gone = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    this.#destroyInTime();
    if (this.#link === null) this.#socket.destroy();
    else this.#link.end();
    await gone;
  }

  #destroyInTime(): void {
    this.#deadline ??= setTimeout(() => this.#socket.destroy(), PARTING_MS);
  }

  #write(link: Link, text: string): void {
    link.write(text, () => {
      this.#unsent -= 1;
      this.#options.counters.sent += 1;
    });
  }

  #closed(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    if (this.#keepAlive !== null) clearInterval(this.#keepAlive);
    this.#options.onClose(this.#failure);
    if (this.#unsent === 0) return;
    this.#options.counters.failed += this.#unsent;
    this.#options.onError(this.#failure ?? "the connection was closed");
  }
}
