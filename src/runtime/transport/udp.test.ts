import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DemarcError } from "../../base/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import { BatchedUdpTransport } from "./batched-udp.ts";
import { loadNativeUdp, type NativeUdp } from "./native-udp.ts";
import type { ListenerSettings, Transport, TransportEvents } from "./transport.ts";
import { UdpTransport } from "./udp.ts";

const REQUEST = "OPTIONS sip:a SIP/2.0\r\nSubject: \u00ff\u0000\u0080\r\n\r\n";

interface Heard {
  readonly flow: Flow;
  readonly text: string;
}

const opened: (Transport | Socket)[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const listener = (address: string, port = 0): ListenerSettings => ({
  transport: "udp",
  address,
  port,
  certificate: null,
});

const native = loadNativeUdp();
const KINDS: readonly [string, (events: TransportEvents) => Transport][] = [
  ["node:dgram", (events) => new UdpTransport(events)],
  ["batched", (events) => new BatchedUdpTransport(events, native as NativeUdp)],
];

test("the addon is built, so that both are tried", () => expect(native).not.toBeNull());

let create: (events: TransportEvents) => Transport;

function openUdp() {
  const heard: Heard[] = [];
  const waiting: (() => void)[] = [];
  const wake = (): void => waiting.splice(0).forEach((go) => void go());
  const errors: { flow: Flow; detail: string }[] = [];
  const udp = create({
    onMessage: (flow, text) => {
      heard.push({ flow, text });
      wake();
    },
    onError: (flow, detail) => {
      errors.push({ flow, detail });
      wake();
    },
    log: createLog({ level: "error", form: "json", color: false, write: () => {} }),
  });
  opened.push(udp);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((go) => waiting.push(go));
  };
  return { udp, heard, errors, until };
}

async function openPeer(address = "127.0.0.1"): Promise<Socket> {
  const peer = createSocket(address.includes(":") ? "udp6" : "udp4");
  opened.push(peer);
  peer.bind(0, address);
  await once(peer, "listening");
  return peer;
}

test.each([
  [24, 24],
  [null, -1],
])("datagrams are marked as the listener says (%s)", async (dscp, expected) => {
  const asked: number[] = [];
  const addon = native as NativeUdp;
  const watched: NativeUdp = {
    ...addon,
    openUdp: (...args) => {
      asked.push(args[3]);
      return addon.openUdp(...args);
    },
  };
  create = (events) => new BatchedUdpTransport(events, watched);
  await openUdp().udp.listen("lan", { ...listener("127.0.0.1"), dscp });
  expect(asked).toEqual([expected]);
});

