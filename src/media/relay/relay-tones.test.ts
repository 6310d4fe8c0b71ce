// Tones through the relay (RFC 4733): made for a side that takes them in its stream, heard from it, and neither crossing.
import { expect, test } from "vitest";
import type { MediaResult } from "../../engine/index.ts";
import { execute, shown } from "../media-plane.contract.ts";
import { eventually, type Peer, rtpPacket } from "./relay-rig.contract.ts";
import { underEachWire } from "./wire-bench.contract.ts";

const TONES = { a: [null], b: [{ send: 101, receive: 97, rateHz: 8000 }] };

interface Packet {
  readonly type: number;
  readonly marked: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  readonly payload: Buffer;
}

function packetsAt(peer: Peer): Packet[] {
  return peer.rtp.map(({ packet }) => ({
    type: packet.readUInt8(1) & 0x7f,
    marked: packet.readUInt8(1) > 0x7f,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    source: packet.readUInt32BE(8),
    payload: packet.subarray(12),
  }));
}

function tonePacket(sequence: number, timestamp: number, tone: { event: number; end: boolean; ticks: number }): Buffer {
  const packet = rtpPacket(sequence).subarray(0, 16);
  packet.writeUInt8(97, 1);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt8(tone.event, 12);
  packet.writeUInt8((tone.end ? 0x80 : 0) | 10, 13);
  packet.writeUInt16BE(tone.ticks, 14);
  return packet;
}

underEachWire((bench) => {
  const withTones = async () => {
    const networks = { a: "inside", b: "outside" };
    const { plane } = bench.rig;
    const session = "call";
    shown(await execute(plane, { kind: "offer", session, from: "a", description: bench.a.describe(), networks }));
    const description = bench.b.describe();
    shown(await execute(plane, { kind: "answer", session, from: "b", description, tones: TONES }));
  };
  const play = (event: number, durationMs = 100): Promise<MediaResult> =>
    execute(bench.rig.plane, { kind: "tone", session: "call", to: "b", event, durationMs, volume: 7 });

  test("a tone is put into what goes to the side that takes it: one source, and no number left out", async () => {
    await withTones();
    await bench.a.speak(bench.call.a, 1);
    await eventually(() => bench.b.rtp.length).toBe(1);
    expect((await play(9)).ok).toBe(true);
    await eventually(() => bench.b.rtp.length).toBe(8);
    await bench.a.speak(bench.call.a, 2);
    await eventually(() => bench.b.rtp.length).toBe(9);
    const packets = packetsAt(bench.b);
    expect(packets.map(({ type }) => type)).toEqual([0, ...Array.from({ length: 7 }, () => 101), 0]);
    expect(packets.map(({ marked }) => marked)).toEqual([false, true, ...Array.from({ length: 7 }, () => false)]);
    expect(new Set(packets.map(({ source }) => source)).size).toBe(1);
    const first = packets[0]?.sequence ?? 0;
    expect(packets.map(({ sequence }) => (sequence - first) & 0xffff)).toEqual([...packets.keys()]);
    const tone = packets.slice(1, 8);
    expect(new Set(tone.map(({ timestamp }) => timestamp)).size).toBe(1);
    expect(tone.map(({ payload }) => [payload[0], (payload[1] ?? 0) >> 7, payload.readUInt16BE(2)])).toEqual([
      [9, 0, 160],
      [9, 0, 320],
      [9, 0, 480],
      [9, 0, 640],
      [9, 1, 800],
      [9, 1, 800],
      [9, 1, 800],
    ]);
  });

  test("a tone of the side that sends it is told when it is over, once, and does not cross", async () => {
    await withTones();
    await bench.b.send(bench.call.b, rtpPacket(1, 1));
    for (const [sequence, end, ticks] of [
      [2, false, 160],
      [3, false, 320],
      [4, true, 480],
      [5, true, 480],
      [6, true, 480],
    ] as const)
      await bench.b.send(bench.call.b, tonePacket(sequence, 320, { event: 11, end, ticks }));
    await bench.b.send(bench.call.b, rtpPacket(7, 2));
    await eventually(() => packetsAt(bench.a).map(({ type }) => type)).toEqual([0, 0]);
    const event = { kind: "tone", side: "b", stream: 0, event: 11, durationMs: 60 };
    await eventually(() => bench.rig.events.filter(({ event: { kind } }) => kind === "tone")).toEqual([
      { session: "call", event },
    ]);
  });

  test("a tone for who hears nothing from the other side goes out all the same, and so do those behind it", async () => {
    await withTones();
    expect((await play(1, 20)).ok && (await play(2, 20)).ok).toBe(true);
    await eventually(() => packetsAt(bench.b).map(({ payload }) => payload[0])).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test("a side that has no tones of ours takes none, and its events cross as they come", async () => {
    expect(await play(1)).toMatchObject({ ok: false, cause: "unsupported" });
    await bench.b.send(bench.call.b, tonePacket(1, 160, { event: 5, end: true, ticks: 160 }));
    await eventually(() => packetsAt(bench.a).map(({ type }) => type)).toEqual([97]);
    expect(bench.rig.events.filter(({ event: { kind } }) => kind === "tone")).toEqual([]);
  });

  test("a relay that is killed and comes again hears and makes them as before", async () => {
    await withTones();
    const { pid } = bench.rig.plane;
    process.kill(pid ?? 0, "SIGKILL");
    await eventually(() => bench.rig.plane.up && bench.rig.plane.pid !== pid).toBe(true);
    expect((await play(3, 20)).ok).toBe(true);
    await eventually(() => packetsAt(bench.b).map(({ payload }) => payload[0])).toEqual([3, 3, 3]);
  });
});
