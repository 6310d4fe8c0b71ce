// What holds for every transport that has connections, over and above what holds for all.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Flow } from "../../protocol/transport/index.ts";
import { endAll, flowBetween, onEnd, openStation, request, type TransportKind, until } from "./transport.contract.ts";

/** Connects and says nothing. */
async function openMute(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.2");
  socket.on("error", () => {});
  socket.resume();
  onEnd(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

export function describeConnections(kind: TransportKind): void {
  const open = async (limits = {}, keepAlive?: number) => {
    const one = await openStation(kind, "127.0.0.1", { limits, ...(keepAlive === undefined ? {} : { keepAlive }) });
    const other = await openStation(kind, "127.0.0.2", { limits });
    return { one, other, flow: flowBetween(kind, one, other.bound) };
  };

  describe(`${kind.title}: connections`, () => {
    afterEach(endAll);

    test("one serves all messages, in their order, and both ways", async () => {
      const { one, other, flow } = await open();
      const ids = Array.from({ length: 50 }, (_, index) => String(index));
      for (const id of ids) one.transport.send(flow, request(id));
      await until(() => other.heard.length === 50);
      expect(other.heard.map(({ text }) => text)).toEqual(ids.map((id) => request(id)));
      expect([one.transport.counters.connections, other.transport.counters.connections]).toEqual([1, 1]);
    });

    test("is made anew after the peer has closed the last", async () => {
      const { one, other, flow } = await open();
      one.transport.send(flow, request("1"));
      await until(() => other.heard.length === 1);
      await other.transport.close();
      await until(() => one.transport.counters.connections === 0);
      const again = await openStation(kind, "127.0.0.2", { port: other.bound.port });
      one.transport.send(flow, request("2"));
      await until(() => again.heard.length === 1);
      expect(one.errors).toEqual([]);
      expect(one.closed).toEqual([flow]);
    });

    test("is an error on its flow, once for all that waited, when nobody listens there", async () => {
      const { one, other, flow } = await open();
      await other.transport.close();
      one.transport.send(flow, request("1"));
      one.transport.send(flow, request("2"));
      await until(() => one.errors.length === 1);
      expect(one.errors).toEqual([{ flow, detail: expect.stringContaining("ECONNREFUSED") }]);
      expect(one.transport.counters).toMatchObject({ failed: 2, connections: 0 });
    });

    test("is an error when the other side takes it and then says nothing", async () => {
      const { one, flow } = await open({ connectMs: 50, idleMs: 50 });
      const mute = createServer((socket) => void socket.resume().on("error", () => {}));
      mute.listen(0, "127.0.0.3");
      await once(mute, "listening");
      onEnd(() => void mute.close());
      const address = mute.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      one.transport.send({ ...flow, remoteAddress: "127.0.0.3", remotePort: port }, request("1"));
      await until(() => one.transport.counters.connections === 0);
      // Over plain TCP there is nothing to wait for: the message is gone, and the connection idle.
      if (kind.transport !== "tcp") expect(one.errors[0]?.detail).toBe("no connection in time");
    });

    test("is refused when its source has enough, before anything was spent on it", async () => {
      const { other } = await open({ connectionsPerSource: 2 });
      const first = await openMute(other.bound.port);
      await openMute(other.bound.port);
      await until(() => other.transport.counters.connections === 2);
      const third = await openMute(other.bound.port);
      await until(() => third.destroyed);
      expect(other.transport.counters).toMatchObject({ connections: 2, ignored: 1 });
      first.destroy();
      await until(() => other.transport.counters.connections === 1);
    });

    test("is refused when there are enough of all", async () => {
      const { other } = await open({ connections: 1 });
      await openMute(other.bound.port);
      await until(() => other.transport.counters.connections === 1);
      const second = await openMute(other.bound.port);
      await until(() => second.destroyed);
    });

    test("is closed when nothing comes of it, be it in the handshake or after it", async () => {
      const { other } = await open({ setupMs: 1, idleMs: 1 });
      const mute = await openMute(other.bound.port);
      await until(() => mute.destroyed);
      await until(() => other.transport.counters.connections === 0);
    });

    test("that talks nonsense is closed, and others go on", async () => {
      const { one, other, flow } = await open({ setupMs: 100, messageMs: 100 });
      const noise = await openMute(other.bound.port);
      noise.write("\u0000\u0001\u0002 nonsense\r\n\r\n".repeat(10), "latin1");
      one.transport.send(flow, request("1"));
      await until(() => noise.destroyed && other.heard.length === 1);
    });

    test("a peer that does not read is given up before it fills the memory", async () => {
      const { one, other, flow } = await open({ backlogBytes: 100_000 });
      one.transport.send(flow, request("1"));
      await until(() => other.heard.length === 1);
      // All in one turn of the event loop: nobody can read in between.
      for (let sent = 0; sent < 1_000; sent += 1) one.transport.send(flow, request("big", "x".repeat(60_000)));
      await until(() => one.errors.length === 1);
      expect(one.errors[0]).toEqual({ flow, detail: "the peer does not read" });
    });

    test("what waits for a connection is bounded too", async () => {
      const { one, flow } = await open({ backlogBytes: 1_000 });
      one.transport.send(flow, request("big", "x".repeat(1_000)));
      await until(() => one.errors.length === 1);
      expect(one.errors[0]?.detail).toBe("the peer does not read");
    });

    test("closing lets the last words out", async () => {
      const { one, other, flow } = await open();
      one.transport.send(flow, request("1"));
      await until(() => other.heard.length === 1);
      other.transport.send(other.heard[0]?.flow as Flow, request("bye"));
      await other.transport.close();
      await until(() => one.heard.length === 1);
    });

    test("that we opened is kept open by keep-alives, which nobody hears as messages", async () => {
      const { one, other, flow } = await open({ idleMs: 200 }, 5);
      one.transport.send(flow, request("1"));
      await until(() => other.heard.length === 1 && other.transport.counters.ignored > 2);
      await until(() => one.transport.counters.ignored > 0);
      expect(other.heard).toHaveLength(1);
      expect(one.heard).toEqual([]);
    });
  });
}
