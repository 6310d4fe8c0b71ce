// Forwarding: what goes in comes out, where it should, counted as what it is.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaResult } from "../../engine/index.ts";
import type { MediaDescription, SessionDescription } from "../../protocol/sdp/index.ts";
import { audio, execute, session, shown } from "../media-plane.contract.ts";
import {
  eventually,
  loopback,
  marks,
  NETWORKS,
  openCall,
  openRig,
  Peer,
  RECEIVER_REPORT,
  renew,
  rtpPacket,
  statistics,
} from "./relay-rig.contract.ts";
import { underEachWire } from "./wire-bench.contract.ts";

const MUX = { name: "rtcp-mux", value: null };
const PLACES = { a: "inside", b: "outside" };

function muxed(peer: Peer, more: Partial<MediaDescription> = {}): SessionDescription {
  return session(peer.address, audio(peer.rtpPort, { attributes: [MUX], ...more }));
}

function saysMux(result: MediaResult): boolean {
  return shown(result).media[0]?.attributes.some(({ name }) => name === "rtcp-mux") ?? false;
}

underEachWire((bench) => {
  test("the status says how packets come, and on how many threads", async () => {
    const status = await bench.rig.plane.status();
    // A kernel without io_uring, or that forbids it, leaves epoll.
    expect(bench.withoutIoUring ? ["epoll"] : ["io_uring", "epoll"]).toContain(status?.wire);
    expect(status?.threads).toBe(2);
  });

  test("a thousand packets each way arrive whole and in order, a burst at a time", async () => {
    const { a, b, call } = bench;
    for (let round = 0; round < 50; round += 1) {
      for (let packet = 0; packet < 20; packet += 1) {
        await a.speak(call.a, packet);
        await b.speak(call.b, packet);
      }
      await eventually(() => [a.rtp.length, b.rtp.length]).toEqual([20 * (round + 1), 20 * (round + 1)]);
    }
    const sequences = b.rtp.map(({ packet }) => packet.readUInt16BE(2));
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect(a.rtp.every(({ packet, from }) => packet.length === 172 && from.port === call.a.port)).toBe(true);
    const { a: counted } = await statistics(bench.rig.plane, "call");
    expect(counted).toMatchObject({ packets: 1000, bytes: 172_000, lost: 0, duplicates: 0, reordered: 0, rejected: 0 });
  });

  test("duplicates and packets that were overtaken are passed on, and counted as what they are", async () => {
    const { a, b, call } = bench;
    for (const sequence of [1, 2, 4, 3, 4, 5, 8]) await a.send(call.a, rtpPacket(sequence, sequence));
    await eventually(() => marks(b.rtp)).toEqual([1, 2, 4, 3, 4, 5, 8]);
    expect((await statistics(bench.rig.plane, "call")).a).toMatchObject({
      packets: 7,
      lost: 2,
      duplicates: 1,
      reordered: 1,
      ssrcChanges: 0,
      path: "user-space",
    });
  });

  test("what is marked on the way out is seen on the way in (RFC 2474)", async () => {
    const { a, b } = bench;
    const { inside, outside } = NETWORKS;
    if (inside === undefined || outside === undefined) throw new Error("the rig lacks its networks");
    const marked = await openRig({
      withoutIoUring: bench.withoutIoUring,
      networks: {
        inside: { ...inside, address: loopback(5), dscp: 46 },
        outside: { ...outside, address: loopback(6), dscp: 46 },
      },
    });
    // Two relays in a row: what the first sends to b is what the second hears from its side a.
    const middle = await execute(bench.rig.plane, {
      kind: "offer",
      session: "second",
      from: "b",
      description: b.describe(),
      networks: PLACES,
    });
    const entrance = shown(middle);
    const first = await openCall(marked.plane, "first", {
      a,
      b: { describe: () => entrance } as unknown as Peer,
    });
    const exit = shown(
      await execute(marked.plane, {
        kind: "offer",
        session: "first",
        from: "a",
        description: a.describe(),
        networks: PLACES,
      }),
    );
    shown(await execute(marked.plane, { kind: "answer", session: "first", from: "b", description: entrance }));
    shown(await execute(bench.rig.plane, { kind: "answer", session: "second", from: "a", description: exit }));
    for (let packet = 1; packet <= 3; packet += 1) await a.speak(first.a, packet);
    await eventually(() => marks(b.rtp)).toEqual([1, 2, 3]);
    expect((await statistics(bench.rig.plane, "second")).a.dscp).toBe(46);
    expect((await statistics(marked.plane, "first")).a.dscp).toBe(0);
    await marked.close();
  });

  test("RTCP shares the port of RTP on the side that offers it, and on the other side it does not (RFC 5761)", async () => {
    const { a, b } = bench;
    const offered = await execute(bench.rig.plane, {
      kind: "offer",
      session: "mux",
      from: "a",
      description: muxed(a),
      networks: PLACES,
    });
    expect(saysMux(offered)).toBe(false);
    const answered = await execute(bench.rig.plane, {
      kind: "answer",
      session: "mux",
      from: "b",
      description: muxed(b),
    });
    expect(saysMux(answered)).toBe(true);
    const to = { a: addressOf(shown(answered)), b: addressOf(shown(offered)) };
    await a.send(to.a, RECEIVER_REPORT);
    await eventually(() => b.rtcp.length).toBe(1);
    await b.sendRtcp(to.b, RECEIVER_REPORT);
    await eventually(() => a.rtp.length).toBe(1);
    expect(a.rtp[0]?.packet).toEqual(RECEIVER_REPORT);
    expect(a.rtp[0]?.from).toMatchObject(to.a);
    await b.send(to.b, RECEIVER_REPORT);
    await a.speak(to.a, 4);
    await eventually(() => marks(b.rtp)).toEqual([4]);
    expect([a.rtcp.length, b.rtcp.length]).toEqual([0, 1]);
  });

  test("RTCP shares the port on the side that is offered it and wants it, and on the other it does not", async () => {
    const { a, b } = bench;
    const { inside, outside } = NETWORKS;
    if (inside === undefined || outside === undefined) throw new Error("the rig lacks its networks");
    bench.rig.plane.configure({ inside, outside: { ...outside, rtcpMux: "offer" } });
    const offer = () =>
      execute(bench.rig.plane, {
        kind: "offer",
        session: "mux",
        from: "a",
        description: a.describe(),
        networks: PLACES,
      });
    const answer = (description: SessionDescription) =>
      execute(bench.rig.plane, { kind: "answer", session: "mux", from: "b", description });
    const offered = await offer();
    expect(saysMux(offered)).toBe(true);
    const answered = await answer(muxed(b));
    expect(saysMux(answered)).toBe(false);
    const to = { a: addressOf(shown(answered)), b: addressOf(shown(offered)) };
    await a.sendRtcp(to.a, RECEIVER_REPORT);
    await eventually(() => b.rtp.length).toBe(1);
    await b.send(to.b, RECEIVER_REPORT);
    await eventually(() => a.rtcp.length).toBe(1);
    // The next offer's answer does without.
    await offer();
    await answer(b.describe());
    await a.sendRtcp(to.a, RECEIVER_REPORT);
    await eventually(() => b.rtcp.length).toBe(1);
  });

  test("several streams of one call are apart", async () => {
    const { a, b } = bench;
    const [a2, b2] = [await bench.open(loopback(12)), await bench.open(loopback(13))];
    const at = (peer: Peer) => audio(peer.rtpPort, { connection: { addressType: "IP4", address: peer.address } });
    const description = session(a.address, at(a), at(a2), audio(0));
    const offered = shown(
      await execute(bench.rig.plane, { kind: "offer", session: "two", from: "a", description, networks: PLACES }),
    );
    const answer = session(b.address, at(b), at(b2), audio(0));
    const answered = shown(
      await execute(bench.rig.plane, { kind: "answer", session: "two", from: "b", description: answer }),
    );
    await a.speak(addressOf(answered, 0), 1);
    await a2.speak(addressOf(answered, 1), 2);
    await b2.speak(addressOf(offered, 1), 3);
    await eventually(() => [marks(b.rtp), marks(b2.rtp), marks(a2.rtp)]).toEqual([[1], [2], [3]]);
    const result = await execute(bench.rig.plane, { kind: "release", session: "two" });
    expect(result.ok && result.streams.map(({ stream, a: { packets } }) => [stream, packets])).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  test("a peer whose port is closed for a while costs what is sent then, and nothing after", async () => {
    const { a, call } = bench;
    const gone = await Peer.open(loopback(14));
    await renew(bench.rig.plane, "call", { offer: a.describe(), answer: gone.describe() });
    await gone.speak(call.b, 1);
    await eventually(() => marks(a.rtp)).toEqual([1]);
    gone.close();
    for (let packet = 0; packet < 20; packet += 1) await a.speak(call.a, 2);
    await eventually(async () => (await statistics(bench.rig.plane, "call")).a.packets).toBe(20);
    const back = createSocket("udp4");
    const heard: Buffer[] = [];
    back.on("message", (packet) => heard.push(packet));
    back.bind(gone.rtpPort, gone.address);
    await once(back, "listening");
    for (let packet = 0; packet < 20; packet += 1) await a.speak(call.a, 3);
    await eventually(() => heard.length).toBe(20);
    back.close();
  });

  test("ports come back to the last pair, whatever was done with them", async () => {
    const pairs = 6;
    const range = { portFrom: 42_000, portTo: 42_000 + 2 * pairs - 1, advertise: null };
    await bench.restart({ inside: { ...range, address: loopback(1) }, outside: { ...range, address: loopback(2) } });
    const step = fc.record({
      id: fc.integer({ min: 0, max: pairs }),
      kind: fc.constantFrom("offer", "offer", "answer", "release", "move"),
      streams: fc.integer({ min: 1, max: 3 }),
    });
    const carryOut = ({ id, kind, streams }: { id: number; kind: string; streams: number }) => {
      const name = `s${id}`;
      const description = session(
        "127.0.0.9",
        ...Array.from({ length: streams }, (_, index) => audio(4000 + 2 * index)),
      );
      if (kind === "release") return execute(bench.rig.plane, { kind, session: name });
      if (kind === "answer") return execute(bench.rig.plane, { kind, session: name, from: "b", description });
      const networks = kind === "move" ? { a: "outside", b: "inside" } : PLACES;
      return execute(bench.rig.plane, { kind: "offer", session: name, from: "a", description, networks });
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await Promise.all(steps.map(carryOut));
        for (let id = 0; id <= pairs; id += 1) await carryOut({ id, kind: "release", streams: 1 });
        expect(await bench.rig.plane.status()).toMatchObject({ streams: 0, sockets: 0 });
        for (let id = 0; id < pairs; id += 1) {
          expect((await carryOut({ id, kind: "offer", streams: 1 })).ok).toBe(true);
        }
        expect((await carryOut({ id: pairs, kind: "offer", streams: 1 })).ok).toBe(false);
        for (let id = 0; id < pairs; id += 1) await carryOut({ id, kind: "release", streams: 1 });
      }),
      { numRuns: 25 },
    );
  });

  test("one-way audio is told once for each silence, and names who is silent", async () => {
    const { a, b } = bench;
    await bench.restart(NETWORKS, { oneWayAfterMs: 100 });
    const silent = await openCall(bench.rig.plane, "silent", { a, b });
    const told = () => bench.rig.events.filter(({ event }) => event.kind === "one-way");
    await eventually(async () => {
      await a.speak(silent.a);
      return told().length;
    }).toBe(1);
    expect(told()[0]).toEqual({
      session: "silent",
      event: { kind: "one-way", silent: "b", stream: 0, afterMs: 100 },
    });
    expect(bench.rig.logged.some(({ message }) => message === "one-way audio")).toBe(true);
    await b.speak(silent.b);
    await eventually(async () => {
      await a.speak(silent.a);
      return told().length;
    }).toBe(2);
    // Both silent is a silence of another kind.
    expect(told().every(({ event }) => event.kind === "one-way" && event.silent === "b")).toBe(true);
  });
});

function addressOf(description: SessionDescription, stream = 0): { address: string; port: number } {
  const address = description.media[stream]?.connection?.address ?? description.connection?.address ?? "";
  return { address, port: description.media[stream]?.port ?? 0 };
}
