import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Flow } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import { ConnectionTransport } from "./connection-transport.ts";
import { STREAM_LIMITS, type StreamLimits } from "./stream-limits.ts";
import type { ListenerSettings } from "./transport.ts";

const LISTENER: ListenerSettings = { transport: "tcp", address: "127.0.0.1", port: 0, certificate: null };
const message = (id: string, body = ""): string =>
  `OPTIONS sip:a SIP/2.0\r\nCall-ID: ${id}\r\nSubject: \u00ff\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A TCP transport with one listener, and a way to wait until something holds of what happened to it. */
async function openTcp(limits: Partial<StreamLimits> = {}) {
  const heard: { flow: Flow; text: string }[] = [];
  const errors: { flow: Flow; detail: string }[] = [];
  const tcp = new ConnectionTransport(
    "tcp",
    {
      onMessage: (flow, text) => void heard.push({ flow, text }),
      onError: (flow, detail) => void errors.push({ flow, detail }),
      log: createLog({ level: "error", form: "json", color: false, write: () => {} }),
    },
    { limits: { ...STREAM_LIMITS, ...limits } },
  );
  closing.push(() => tcp.close());
  const { port } = await tcp.listen("lan", LISTENER);
  return { tcp, port, heard, errors };
}

/** A turn of the event loop at a time, until it holds; the test's own time limit ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setImmediate(go));
}

async function openPeer(port: number): Promise<{ socket: Socket; read: () => string }> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (piece) => {
    text += piece;
  });
  socket.on("error", () => {});
  closing.push(async () => void socket.destroy());
  await once(socket, "connect");
  return { socket, read: () => text };
}

async function openServer(): Promise<{ server: Server; port: number; sockets: Socket[]; read: () => string }> {
  const sockets: Socket[] = [];
  let text = "";
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setEncoding("latin1").on("data", (piece) => {
      text += piece;
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.9");
  await once(server, "listening");
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    server,
    port: typeof address === "object" && address !== null ? address.port : 0,
    sockets,
    read: () => text,
  };
}

const flowTo = (localPort: number, remotePort: number): Flow => ({
  network: "lan",
  transport: "tcp",
  localAddress: "127.0.0.1",
  localPort,
  remoteAddress: "127.0.0.9",
  remotePort,
});

describe("a connection that comes in", () => {
  test("gives whole messages with their flow, and takes the answers", async () => {
    const { tcp, port, heard } = await openTcp();
    const peer = await openPeer(port);
    const stream = message("1", "body") + message("2");
    for (const piece of [stream.slice(0, 30), stream.slice(30, 90), stream.slice(90)]) {
      peer.socket.write(piece, "latin1");
      await new Promise((go) => setImmediate(go));
    }
    await until(() => heard.length === 2);
    expect(heard.map(({ text }) => text)).toEqual([message("1", "body"), message("2")]);
    const { flow } = heard[0]!;
    expect(flow).toMatchObject({
      network: "lan",
      transport: "tcp",
      localPort: port,
      remotePort: peer.socket.localPort,
    });
    tcp.send(flow, message("answer"));
    await until(() => peer.read() === message("answer"));
    await until(() => tcp.counters.sent === 1);
    expect(tcp.counters).toEqual({ received: 2, sent: 1, failed: 0, ignored: 0, connections: 1 });
  });

  test("has its pings answered", async () => {
    const { port } = await openTcp();
    const peer = await openPeer(port);
    peer.socket.write("\r\n\r\n");
    await until(() => peer.read() === "\r\n");
  });

  test("is closed when its stream is broken, and what is behind the break is not heard", async () => {
    const { tcp, port, heard, errors } = await openTcp();
    const peer = await openPeer(port);
    peer.socket.write(`${message("1")}OPTIONS sip:a SIP/2.0\r\nl: 0\r\nl: 5\r\n\r\n${message("hidden")}`, "latin1");
    await until(() => peer.socket.destroyed);
    expect(heard.map(({ text }) => text)).toEqual([message("1")]);
    await until(() => tcp.counters.connections === 0);
    expect(errors).toEqual([]);
  });

  test("is closed when a message does not end in time, or nothing comes at all", async () => {
    const slow = await openTcp({ messageMs: 1 });
    const half = await openPeer(slow.port);
    half.socket.write("OPTIONS");
    await until(() => half.socket.destroyed);
    const idle = await openTcp({ idleMs: 1 });
    const silent = await openPeer(idle.port);
    await until(() => silent.socket.destroyed);
  });
});

describe("a message to where no connection is", () => {
  test("makes one, from the listener's address, that serves both ways and the next message too", async () => {
    const { tcp, port, heard } = await openTcp();
    const peer = await openServer();
    const flow = flowTo(port, peer.port);
    tcp.send(flow, message("1"));
    tcp.send(flow, message("2"));
    await until(() => peer.read() === message("1") + message("2"));
    expect(peer.sockets).toHaveLength(1);
    expect(peer.sockets[0]?.remoteAddress).toBe("127.0.0.1");
    peer.sockets[0]?.write(message("answer"), "latin1");
    await until(() => heard.length === 1);
    expect(heard).toEqual([{ flow, text: message("answer") }]);
  });
});

test("a peer that does not read is given up before it fills the memory", async () => {
  const { tcp, port, errors } = await openTcp({ backlogBytes: 100_000 });
  const peer = await openServer();
  const flow = flowTo(port, peer.port);
  tcp.send(flow, message("1"));
  await until(() => peer.sockets.length === 1);
  peer.sockets[0]?.pause();
  for (let sent = 0; errors.length === 0 && sent < 10_000; sent += 1) {
    tcp.send(flow, message("big", "x".repeat(60_000)));
    await new Promise((go) => setImmediate(go));
  }
  expect(errors[0]).toEqual({ flow, detail: "the peer does not read" });
});

test("closing lets the last words out, frees the port, and refuses what comes later", async () => {
  const { tcp, port, heard, errors } = await openTcp();
  const peer = await openPeer(port);
  peer.socket.write(message("1"), "latin1");
  await until(() => heard.length === 1);
  const { flow } = heard[0]!;
  tcp.send(flow, message("bye"));
  await tcp.close();
  await until(() => peer.socket.destroyed);
  expect(peer.read()).toBe(message("bye"));
  tcp.send(flow, message("too late"));
  await until(() => errors.length === 1);
  const again = await openTcp();
  expect(await again.tcp.listen("lan", { ...LISTENER, port })).toMatchObject({ port });
});
