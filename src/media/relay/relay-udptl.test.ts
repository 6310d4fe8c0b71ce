// Fax through the relay (ITU-T T.38): a stream that becomes one, what passes of it, and the way back to audio.
import { expect, test } from "vitest";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { audio, session } from "../media-plane.contract.ts";
import { eventually, loopback, type Peer, renew, rtpPacket, statistics } from "./relay-rig.contract.ts";
import { underEachWire } from "./wire-bench.contract.ts";

const fax = (peer: Peer): SessionDescription =>
  session(peer.address, audio(peer.rtpPort, { type: "image", protocol: "udptl", formats: ["t38"], attributes: [] }));

/** Number, the length of the first part, the part, and no parts for repair (ITU-T T.38 section 9.1.1). */
function udptl(sequence: number, part = Buffer.from([0x06])): Buffer {
  const length = part.length < 128 ? [part.length] : [0x80 | (part.length >> 8), part.length & 0xff];
  return Buffer.concat([Buffer.from([sequence >> 8, sequence & 0xff, ...length]), part, Buffer.from([0, 0])]);
}

const packetsAt = (peer: Peer) => peer.rtp.map(({ packet }) => packet);

underEachWire((bench) => {
  const switchToFax = () => renew(bench.rig.plane, "call", { offer: fax(bench.a), answer: fax(bench.b) });

  test("passes both ways on the ports that the audio had, long packets and repeated ones too", async () => {
    await bench.a.speak(bench.call.a);
    await eventually(() => bench.b.rtp.length).toBe(1);
    await switchToFax();
    const sent = [udptl(0), udptl(1, Buffer.alloc(200, 7)), udptl(1, Buffer.alloc(200, 7)), udptl(2)];
    for (const packet of sent) await bench.a.send(bench.call.a, packet);
    await eventually(() => packetsAt(bench.b).slice(1)).toEqual(sent);
    await bench.b.send(bench.call.b, udptl(0));
    await eventually(() => packetsAt(bench.a)).toEqual([udptl(0)]);
    const { a, b } = await statistics(bench.rig.plane, "call");
    expect([a.packets, a.ssrcChanges, a.jitterMs, a.rejected, b.packets]).toEqual([5, 0, 0, 0, 1]);
  });

  test("lets through neither the last of the audio, nor what is no fax, nor strangers", async () => {
    await bench.a.speak(bench.call.a);
    await eventually(() => bench.b.rtp.length).toBe(1);
    await switchToFax();
    await bench.a.speak(bench.call.a);
    const cut = udptl(3, Buffer.alloc(60)).subarray(0, 40);
    for (const wrong of [
      cut,
      Buffer.from([0, 1, 0, 0]),
      Buffer.from([0, 1, 0xc1, 0, 0]),
      Buffer.from([0]),
      Buffer.alloc(0),
    ])
      await bench.a.send(bench.call.a, wrong);
    await bench.a.sendRtcp(bench.call.a, udptl(4));
    const stranger = await bench.open(loopback(12));
    await stranger.send(bench.call.a, udptl(5));
    await bench.a.send(bench.call.a, udptl(6));
    await eventually(() => packetsAt(bench.b).slice(1)).toEqual([udptl(6)]);
    expect(await statistics(bench.rig.plane, "call")).toMatchObject({ a: { packets: 2 } });
  });

  test("is audio again when that is agreed", async () => {
    await switchToFax();
    await bench.a.send(bench.call.a, udptl(0));
    await eventually(() => bench.b.rtp.length).toBe(1);
    await renew(bench.rig.plane, "call", { offer: bench.a.describe(), answer: bench.b.describe() });
    await bench.a.send(bench.call.a, udptl(1));
    await bench.a.send(bench.call.a, rtpPacket(9));
    await eventually(() => packetsAt(bench.b).slice(1)).toEqual([rtpPacket(9)]);
  });
});