describe.each(KINDS)("%s", (_name, opening) => {
  beforeEach(() => {
    create = opening;
  });

  describe.each(["127.0.0.1", "::1"])("over %s", (address) => {
    test("what comes in has its flow and its bytes, and is answered the same way", async () => {
      const { udp, heard, until } = openUdp();
      const { port } = await udp.listen("lan", listener(address));
      const peer = await openPeer(address);
      peer.send(Buffer.from(REQUEST, "latin1"), port, address);
      await until(() => heard.length === 1);
      const remotePort = peer.address().port;
      const flow: Flow = {
        network: "lan",
        transport: "udp",
        localAddress: address,
        localPort: port,
        remoteAddress: address,
        remotePort,
      };
      expect(heard).toEqual([{ flow, text: REQUEST }]);
      const answered = once(peer, "message");
      udp.send(flow, REQUEST);
      const [answer, from] = await answered;
      expect(answer.toString("latin1")).toBe(REQUEST);
      expect(from.port).toBe(port);
      expect(udp.counters).toMatchObject({ received: 1, failed: 0, ignored: 0 });
    });
  });

  test("keep-alives and empty datagrams go no further; 65,507 bytes of noise do", async () => {
    const { udp, heard, until } = openUdp();
    const { port } = await udp.listen("lan", listener("127.0.0.1"));
    const peer = await openPeer();
    for (const nothing of ["", "\0", "\r\n", "\r\n\r\n", "jaK"]) peer.send(nothing, port, "127.0.0.1");
    peer.send(Buffer.alloc(65_507, 0xff), port, "127.0.0.1");
    await until(() => heard.length === 1);
    expect(heard[0]?.text).toBe("\u00ff".repeat(65_507));
    expect(udp.counters).toMatchObject({ received: 1, ignored: 5 });
  });

  test("what cannot be sent is told on its flow, later", async () => {
    const { udp, errors, until } = openUdp();
    const { port } = await udp.listen("lan", listener("127.0.0.1"));
    const flow: Flow = {
      network: "lan",
      transport: "udp",
      localAddress: "127.0.0.1",
      localPort: port,
      remoteAddress: "127.0.0.1",
      remotePort: port,
    };
    udp.send(flow, "x".repeat(65_508));
    udp.send({ ...flow, remotePort: 0 }, REQUEST);
    udp.send({ ...flow, localPort: port + 1 }, REQUEST);
    udp.send({ ...flow, network: "wan" }, REQUEST);
    expect(errors).toEqual([]);
    await until(() => errors.length === 4);
    expect(errors.map(({ detail }) => detail).sort()).toEqual([
      "no listener has this local address",
      "no listener has this local address",
      "port 0",
      `send EMSGSIZE 127.0.0.1:${port}`,
    ]);
    expect(udp.counters.failed).toBe(4);
  });

  test("a STUN binding request is answered with where it came from, and is no message", async () => {
    const { udp, heard } = openUdp();
    const { port } = await udp.listen("lan", listener("127.0.0.1"));
    const peer = await openPeer();
    const answered = once(peer, "message");
    peer.send(Buffer.from("000100002112a442b7e7a701bc34d686fa87dfae", "hex"), port, "127.0.0.1");
    const [answer] = (await answered) as [Buffer];
    expect(answer.readUInt16BE(0)).toBe(0x0101);
    expect(answer.readUInt16BE(26) ^ 0x2112).toBe(peer.address().port);
    expect(answer.readUInt32BE(28) ^ 0x2112a442).toBe(0x7f000001);
    expect(udp.counters).toMatchObject({ received: 0, ignored: 1 });
    expect(heard).toEqual([]);
  });

  test("two networks may listen side by side, each with its own flows", async () => {
    const { udp, heard, until } = openUdp();
    const lan = await udp.listen("lan", listener("127.0.0.1"));
    const wan = await udp.listen("wan", listener("127.0.0.2", lan.port));
    const peer = await openPeer();
    peer.send(REQUEST, wan.port, "127.0.0.2");
    peer.send(REQUEST, lan.port, "127.0.0.1");
    await until(() => heard.length === 2);
    expect(heard.map(({ flow }) => `${flow.network} ${flow.localAddress}`).sort()).toEqual([
      "lan 127.0.0.1",
      "wan 127.0.0.2",
    ]);
  });

  describe("a listener that cannot be opened", () => {
    test("names what is taken, and by which command to find who took it", async () => {
      const { udp } = openUdp();
      const peer = await openPeer();
      const { port } = peer.address();
      const refused = await udp.listen("lan", listener("127.0.0.1", port)).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(DemarcError);
      expect(refused).toMatchObject({
        code: "address-in-use",
        message: `network lan: udp 127.0.0.1:${port} is already taken`,
      });
      expect((refused as DemarcError).remedy).toContain(`sport = :${port}`);
    });

    test("names an address that is not this machine's", async () => {
      const { udp } = openUdp();
      const refused = await udp.listen("lan", listener("192.0.2.1")).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "address-unavailable", message: expect.stringContaining("192.0.2.1") });
    });
  });

  test("after close the port is free again", async () => {
    const { udp } = openUdp();
    const { port } = await udp.listen("lan", listener("127.0.0.1"));
    await udp.close();
    const again = openUdp();
    expect(await again.udp.listen("lan", listener("127.0.0.1", port))).toMatchObject({ port });
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

describe.each(["127.0.0.1", ...(hasIpv6 ? ["::1"] : [])])("ICMP, at %s", (address) => {
  beforeEach(() => {
    create = (events) => new BatchedUdpTransport(events, native as NativeUdp);
  });

  test("a datagram to where nobody listens is told with its beginning; others arrive, before it and behind it", async () => {
    const unreachable: Heard[] = [];
    const told: (() => void)[] = [];
    const errors: string[] = [];
    const udp = create({
      onMessage: () => {},
      onError: (_flow, detail) => void errors.push(detail),
      onUnreachable: (flow, text) => {
        unreachable.push({ flow, text });
        if (unreachable.length === 4) for (const go of told) go();
      },
      log: createLog({ level: "error", form: "json", color: false, write: () => {} }),
    });
    opened.push(udp);
    const { port } = await udp.listen("lan", listener(address));
    const peer = await openPeer(address);
    const gone = createSocket(address.includes(":") ? "udp6" : "udp4");
    gone.bind(0, address);
    await once(gone, "listening");
    const nobody = gone.address().port;
    await new Promise<void>((done) => gone.close(() => done()));
    const heard: string[] = [];
    const all = new Promise<void>((done) => {
      peer.on("message", (text) => {
        heard.push(text.toString());
        if (heard.length === 8) done();
      });
    });
    const local = { network: "lan", transport: "udp", localAddress: address, localPort: port } as const;
    const flowTo = (remotePort: number): Flow => ({ ...local, remoteAddress: address, remotePort });
    for (let round = 0; round < 4; round += 1) {
      udp.send(flowTo(peer.address().port), `${REQUEST}${round}`);
      udp.send(flowTo(nobody), `${REQUEST}${round}`);
      udp.send(flowTo(peer.address().port), `${REQUEST}${round} again`);
      await new Promise<void>((done) => setImmediate(done));
    }
    await Promise.all([all, new Promise<void>((go) => (unreachable.length === 4 ? go() : told.push(go)))]);
    expect(unreachable.map(({ flow }) => flow)).toEqual(Array.from({ length: 4 }, () => flowTo(nobody)));
    expect(unreachable.map(({ text }) => text.slice(0, 13))).toEqual(Array.from({ length: 4 }, () => "OPTIONS sip:a"));
    expect(errors).toEqual([]);
    expect(udp.counters).toMatchObject({ sent: 12, failed: 0 });
  });
});
