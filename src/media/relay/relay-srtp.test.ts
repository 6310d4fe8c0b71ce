// SRTP through the relay, held against a second implementation: secure to one side and plain to the other, secure to both, keys that change
// under way, forgeries, replays, restarts.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MediaSide, StreamKeys } from "../../engine/index.ts";
import { SRTP_SUITES, type SrtpSuite } from "../../protocol/sdp/index.ts";
import { execute, shown } from "../media-plane.contract.ts";
import { newMasterKey, SrtpOracle } from "../srtp-oracle.contract.ts";
import {
  eventually,
  loopback,
  marks,
  type OpenCall,
  openCall,
  openRig,
  Peer,
  RECEIVER_REPORT,
  type Rig,
  rtpPacket,
  statistics,
} from "./relay-rig.contract.ts";
import { underEachWire } from "./wire-bench.contract.ts";

const AES = "AES_CM_128_HMAC_SHA1_80";
const GCM = "AEAD_AES_256_GCM";

/** What a peer has agreed with us, and both directions of it as the peer sees them. */
class Keyed {
  readonly keys: StreamKeys;
  readonly out: SrtpOracle;
  readonly in: SrtpOracle;

  constructor(suite: SrtpSuite, { theirs = newMasterKey(suite), ours = newMasterKey(suite), mark = "" } = {}) {
    this.keys = { suite, receive: theirs, receiveMark: mark, send: ours };
    this.out = new SrtpOracle(suite, theirs);
    this.in = new SrtpOracle(suite, ours);
  }
}

type Sides = Readonly<Record<MediaSide, Keyed | null>>;

/** The offer and answer again, with these keys. */
async function agree(rig: Rig, id: string, sides: Sides, peers: { a: Peer; b: Peer }): Promise<void> {
  const networks = { a: "inside", b: "outside" };
  const description = peers.a.describe();
  shown(await execute(rig.plane, { kind: "offer", session: id, from: "a", description, networks }));
  const keys = { a: [sides.a?.keys ?? null], b: [sides.b?.keys ?? null] };
  shown(await execute(rig.plane, { kind: "answer", session: id, from: "b", description: peers.b.describe(), keys }));
}

const packetsAt = (peer: Peer) => peer.rtp.map(({ packet }) => packet);

