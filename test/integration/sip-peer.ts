// Peers for programs under test: a socket that asks over UDP, and a callee over TCP that follows a script and remembers what it got.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import {
  answerableHead,
  formatResponse,
  parseMessage,
  type SipRequest,
  StreamFramer,
} from "../../src/protocol/sip/index.ts";

/** Something over UDP, from a port of its own, and the texts that come back. */
export interface Asking {
  readonly port: number;
  send(text: string): void;
  /** The next text that comes, in order. */
  next(): Promise<string>;
  close(): void;
}

export async function askOverUdp(remotePort: number): Promise<Asking> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const texts: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.on("message", (bytes) => {
    const text = bytes.toString("latin1");
    const take = waiting.shift();
    if (take === undefined) texts.push(text);
    else take(text);
  });
  return {
    port: socket.address().port,
    send: (text) => socket.send(Buffer.from(text, "latin1"), remotePort, "127.0.0.1"),
    next: () => {
      const text = texts.shift();
      return text === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(text);
    },
    close: () => socket.close(),
  };
}

export interface Callee {
  readonly port: number;
  /** Every request, in the order they came. */
  readonly requests: readonly SipRequest[];
  /** Resolves when the caller has closed its connection and all it sent is among the requests. */
  readonly left: Promise<unknown>;
  close(): void;
}

/** The responses to a request: status, and further header lines. */
export type Answers = (request: SipRequest, earlier: readonly SipRequest[]) => readonly (readonly [number, string?])[];

/** Answers what comes as the script says. An answer to an ACK answers its INVITE once more. */
export async function startCallee(answers: Answers): Promise<Callee> {
  const requests: SipRequest[] = [];
  const server = createServer((socket) => serve(socket, requests, answers));
  const left = once(server, "connection").then(([socket]: Socket[]) => socket && once(socket, "close"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, requests, left, close: () => server.close() };
}

function serve(socket: Socket, requests: SipRequest[], answers: Answers): void {
  const framer = new StreamFramer();
  const source = { address: "127.0.0.1", port: socket.remotePort ?? 0 };
  socket.setEncoding("latin1").on("data", (text: string) => {
    for (const frame of framer.push(text)) {
      const parsed = frame.kind === "message" ? parseMessage(frame.text) : null;
      if (!parsed?.ok || parsed.value.kind !== "request") throw new Error(`not a request: ${JSON.stringify(frame)}`);
      const request = parsed.value;
      const answered = request.method === "ACK" ? (requests[0] as SipRequest) : request;
      const head = answerableHead(answered, source);
      if (head === null) throw new Error("a request that cannot be answered");
      for (const [status, contact] of answers(request, requests)) {
        const headers = contact === undefined ? [] : [["Contact", contact] as const];
        socket.write(formatResponse(head, { status, toTag: "callee", headers }), "latin1");
      }
      requests.push(request);
    }
  });
}
