// For tests of the layer: messages as peers send them, and a ledger of what the layer did about them.

import { invariant, type Millis } from "../../base/index.ts";
import { parseMessage, type SipRequest, type SipResponse } from "../sip/index.ts";
import type { Flow, TransportAction } from "../transport/index.ts";
import { TransactionLayer, type TransactionLayerOptions } from "./transaction-layer.ts";
import type { ActionSink, Moment, TransactionEvent } from "./transaction-user.ts";

export const UDP: Flow = {
  network: "lan",
  transport: "udp",
  localAddress: "198.51.100.10",
  localPort: 5060,
  remoteAddress: "192.0.2.40",
  remotePort: 5060,
};

export const TCP: Flow = { ...UDP, transport: "tcp", remotePort: 40_001 };

export interface RequestParts {
  readonly branch?: string;
  readonly sentBy?: string;
  readonly callId?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly sequence?: number;
}

export function requestText(method: string, parts: RequestParts = {}): string {
  const { branch = "z9hG4bKa1", sentBy = "192.0.2.40", callId = "call-1", fromTag = "f1", sequence = 1 } = parts;
  const toTag = parts.toTag === undefined ? "" : `;tag=${parts.toTag}`;
  return [
    `${method} sip:+13035550142@198.51.100.10 SIP/2.0`,
    `Via: SIP/2.0/UDP ${sentBy}${branch === "" ? "" : `;branch=${branch}`}`,
    "Max-Forwards: 70",
    `From: <sip:a@192.0.2.40>;tag=${fromTag}`,
    `To: <sip:b@198.51.100.10>${toTag}`,
    `Call-ID: ${callId}`,
    `CSeq: ${sequence} ${method}`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

export function readRequest(text: string): SipRequest {
  const parsed = parseMessage(text);
  invariant(parsed.ok && parsed.value.kind === "request", "the sample must be a request");
  return parsed.value;
}

function readResponse(text: string): SipResponse {
  const parsed = parseMessage(text);
  invariant(parsed.ok && parsed.value.kind === "response", "the sample must be a response");
  return parsed.value;
}

/** A request as it comes in. */
function request(method: string, parts: RequestParts = {}): SipRequest {
  return readRequest(requestText(method, parts));
}

/** A response to a request of ours, as it comes in. */
export function responseTo(sent: string, status: number, toTag: string | null = "t1"): SipResponse {
  const { headers } = readRequest(sent);
  const tag = toTag === null ? "" : `;tag=${toTag}`;
  return readResponse(
    [
      `SIP/2.0 ${status} Whatever`,
      `Via: ${headers.first("via")}`,
      `From: ${headers.first("from")}`,
      `To: ${headers.first("to")}${tag}`,
      `Call-ID: ${headers.first("call-id")}`,
      `CSeq: ${headers.first("cseq")}`,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
  );
}

/** Takes the layer's actions and keeps the books: what was sent, and which timers run until when. */
export class Ledger implements ActionSink {
  now: Millis = 0;
  readonly running = new Map<string, Millis>();
  #sent: { readonly text: string; readonly flow: Flow }[] = [];

  push(action: TransportAction): void {
    if (action.kind === "send") this.#sent.push(action);
    else if (action.kind === "start-timer") this.running.set(action.key, action.at);
    else invariant(this.running.delete(action.key), `a timer was stopped that did not run: ${action.key}`);
  }

  get moment(): Moment {
    return { now: this.now, actions: this };
  }

  /** The start lines sent since the last asking. */
  takeSent(): string[] {
    return this.takeMessages().map(({ text }) => text.slice(0, text.indexOf("\r\n")));
  }

  takeMessages(): { readonly text: string; readonly flow: Flow }[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** The timers that run, by letter: `B`, `A`. */
  get letters(): string {
    return [...this.running.keys()].map((key) => key.slice(-1)).join("");
  }

  /** Takes the timer that is due first out of the books, and sets the clock to it. */
  takeNext(): string | null {
    let next: string | null = null;
    for (const [key, at] of this.running) if (next === null || at < (this.running.get(next) as Millis)) next = key;
    if (next === null) return null;
    this.now = Math.max(this.now, this.running.get(next) as Millis);
    this.running.delete(next);
    return next;
  }
}

/** A request of ours, an INVITE. */
export const OURS = requestText("INVITE", { branch: "z9hG4bKours", sentBy: "198.51.100.10" });

/** A layer with its books, and the few things that happen to it. */
export class Exchange {
  readonly layer: TransactionLayer;
  readonly ledger = new Ledger();

  constructor(options: TransactionLayerOptions = {}) {
    this.layer = new TransactionLayer(options);
  }

  arrive(method: string, parts: RequestParts = {}, flow: Flow = UDP): TransactionEvent | null {
    return this.layer.receiveRequest(request(method, parts), flow, this.ledger.moment);
  }

  /** The key of the server transaction that the request opens. */
  open(method: string, parts: RequestParts = {}, flow: Flow = UDP): string {
    const event = this.arrive(method, parts, flow);
    invariant(event?.kind === "request", "the request must open a transaction");
    return event.transaction;
  }

  respond(key: string, status: number, toTag: string | null = "t1"): boolean {
    return this.layer.respond(key, { status, toTag }, this.ledger.moment);
  }

  /** Sends OURS as that method; returns its key. */
  sendRequest(method = "INVITE", flow: Flow = UDP, user = "u1"): string {
    const text = OURS.replaceAll("INVITE", method);
    const sent = this.layer.request({ method, branch: "z9hG4bKours", text, flow, user }, this.ledger.moment);
    invariant(sent, "there must be room");
    return `c|z9hG4bKours|${method}`;
  }

  /** The response to OURS as that method comes in. */
  answerOurs(status: number, method = "INVITE", toTag: string | null = "t1"): TransactionEvent | null {
    const response = responseTo(OURS.replaceAll("INVITE", method), status, toTag);
    return this.layer.receiveResponse(response, UDP, this.ledger.moment);
  }
}