underEachWire((bench) => {
  test.each(SRTP_SUITES)("%s on one side, in the clear on the other, both ways and with reports", async (suite) => {
    const a = new Keyed(suite);
    await agree(bench.rig, "call", { a, b: null }, bench);
    const [first, second] = [rtpPacket(1, 1), rtpPacket(2, 2)];
    await bench.a.send(bench.call.a, a.out.protect(first));
    await eventually(() => packetsAt(bench.b)).toEqual([first]);
    await bench.b.send(bench.call.b, second);
    await eventually(() => bench.a.rtp.length).toBe(1);
    expect(a.in.unprotect(packetsAt(bench.a)[0]!)).toEqual(second);
    await bench.a.sendRtcp(bench.call.a, a.out.protectRtcp(RECEIVER_REPORT, 1));
    await eventually(() => bench.b.rtcp.map(({ packet }) => packet)).toEqual([RECEIVER_REPORT]);
    await bench.b.sendRtcp(bench.call.b, RECEIVER_REPORT);
    await eventually(() => bench.a.rtcp.length).toBe(1);
    expect(a.in.unprotectRtcp(bench.a.rtcp[0]!.packet)).toEqual(RECEIVER_REPORT);
    const counted = await statistics(bench.rig.plane, "call");
    expect(counted.a).toMatchObject({ packets: 1, bytes: 172, unauthentic: 0, replayed: 0, path: "user-space" });
  });

  test("each side under suites and keys of its own", async () => {
    const [a, b] = [new Keyed(AES), new Keyed(GCM)];
    await agree(bench.rig, "call", { a, b }, bench);
    for (let sequence = 1; sequence <= 50; sequence += 1) {
      await bench.a.send(bench.call.a, a.out.protect(rtpPacket(sequence, sequence)));
      await bench.b.send(bench.call.b, b.out.protect(rtpPacket(sequence, sequence + 100)));
    }
    await eventually(() => [bench.a.rtp.length, bench.b.rtp.length]).toEqual([50, 50]);
    for (const [index, packet] of packetsAt(bench.b).entries())
      expect(b.in.unprotect(packet)).toEqual(rtpPacket(index + 1, index + 1));
    for (const [index, packet] of packetsAt(bench.a).entries())
      expect(a.in.unprotect(packet)).toEqual(rtpPacket(index + 1, index + 101));
  });

  test("what is forged, replayed, in the clear or for the other direction goes nowhere and is counted", async () => {
    const a = new Keyed(AES);
    await agree(bench.rig, "call", { a, b: null }, bench);
    const good = a.out.protect(rtpPacket(1, 1));
    const forged = Buffer.from(good);
    forged[20] = (forged[20] ?? 0) ^ 1;
    await bench.a.send(bench.call.a, forged);
    await bench.a.send(bench.call.a, rtpPacket(2, 66));
    await bench.a.send(bench.call.a, a.in.protect(rtpPacket(3, 66)));
    await bench.a.send(bench.call.a, good);
    await bench.a.send(bench.call.a, good);
    await bench.a.sendRtcp(bench.call.a, RECEIVER_REPORT);
    await bench.a.sendRtcp(bench.call.a, a.out.protectRtcp(RECEIVER_REPORT, 1));
    await bench.a.sendRtcp(bench.call.a, a.out.protectRtcp(RECEIVER_REPORT, 1));
    await eventually(async () => {
      const { a: counted } = await statistics(bench.rig.plane, "call");
      return [counted.packets, counted.unauthentic, counted.replayed];
    }).toEqual([1, 4, 2]);
    await eventually(() => [marks(bench.b.rtp), bench.b.rtcp.length]).toEqual([[1], 1]);
  });

  test("forgeries from beside the peer teach nobody anything: the peer is heard and hears", async () => {
    const a = new Keyed(GCM);
    await agree(bench.rig, "call", { a, b: null }, bench);
    const stranger = await bench.open(loopback(10));
    for (let sequence = 1; sequence <= 100; sequence += 1)
      await stranger.send(bench.call.a, new Keyed(GCM).out.protect(rtpPacket(sequence, 66)));
    await bench.a.send(bench.call.a, a.out.protect(rtpPacket(200, 1)));
    await bench.b.send(bench.call.b, rtpPacket(1, 2));
    await eventually(() => [marks(bench.b.rtp), bench.a.rtp.length]).toEqual([[1], 1]);
    expect([stranger.rtp.length, (await statistics(bench.rig.plane, "call")).a.unauthentic]).toEqual([0, 100]);
  });

  test("a peer behind NAT is learned by its first packet, since that is its own", async () => {
    const a = new Keyed(AES);
    await agree(bench.rig, "call", { a, b: null }, bench);
    const nat = await bench.open(loopback(10));
    await nat.send(bench.call.a, a.out.protect(rtpPacket(1, 1)));
    await eventually(() => marks(bench.b.rtp)).toEqual([1]);
    await bench.b.send(bench.call.b, rtpPacket(1, 2));
    await eventually(() => nat.rtp.length).toBe(1);
    expect(a.in.unprotect(packetsAt(nat)[0]!)).toEqual(rtpPacket(1, 2));
  });

  test("over the edge of sequence numbers, and past it after another offer with the same keys", async () => {
    const a = new Keyed(AES);
    await agree(bench.rig, "call", { a, b: null }, bench);
    for (const sequence of [65_533, 65_534, 65_535]) {
      await bench.a.send(bench.call.a, a.out.protect(rtpPacket(sequence, 1)));
      await bench.b.send(bench.call.b, rtpPacket(sequence, 1));
    }
    await bench.a.send(bench.call.a, a.out.protect(rtpPacket(0, 2), 1));
    await bench.b.send(bench.call.b, rtpPacket(0, 2));
    await eventually(() => [bench.a.rtp.length, marks(bench.b.rtp)]).toEqual([4, [1, 1, 1, 2]]);
    await agree(bench.rig, "call", { a, b: null }, bench);
    await bench.a.send(bench.call.a, a.out.protect(rtpPacket(1, 3), 1));
    await bench.b.send(bench.call.b, rtpPacket(1, 3));
    await eventually(() => [bench.a.rtp.length, marks(bench.b.rtp).at(-1)]).toEqual([5, 3]);
    expect(a.in.unprotect(packetsAt(bench.a)[4]!, 1)).toEqual(rtpPacket(1, 3));
  });

  test("a peer's new key: what is under way under the old one comes through, until the first of the new; ours goes on", async () => {
    const before = new Keyed(GCM);
    await agree(bench.rig, "call", { a: before, b: null }, bench);
    await bench.a.send(bench.call.a, before.out.protect(rtpPacket(65_535, 1)));
    await bench.b.send(bench.call.b, rtpPacket(65_535, 1));
    await bench.b.send(bench.call.b, rtpPacket(0, 2));
    await eventually(() => [bench.a.rtp.length, marks(bench.b.rtp)]).toEqual([2, [1]]);
    const after = new Keyed(GCM, { ours: before.keys.send });
    await agree(bench.rig, "call", { a: after, b: null }, bench);
    await bench.a.send(bench.call.a, before.out.protect(rtpPacket(0, 2), 1));
    await eventually(() => marks(bench.b.rtp)).toEqual([1, 2]);
    await bench.a.send(bench.call.a, after.out.protect(rtpPacket(1, 3)));
    await bench.a.send(bench.call.a, before.out.protect(rtpPacket(2, 66), 1));
    await bench.a.send(bench.call.a, after.out.protect(rtpPacket(2, 4)));
    await eventually(() => marks(bench.b.rtp)).toEqual([1, 2, 3, 4]);
    await bench.b.send(bench.call.b, rtpPacket(1, 3));
    await eventually(() => bench.a.rtp.length).toBe(3);
    expect(after.in.unprotect(packetsAt(bench.a)[2]!, 1)).toEqual(rtpPacket(1, 3));
  });

  test("a new key of ours begins its turns anew", async () => {
    const before = new Keyed(AES);
    await agree(bench.rig, "call", { a: before, b: null }, bench);
    for (const sequence of [65_535, 0]) await bench.b.send(bench.call.b, rtpPacket(sequence, 1));
    await eventually(() => bench.a.rtp.length).toBe(2);
    const after = new Keyed(AES, { theirs: before.keys.receive });
    await agree(bench.rig, "call", { a: after, b: null }, bench);
    await bench.b.send(bench.call.b, rtpPacket(1, 2));
    await eventually(() => bench.a.rtp.length).toBe(3);
    expect(after.in.unprotect(packetsAt(bench.a)[2]!, 0)).toEqual(rtpPacket(1, 2));
  });

  test("from the clear to SRTP and back, as is agreed", async () => {
    await bench.a.send(bench.call.a, rtpPacket(1, 1));
    await eventually(() => marks(bench.b.rtp)).toEqual([1]);
    const a = new Keyed(AES);
    await agree(bench.rig, "call", { a, b: null }, bench);
    await bench.a.send(bench.call.a, rtpPacket(2, 66));
    await bench.a.send(bench.call.a, a.out.protect(rtpPacket(3, 3)));
    await eventually(() => marks(bench.b.rtp)).toEqual([1, 3]);
    await agree(bench.rig, "call", { a: null, b: null }, bench);
    await bench.a.send(bench.call.a, a.out.protect(rtpPacket(4, 66)));
    await bench.a.send(bench.call.a, rtpPacket(5, 5));
    await eventually(() => packetsAt(bench.b).at(-1)).toEqual(rtpPacket(5, 5));
  });

  test("a peer that marks its packets", async () => {
    const a = new Keyed(AES, { mark: "0007" });
    await agree(bench.rig, "call", { a, b: null }, bench);
    const packet = a.out.protect(rtpPacket(1, 1));
    await bench.a.send(bench.call.a, packet);
    const tag = packet.subarray(-10);
    await bench.a.send(bench.call.a, Buffer.concat([packet.subarray(0, -10), Buffer.from([0, 7]), tag]));
    await eventually(() => packetsAt(bench.b)).toEqual([rtpPacket(1, 1)]);
    expect((await statistics(bench.rig.plane, "call")).a.unauthentic).toBe(1);
  });
});

