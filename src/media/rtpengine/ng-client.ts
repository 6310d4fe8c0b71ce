// Asks one rtpengine by its ng protocol: a datagram with a cookie and a command, and one with the same cookie back. What is lost is sent again; the
// daemon answers a cookie that it knows from memory, so that nothing is done twice.

import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { failure, type Millis, type Result, success } from "../../base/index.ts";
import { type BencodeDictionary, type BencodeValue, decodeBencode, encodeBencode, isDictionary } from "./bencode.ts";

export type NgFailure =
  /** Nobody answered in time, or nobody is there. Whether the command was carried out is not known, unless `refused`. */
  | { readonly kind: "silent"; readonly refused: boolean; readonly detail: string }
  /** It answered that it will not, in its own words; or with something that is no answer. */
  | { readonly kind: "declined"; readonly detail: string };

export type NgReply = Result<BencodeDictionary, NgFailure>;

export interface NgAddress {
  /** An IP literal. */
  readonly address: string;
  readonly port: number;
}

/** After so long without an answer a command is sent again: three losses in a row are borne. */
const RESEND_AFTER_MS: readonly Millis[] = [100, 200, 400];
const GIVE_UP_AFTER_MS: Millis = 500;
/** What UDP over IPv4 carries. */
const MOST_BYTES = 65_507;
/** Commands without an answer at a time. Beyond it the instance is as good as silent. */
const MOST_WAITING = 4096;

interface Waiting {
  readonly datagram: Buffer;
  readonly settle: (reply: NgReply) => void;
  timer: NodeJS.Timeout;
}

export class NgClient {
  readonly #name: string;
  readonly #socket: Socket;
  readonly #ready: Promise<boolean>;
  readonly #waiting = new Map<string, Waiting>();
  /** No other client's cookies, and none of an earlier process, are like ours. */
  readonly #prefix = randomBytes(6).toString("hex");
  #cookies = 0;
  #closed = false;

  constructor({ address, port }: NgAddress) {
    this.#name = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    this.#socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    // A connected socket hears that nobody listens, and no other sender.
    this.#ready = new Promise((resolve) => {
      this.#socket.once("connect", () => resolve(true));
      this.#socket.once("error", () => resolve(false));
    });
    this.#socket.on("error", () => this.#refuseAll());
    this.#socket.on("message", (datagram) => this.#take(datagram.toString("latin1")));
    this.#socket.connect(port, address);
    this.#socket.unref();
  }

  /** Always comes to a reply: an answer, a refusal, or silence after some 1.2 s. */
  async ask(command: BencodeDictionary): Promise<NgReply> {
    if (!(await this.#ready)) return this.#silence(true, "cannot be reached");
    if (this.#closed) return this.#silence(false, "is not asked any more");
    if (this.#waiting.size >= MOST_WAITING) return this.#silence(true, "has too many commands to answer");
    this.#cookies += 1;
    const cookie = `${this.#prefix}_${this.#cookies}`;
    const datagram = Buffer.from(`${cookie} ${encodeBencode(command)}`, "latin1");
    if (datagram.length > MOST_BYTES) return failure({ kind: "declined", detail: "the command fits in no datagram" });
    return new Promise((settle) => {
      const waiting = { datagram, settle, timer: this.#resend(cookie, 0) };
      this.#waiting.set(cookie, waiting);
      this.#send(datagram);
    });
  }

  /** Commands that wait are told that nobody answered. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cookie of [...this.#waiting.keys()]) this.#settle(cookie, this.#silence(false, "is not asked any more"));
    this.#socket.close();
  }

  #resend(cookie: string, attempt: number): NodeJS.Timeout {
    return setTimeout(() => {
      const waiting = this.#waiting.get(cookie);
      if (waiting === undefined) return;
      if (attempt === RESEND_AFTER_MS.length) return this.#settle(cookie, this.#silence(false, "does not answer"));
      waiting.timer = this.#resend(cookie, attempt + 1);
      this.#send(waiting.datagram);
    }, RESEND_AFTER_MS[attempt] ?? GIVE_UP_AFTER_MS);
  }

  #send(datagram: Buffer): void {
    this.#socket.send(datagram, (error) => {
      if (error !== null) this.#refuseAll();
    });
  }

  #take(text: string): void {
    const blank = text.indexOf(" ");
    const cookie = text.slice(0, Math.max(blank, 0));
    if (this.#waiting.has(cookie)) this.#settle(cookie, readReply(text.slice(blank + 1)));
  }

  /** The system says that nobody listens there: what is under way will not be answered. */
  #refuseAll(): void {
    for (const cookie of [...this.#waiting.keys()]) this.#settle(cookie, this.#silence(true, "is not there"));
  }

  #settle(cookie: string, reply: NgReply): void {
    const waiting = this.#waiting.get(cookie);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(cookie);
    waiting.settle(reply);
  }

  #silence(refused: boolean, what: string): NgReply {
    return failure({ kind: "silent", refused, detail: `rtpengine at ${this.#name} ${what}` });
  }
}

/** What stands behind the cookie. */
export function readReply(text: string): NgReply {
  const read = decodeBencode(text);
  if (!read.ok) return failure({ kind: "declined", detail: `an answer that cannot be read: ${read.failure}` });
  const reply: BencodeValue = read.value;
  if (!isDictionary(reply)) return failure({ kind: "declined", detail: "an answer that is no dictionary" });
  const { result } = reply;
  if (result === "ok" || result === "pong") return success(reply);
  const reason = reply["error-reason"] ?? reply.message;
  const said = typeof reason === "string" ? reason : String(typeof result === "string" ? result : "nothing");
  return failure({ kind: "declined", detail: said.slice(0, 200) });
}
