// Connectivity checks at the relay, held against a second implementation: who is heard and spoken to is who has the credentials, from wherever it comes.
import { expect, test } from "vitest";
import type { IceCredentials, StreamKeys } from "../../engine/index.ts";
import { execute, shown } from "../media-plane.contract.ts";
import { newMasterKey, SrtpOracle } from "../srtp-oracle.contract.ts";
import {
  eventually,
  loopback,
  marks,
  type Peer,
  RECEIVER_REPORT,
  rtpPacket,
  statistics,
} from "./relay-rig.contract.ts";
import { type CheckAnswer, type CheckWords, readAnswer, writeCheck } from "./stun-oracle.contract.ts";
import { underEachWire, type WireBench } from "./wire-bench.contract.ts";

const OURS: IceCredentials = { fragment: "frag", password: "a password that is long" };
const SUITE = "AEAD_AES_128_GCM";

/** The offer and answer again, side a with ICE. */
async function agree(
  bench: WireBench,
  {
    ice = OURS,
    keys = null,
    mux = false,
  }: { ice?: IceCredentials | null; keys?: StreamKeys | null; mux?: boolean } = {},
): Promise<void> {
  const { plane } = bench.rig;
  const networks = { a: "inside", b: "outside" };
  const plain = bench.a.describe();
  const media = plain.media.map((section) => {
    return mux ? { ...section, attributes: [{ name: "rtcp-mux", value: null }] } : section;
  });
  const description = { ...plain, media };
  shown(await execute(plane, { kind: "offer", session: "call", from: "a", description, networks }));
  const answer = { kind: "answer", session: "call", from: "b", description: bench.b.describe() } as const;
  shown(await execute(plane, { ...answer, keys: { a: [keys], b: [null] }, ice: { a: [ice], b: [null] } }));
}

async function check(
  peer: Peer,
  to: { address: string; port: number },
  words: Partial<CheckWords> & { readonly rtcp?: boolean } = {},
): Promise<CheckAnswer | null> {
  const { rtcp = false, ...more } = words;
  const password = more.password ?? OURS.password;
  const request = writeCheck({ username: "frag:them", password, ...more });
  const box = rtcp ? peer.rtcp : peer.rtp;
  await (rtcp ? peer.sendRtcp(to, request) : peer.send(to, request));
  const answers = () => box.flatMap(({ packet }) => readAnswer(packet, request, password) ?? []);
  await eventually(() => answers().length).toBe(1);
  return answers()[0] ?? null;
}

const audioAt = (peer: Peer) => peer.rtp.filter(({ packet }) => packet.length === 172);