describe("SRTP past the end of a process", () => {
  let rig: Rig;
  let a: Peer;
  let b: Peer;
  let call: OpenCall;

  beforeEach(async () => {
    rig = await openRig();
    [a, b] = [await Peer.open(loopback(10)), await Peer.open(loopback(11))];
    call = await openCall(rig.plane, "call", { a, b });
  });
  afterEach(async () => {
    for (const peer of [a, b]) peer.close();
    await rig.close();
  });

  test("a relay that is killed comes back with keys, turns and windows", async () => {
    const keyed = new Keyed(GCM);
    await agree(rig, "call", { a: keyed, b: null }, { a, b });
    const seen = keyed.out.protect(rtpPacket(65_534, 1));
    await a.send(call.a, seen);
    await a.send(call.a, keyed.out.protect(rtpPacket(0, 2), 1));
    for (const sequence of [65_535, 0]) await b.send(call.b, rtpPacket(sequence, 1));
    await eventually(() => [a.rtp.length, marks(b.rtp)]).toEqual([2, [1, 2]]);
    process.kill(rig.plane.pid ?? 0, "SIGKILL");
    await eventually(() => rig.plane.up).toBe(false);
    await eventually(() => rig.plane.up).toBe(true);
    await a.send(call.a, seen);
    await a.send(call.a, rtpPacket(1, 66));
    await a.send(call.a, keyed.out.protect(rtpPacket(1, 3), 1));
    await eventually(() => marks(b.rtp)).toEqual([1, 2, 3]);
    // A number that was used before the end is not used again.
    await b.send(call.b, rtpPacket(0, 66));
    await b.send(call.b, rtpPacket(1, 3));
    await eventually(() => a.rtp.length).toBe(3);
    expect(keyed.in.unprotect(a.rtp[2]!.packet, 1)).toEqual(rtpPacket(1, 3));
    const { a: counted } = await statistics(rig.plane, "call");
    expect([counted.packets, counted.replayed, counted.unauthentic]).toEqual([3, 1, 1]);
  });

  test("nothing that is said of a call tells its keys", async () => {
    const keyed = new Keyed(AES);
    await agree(rig, "call", { a: keyed, b: null }, { a, b });
    await a.send(call.a, keyed.out.protect(rtpPacket(1, 1)));
    await eventually(() => marks(b.rtp)).toEqual([1]);
    process.kill(rig.plane.pid ?? 0, "SIGKILL");
    await eventually(() => rig.plane.up).toBe(false);
    await eventually(() => rig.plane.up).toBe(true);
    const released = await execute(rig.plane, { kind: "release", session: "call" });
    const said = JSON.stringify([rig.logged, rig.events, await rig.plane.status(), released]);
    for (const key of [keyed.keys.receive, keyed.keys.send]) expect(said).not.toContain(key.slice(0, 12));
  });

  test("keys that do not fit their suite are refused as a whole", async () => {
    const keys = { suite: GCM, receive: newMasterKey(AES), receiveMark: "", send: newMasterKey(GCM) } as const;
    const answer = { kind: "answer", session: "call", from: "b", description: b.describe() } as const;
    const result = await execute(rig.plane, { ...answer, keys: { a: [null], b: [keys] } });
    expect(result).toMatchObject({ ok: false, cause: "unavailable" });
  });
});
