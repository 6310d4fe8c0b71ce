// SIP over WebSocket as other programs speak it (RFC 7118), and frames that nobody should send (RFC 6455).
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Flow } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import { ConnectionTransport } from "./connection-transport.ts";
import { STREAM_LIMITS, type StreamLimits } from "./stream-limits.ts";
import { endAll, onEnd, request, until } from "./transport.contract.ts";

afterEach(endAll);

async function openWebSocket(limits: Partial<StreamLimits> = {}) {
  const heard: { flow: Flow; text: string }[] = [];
  const errors: string[] = [];
  const log: string[] = [];
  const transport = new ConnectionTransport(
    "ws",
    {
      onMessage: (flow, text) => void heard.push({ flow, text }),
      onError: (_flow, detail) => void errors.push(detail),
      log: createLog({ level: "info", form: "json", color: false, write: (line) => void log.push(line) }),
    },
    { limits: { ...STREAM_LIMITS, ...limits } },
  );
  onEnd(() => transport.close());
  const origins = ["https://phone.example"];
  const address = "127.0.0.1";
  const { port } = await transport.listen("lan", { transport: "ws", address, port: 0, certificate: null, origins });
  return { transport, port, heard, errors, log };
}

async function openClient(port: number): Promise<{ client: WebSocket; read: unknown[] }> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, ["sip"]);
  client.on("error", () => {});
  onEnd(() => client.terminate());
  const read: unknown[] = [];
  client.on("message", (payload, binary) => void read.push([binary, String(payload)]));
  await once(client, "open");
  return { client, read };
}

/** A connection whose upgrade has been done, for frames made by hand. */
async function openByHand(port: number): Promise<{ socket: Socket; bytes: () => Buffer }> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  onEnd(() => void socket.destroy());
  const head = ["GET / HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
  socket.write(
    [...head, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: sip", "", ""].join("\r\n"),
  );
  let bytes = Buffer.alloc(0);
  socket.on("data", (piece) => {
    bytes = Buffer.concat([bytes, piece]);
  });
  await until(() => bytes.includes("\r\n\r\n"));
  bytes = Buffer.alloc(0);
  return { socket, bytes: () => bytes };
}

/** Masked with zeros, as which a frame is sent as it is. */
function frame(opcode: number, payload: string, { final = true, masked = true, length = payload.length } = {}): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  const head = Buffer.from([(final ? 0x80 : 0) | opcode, (masked ? 0x80 : 0) | 127]);
  return Buffer.concat([head, size, Buffer.alloc(masked ? 4 : 0), Buffer.from(payload, "latin1")]);
}

describe("a client", () => {
  test("is answered in the frames that the bytes allow: text when they are UTF-8, else binary", async () => {
    const { transport, port, heard } = await openWebSocket();
    const { client, read } = await openClient(port);
    expect(client.protocol).toBe("sip");
    client.send(request("1", "caf\u00e9"));
    client.send(Buffer.from(request("2", "\u00ff"), "latin1"));
    await until(() => heard.length === 2);
    // Bytes one to one: the text frame's UTF-8 as it was on the wire.
    expect(heard.map(({ text }) => text)).toEqual([
      request("1", "caf\u00e9").replace("\u00e9", "\u00c3\u00a9"),
      request("2", "\u00ff"),
    ]);
    const flow = heard[0]?.flow as Flow;
    transport.send(flow, "plain");
    transport.send(flow, "\u00ff");
    await until(() => read.length === 2);
    expect(read).toEqual([
      [false, "plain"],
      [true, "\ufffd"],
    ]);
  });

  test("has its keep-alives answered, of either kind", async () => {
    const { port, heard } = await openWebSocket();
    const { client, read } = await openClient(port);
    client.send("\r\n\r\n");
    client.ping();
    await Promise.all([once(client, "pong"), until(() => read.length === 1)]);
    expect(read).toEqual([[false, "\r\n"]]);
    expect(heard).toEqual([]);
  });

  test.each([
    ["does not offer the subprotocol sip", ["chat"], {}, 400],
    ["is a web page that the listener does not name", ["sip"], { origin: "https://evil.example" }, 403],
    ["is a web page without a name", ["sip"], { origin: "null" }, 403],
  ])("that %s is refused, and the log says so", async (_what, protocols, options, status) => {
    const { transport, port, log } = await openWebSocket();
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, options);
    const [error] = await once(client, "error");
    expect(String(error)).toContain(String(status));
    await until(() => transport.counters.connections === 0);
    expect(log.join("")).toContain("a WebSocket was refused");
  });

  test("that is a web page of the listener's origins is taken", async () => {
    const { port } = await openWebSocket();
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, ["sip"], { origin: "https://phone.example" });
    onEnd(() => client.terminate());
    await once(client, "open");
  });

  test("that asks for a page is told that there is none", async () => {
    const { transport, port } = await openWebSocket();
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(426);
    await until(() => transport.counters.connections === 0);
  });
});

describe("a frame", () => {
  test.each<[string, Buffer, number]>([
    ["longer than any message", frame(1, "", { length: 2 ** 40 }), 1009],
    ["of more than 2^53 bytes", frame(1, "", { length: 2 ** 60 }), 1009],
    ["without a mask", frame(1, request("1"), { masked: false }), 1002],
    ["of an unknown kind", frame(3, "x"), 1002],
    ["that continues nothing", frame(0, "x"), 1002],
    ["of text that is not UTF-8", frame(1, "\u00ff"), 1007],
  ])("%s is answered with a close, and nothing of it is heard", async (_what, bytes, code) => {
    const { transport, port, heard } = await openWebSocket();
    const byHand = await openByHand(port);
    byHand.socket.write(bytes);
    await until(() => byHand.socket.destroyed);
    expect([byHand.bytes()[0], byHand.bytes().readUInt16BE(2)]).toEqual([0x88, code]);
    await until(() => transport.counters.connections === 0);
    expect(heard).toEqual([]);
  });

  test("in pieces is put together, and too many pieces are too long", async () => {
    const { port, heard } = await openWebSocket();
    const { socket, bytes } = await openByHand(port);
    const text = request("1");
    socket.write(frame(2, text.slice(0, 9), { final: false }));
    socket.write(frame(0, text.slice(9)));
    await until(() => heard.length === 1);
    expect(heard[0]?.text).toBe(text);
    socket.write(frame(2, "x".repeat(50_000), { final: false }));
    for (let piece = 0; piece < 4; piece += 1) socket.write(frame(0, "x".repeat(50_000), { final: false }));
    await until(() => socket.destroyed);
    expect(bytes().readUInt16BE(2)).toBe(1009);
  });

  test("that does not end is not waited for", async () => {
    const { port, heard } = await openWebSocket({ messageMs: 20 });
    const { socket } = await openByHand(port);
    socket.write(frame(2, "OPT", { length: 100 }));
    await until(() => socket.destroyed);
    expect(heard).toEqual([]);
  });
});

test("a server that we call must speak sip", async () => {
  const { transport, port, errors } = await openWebSocket();
  const server = new WebSocketServer({ host: "127.0.0.9", port: 0, handleProtocols: () => false });
  onEnd(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const remotePort = typeof address === "object" && address !== null ? address.port : 0;
  const local = { network: "lan", transport: "ws", localAddress: "127.0.0.1", localPort: port } as const;
  transport.send({ ...local, remoteAddress: "127.0.0.9", remotePort }, request("1"));
  await until(() => errors.length === 1);
  expect(errors[0]).toContain("subprotocol");
});
