// Who may speak through the relay: whoever is not the peer hears nothing and is not heard.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { execute, shown } from "../media-plane.contract.ts";
import {
  eventually,
  loopback,
  marks,
  NETWORKS,
  openCall,
  type Peer,
  RECEIVER_REPORT,
  renew,
  rtpPacket,
  statistics,
} from "./relay-rig.contract.ts";
import { underEachWire, withSource } from "./wire-bench.contract.ts";

const PLACES = { a: "inside", b: "outside" };

/** What a stranger sprays: audio, reports, the beginnings of what else shares the port (RFC 7983), nothing, and too much. */
const SHOTS = [
  Buffer.concat([Buffer.from("16fefd0000000000000000005a0100004e000000000000004efefd", "hex"), Buffer.alloc(76, 1)]),
  Buffer.from("15fefd00000000000000090002022800", "hex"),
  Buffer.alloc(40, 16),
  Buffer.alloc(40, 64),
  rtpPacket(1, 66),
  withSource(9, 0xbad, 66),
  RECEIVER_REPORT,
  Buffer.from("000100002112a442000000000000000000000000", "hex"),
  Buffer.alloc(0),
  Buffer.alloc(3000, 0x80),
];

underEachWire((bench) => {
  test("a second source gets no word in between, and has the stream when the first is silent", async () => {
    const { a, b, call } = bench;
    for (let packet = 1; packet <= 3; packet += 1) await a.send(call.a, withSource(packet, 1, 1));
    await a.send(call.a, withSource(70, 2, 66));
    await a.send(call.a, withSource(71, 2, 66));
    await a.send(call.a, withSource(4, 1, 1));
    await eventually(() => marks(b.rtp)).toEqual([1, 1, 1, 1]);
    expect((await statistics(bench.rig.plane, "call")).a).toMatchObject({ packets: 4, rejected: 2, ssrcChanges: 0 });
    // Silence is what time brings; packets of the new source knock until it is there.
    let sequence = 200;
    await eventually(async () => {
      sequence += 1;
      await a.send(call.a, withSource(sequence, 3, 7));
      return marks(b.rtp).at(-1);
    }).toBe(7);
    expect((await statistics(bench.rig.plane, "call")).a).toMatchObject({ ssrcChanges: 1 });
    await a.send(call.a, withSource(5, 1, 1));
    await a.send(call.a, withSource(sequence + 1, 3, 8));
    await eventually(() => marks(b.rtp).at(-1)).toBe(8);
    expect(marks(b.rtp).filter((mark) => mark === 1)).toHaveLength(4);
  });

  test("an offer lets a new source begin at once", async () => {
    const { a, b, call } = bench;
    await a.send(call.a, withSource(1, 1, 1));
    await eventually(() => marks(b.rtp)).toEqual([1]);
    await renew(bench.rig.plane, "call", { offer: a.describe(), answer: b.describe() });
    await a.send(call.a, withSource(1, 2, 2));
    await eventually(() => marks(b.rtp)).toEqual([1, 2]);
  });

  test("where a network lets many sources speak, they do", async () => {
    const { a, b } = bench;
    const { inside, outside } = NETWORKS;
    if (inside === undefined || outside === undefined) throw new Error("the rig lacks its networks");
    bench.rig.plane.configure({ inside: { ...inside, sources: "many" }, outside });
    const many = await openCall(bench.rig.plane, "many", { a, b });
    for (let packet = 1; packet <= 4; packet += 1) await a.send(many.a, withSource(packet, 1 + (packet % 2), packet));
    await eventually(() => marks(b.rtp)).toEqual([1, 2, 3, 4]);
  });

  test("the port of a stream is nobody else's, also when its peer is settled", async () => {
    const { a, b, call } = bench;
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([[2], [1]]);
    const thief = createSocket({ type: "udp4", reuseAddr: true });
    const refused = once(thief, "error").then(() => true);
    thief.bind(call.a.port, call.a.address);
    expect(await Promise.race([refused, once(thief, "listening").then(() => false)])).toBe(true);
    thief.close();
  });

  test("a stranger who sprays every port hears nothing and injects nothing, before a call and during it", async () => {
    const { a, b } = bench;
    const stranger = await bench.open(loopback(20));
    const beside = await bench.open(a.address);
    const spray = async (from: Peer) => {
      for (let port = 42_000; port < 42_100; port += 1) {
        for (const address of [loopback(1), loopback(2)])
          for (const shot of SHOTS) await from.send({ address, port }, shot);
      }
    };
    const heardBy = (...peers: Peer[]) => peers.map(({ rtp, rtcp }) => rtp.length + rtcp.length);
    await execute(bench.rig.plane, { kind: "release", session: "call" });
    await spray(stranger);
    // Ports that are offered, and nobody has answered yet.
    const offered = shown(
      await execute(bench.rig.plane, {
        kind: "offer",
        session: "next",
        from: "a",
        description: a.describe(),
        networks: PLACES,
      }),
    );
    await spray(stranger);
    const answered = shown(
      await execute(bench.rig.plane, { kind: "answer", session: "next", from: "b", description: b.describe() }),
    );
    await spray(stranger);
    await a.speak(addressOf(answered), 1);
    await b.speak(addressOf(offered), 2);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([[2], [1]]);
    // Now from the very host of a peer, whose port is known by now.
    await spray(stranger);
    await spray(beside);
    await a.speak(addressOf(answered), 3);
    await b.speak(addressOf(offered), 4);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([
      [2, 4],
      [1, 3],
    ]);
    expect(heardBy(stranger, beside)).toEqual([0, 0]);
    expect([a.rtcp.length, b.rtcp.length]).toEqual([0, 0]);
    const counted = await statistics(bench.rig.plane, "next");
    expect(counted.a).toMatchObject({ packets: 2, lost: 0, ssrcChanges: 0 });
    expect(counted.a.rejected).toBeGreaterThan(0);
  });
});

function addressOf(description: SessionDescription, stream = 0): { address: string; port: number } {
  const address = description.media[stream]?.connection?.address ?? description.connection?.address ?? "";
  return { address, port: description.media[stream]?.port ?? 0 };
}