underEachWire((bench) => {
  test("nothing comes or goes before the peer has chosen a pair; then both do, wherever it is", async () => {
    await agree(bench);
    await bench.a.send(bench.call.a, rtpPacket(1, 66));
    await bench.b.send(bench.call.b, rtpPacket(1, 66));
    const elsewhere = await bench.open(loopback(12));
    expect(await check(elsewhere, bench.call.a)).toMatchObject({
      success: true,
      mapped: { address: elsewhere.address, port: elsewhere.rtpPort },
    });
    await bench.b.send(bench.call.b, rtpPacket(2, 66));
    expect(await check(elsewhere, bench.call.a, { nominates: true })).toMatchObject({ success: true });
    await elsewhere.send(bench.call.a, rtpPacket(3, 3));
    await bench.b.send(bench.call.b, rtpPacket(3, 4));
    await eventually(() => [marks(bench.b.rtp), marks(audioAt(elsewhere))]).toEqual([[3], [4]]);
    expect(bench.a.rtp).toEqual([]);
  });

  test("each component by itself: reports go where their own checks say", async () => {
    await agree(bench);
    const elsewhere = await bench.open(loopback(12));
    await check(elsewhere, bench.call.a, { nominates: true });
    await check(elsewhere, bench.call.a, { nominates: true, rtcp: true });
    await elsewhere.sendRtcp(bench.call.a, RECEIVER_REPORT);
    await bench.b.sendRtcp(bench.call.b, RECEIVER_REPORT);
    const reports = (peer: Peer) => peer.rtcp.filter(({ packet }) => packet.equals(RECEIVER_REPORT)).length;
    await eventually(() => [reports(bench.b), reports(elsewhere)]).toEqual([1, 1]);
  });

  test("with RTCP on the port of RTP one pair is enough", async () => {
    await agree(bench, { mux: true });
    await check(bench.a, bench.call.a, { nominates: true });
    await bench.b.sendRtcp(bench.call.b, RECEIVER_REPORT);
    await eventually(() => bench.a.rtp.filter(({ packet }) => packet.equals(RECEIVER_REPORT)).length).toBe(1);
  });

  test("checks by who has not the credentials are not answered and teach nothing", async () => {
    await agree(bench);
    await check(bench.a, bench.call.a, { nominates: true });
    const stranger = await bench.open(loopback(13));
    for (const words of [
      { username: "frag:them", password: "guessed" },
      { username: "other:them", password: OURS.password },
      { username: "frag", password: OURS.password },
    ])
      await stranger.send(bench.call.a, writeCheck({ ...words, nominates: true, priority: 0xffffffff }));
    await bench.b.send(bench.call.b, rtpPacket(1, 1));
    await eventually(() => marks(audioAt(bench.a))).toEqual([1]);
    expect(stranger.rtp).toEqual([]);
    expect((await statistics(bench.rig.plane, "call")).a.rejected).toBe(3);
  });

  test("of several chosen pairs the best counts, whatever their order; a peer in the wrong role is told", async () => {
    await agree(bench);
    const [good, poor] = [await bench.open(loopback(14)), await bench.open(loopback(15))];
    await check(good, bench.call.a, { nominates: true, priority: 200 });
    await check(poor, bench.call.a, { nominates: true, priority: 100 });
    expect(await check(poor, bench.call.a, { controlled: true, nominates: true, priority: 900 })).toMatchObject({
      success: false,
      error: 487,
    });
    await bench.b.send(bench.call.b, rtpPacket(1, 1));
    await eventually(() => marks(audioAt(good))).toEqual([1]);
    expect(audioAt(poor)).toEqual([]);
  });

  test("the same credentials again change nothing; others begin anew", async () => {
    await agree(bench);
    await check(bench.a, bench.call.a, { nominates: true });
    await agree(bench);
    await bench.b.send(bench.call.b, rtpPacket(1, 1));
    await eventually(() => marks(audioAt(bench.a))).toEqual([1]);
    const restarted = { fragment: "anew", password: "another password, as long" };
    await agree(bench, { ice: restarted });
    await bench.b.send(bench.call.b, rtpPacket(2, 66));
    await bench.a.send(bench.call.a, writeCheck({ username: "frag:them", password: OURS.password, nominates: true }));
    const moved = await bench.open(loopback(16));
    await check(moved, bench.call.a, { username: "anew:them", password: restarted.password, nominates: true });
    await bench.b.send(bench.call.b, rtpPacket(3, 3));
    await eventually(() => marks(audioAt(moved))).toEqual([3]);
    expect(marks(audioAt(bench.a))).toEqual([1]);
    await agree(bench, { ice: null });
    await bench.b.send(bench.call.b, rtpPacket(4, 4));
    await eventually(() => marks(audioAt(bench.a))).toEqual([1, 4]);
  });

  test("with SRTP too, and past the end of the relay", async () => {
    const [theirs, ours] = [newMasterKey(SUITE), newMasterKey(SUITE)];
    await agree(bench, { keys: { suite: SUITE, receive: theirs, receiveMark: "", send: ours } });
    const elsewhere = await bench.open(loopback(12));
    await check(elsewhere, bench.call.a, { nominates: true });
    const [out, back] = [new SrtpOracle(SUITE, theirs), new SrtpOracle(SUITE, ours)];
    await elsewhere.send(bench.call.a, out.protect(rtpPacket(1, 1)));
    await eventually(() => marks(bench.b.rtp)).toEqual([1]);
    process.kill(bench.rig.plane.pid ?? 0, "SIGKILL");
    await eventually(() => bench.rig.plane.up).toBe(false);
    await eventually(() => bench.rig.plane.up).toBe(true);
    await elsewhere.send(bench.call.a, out.protect(rtpPacket(2, 2)));
    await bench.b.send(bench.call.b, rtpPacket(1, 3));
    await eventually(() => marks(bench.b.rtp)).toEqual([1, 2]);
    const opened = () => elsewhere.rtp.flatMap(({ packet }) => (packet.length === 188 ? [back.unprotect(packet)] : []));
    await eventually(opened).toEqual([rtpPacket(1, 3)]);
    // Checks keep coming, as consent (RFC 7675).
    expect(await check(elsewhere, bench.call.a)).toMatchObject({ success: true });
  });
});
