import { chmodSync, mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pace } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { audio, execute, holdToContract, session, shown } from "../media-plane.contract.ts";
import {
  eventually,
  loopback,
  marks,
  NETWORKS,
  type OpenCall,
  openCall,
  openRig,
  Peer,
  RECEIVER_REPORT,
  type Rig,
  renew,
  rtpPacket,
  statistics,
} from "./relay-rig.contract.ts";

holdToContract("the embedded relay", {
  addresses: [loopback(1), loopback(2), loopback(3)],
  open: (networks) => {
    const entries = Object.entries(networks).map(([name, network]) => [name, { ...network, advertise: null }]);
    return openRig({ networks: Object.fromEntries(entries) });
  },
});

describe("a call through the relay", () => {
  let rig: Rig;
  let a: Peer;
  let b: Peer;
  let call: OpenCall;
  const strays: Peer[] = [];

  beforeEach(async () => {
    rig = await openRig();
    a = await Peer.open(loopback(10));
    b = await Peer.open(loopback(11));
    call = await openCall(rig.plane, "call", { a, b });
  });
  afterEach(async () => {
    for (const peer of [a, b, ...strays.splice(0)]) peer.close();
    await rig.close();
  });

  async function openStray(address: string): Promise<Peer> {
    const stray = await Peer.open(address);
    strays.push(stray);
    return stray;
  }

  test("audio goes both ways, from the address that the receiver was told", async () => {
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    await eventually(() => marks(a.rtp)).toEqual([2]);
    expect(b.rtp[0]?.packet).toEqual(rtpPacket(1, 1));
    expect(b.rtp[0]?.from).toMatchObject(call.b);
    expect(a.rtp[0]?.from).toMatchObject(call.a);
  });

  test("RTCP goes both ways, one port above", async () => {
    await a.sendRtcp(call.a, RECEIVER_REPORT);
    await b.sendRtcp(call.b, RECEIVER_REPORT);
    await eventually(() => b.rtcp.length).toBe(1);
    await eventually(() => a.rtcp.length).toBe(1);
    expect(b.rtcp[0]?.from).toMatchObject({ address: call.b.address, port: call.b.port + 1 });
    expect([a.rtp.length, b.rtp.length]).toEqual([0, 0]);
  });

  test("counts what each side sent: packets, bytes, loss, jitter, times", async () => {
    const from = Date.now() - 1000;
    for (let packet = 0; packet < 10; packet += 1) await a.speak(call.a);
    a.skip(5);
    await a.speak(call.a);
    await b.speak(call.b);
    await eventually(() => [b.rtp.length, a.rtp.length]).toEqual([11, 1]);
    const counted = await statistics(rig.plane, "call");
    expect(counted.a).toMatchObject({ packets: 11, bytes: 11 * 172, lost: 5, rejected: 0 });
    expect(counted.b).toMatchObject({ packets: 1, bytes: 172, lost: 0, jitterMs: 0 });
    // Eleven packets of 20 ms each came at once: each is some 20 ms early.
    expect(counted.a.jitterMs).toBeGreaterThan(5);
    expect(counted.a.jitterMs).toBeLessThan(40);
    expect(counted.a.firstPacketAt).toBeGreaterThan(from);
    expect(counted.a.lastPacketAt).toBeGreaterThanOrEqual(counted.a.firstPacketAt ?? Number.NaN);
    const final = await execute(rig.plane, { kind: "release", session: "call" });
    expect(final).toMatchObject({ ok: true, streams: [counted] });
  });

  test("tells the first packet of each side, once", async () => {
    for (let packet = 0; packet < 3; packet += 1) await a.speak(call.a);
    await eventually(() => b.rtp.length).toBe(3);
    await b.speak(call.b);
    await eventually(() => rig.events.length).toBe(2);
    expect(rig.events).toEqual([
      { session: "call", event: { kind: "first-packet", side: "a", stream: 0 } },
      { session: "call", event: { kind: "first-packet", side: "b", stream: 0 } },
    ]);
  });

  test("a stranger hears nothing, injects nothing, and is counted", async () => {
    const stranger = await openStray(loopback(20));
    for (let port = 42_000; port < 42_100; port += 1) {
      await stranger.send({ address: call.a.address, port }, rtpPacket(1, 66));
      await stranger.send({ address: call.b.address, port }, rtpPacket(1, 66));
    }
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    for (const { address, port } of [call.a, call.b]) await stranger.send({ address, port }, rtpPacket(2, 66));
    await eventually(async () => (await statistics(rig.plane, "call")).a.rejected).toBe(3);
    await eventually(async () => (await statistics(rig.plane, "call")).b.rejected).toBe(3);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([[2], [1]]);
    expect([stranger.rtp.length, stranger.rtcp.length]).toEqual([0, 0]);
  });

  test("learns another port of the signalled address from the first packets, then holds on to it", async () => {
    const nat = await openStray(a.address);
    for (let packet = 0; packet < 6; packet += 1) await nat.speak(call.a, 3);
    await eventually(() => marks(b.rtp)).toEqual([3, 3, 3, 3, 3, 3]);
    await b.speak(call.b, 4);
    await eventually(() => marks(nat.rtp)).toEqual([4]);
    const late = await openStray(a.address);
    await late.speak(call.a, 5);
    await eventually(async () => (await statistics(rig.plane, "call")).a.rejected).toBe(1);
    expect([a.rtp.length, late.rtp.length]).toEqual([0, 0]);
  });

  test("learns no address but the signalled one, however early it speaks", async () => {
    const other = await openStray(loopback(21));
    await other.speak(call.a, 6);
    await a.speak(call.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    await b.speak(call.b, 2);
    await eventually(() => marks(a.rtp)).toEqual([2]);
    expect(other.rtp).toEqual([]);
  });

  test("learns anew after a re-offer, and follows a peer that moved", async () => {
    await a.speak(call.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    const moved = await openStray(loopback(12));
    await moved.speak(call.a, 7);
    await eventually(async () => (await statistics(rig.plane, "call")).a.rejected).toBe(1);
    await renew(rig.plane, "call", { offer: moved.describe(), answer: b.describe() });
    await moved.speak(call.a, 8);
    await a.speak(call.a, 1);
    await eventually(async () => (await statistics(rig.plane, "call")).a.rejected).toBe(2);
    await eventually(() => marks(b.rtp)).toEqual([1, 8]);
    await b.speak(call.b, 9);
    await eventually(() => marks(moved.rtp)).toEqual([9]);
  });

  test("keeps what was learned through a refresh with the same address", async () => {
    const nat = await openStray(a.address);
    for (let packet = 0; packet < 6; packet += 1) await nat.speak(call.a, 3);
    await eventually(() => b.rtp.length).toBe(6);
    await renew(rig.plane, "call", { offer: a.describe(), answer: b.describe() });
    await b.speak(call.b, 4);
    await eventually(() => marks(nat.rtp)).toEqual([4]);
  });

  test("an offer that is not answered changes nothing", async () => {
    const moved = await openStray(loopback(12));
    const networks = { a: "inside", b: "outside" };
    const description = moved.describe();
    shown(await execute(rig.plane, { kind: "offer", session: "call", from: "a", description, networks }));
    await b.speak(call.b, 2);
    await eventually(() => marks(a.rtp)).toEqual([2]);
    expect(moved.rtp).toEqual([]);
  });

  test("sends nothing to a side on hold, passes on what it says, and goes on afterwards", async () => {
    await a.speak(call.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    await renew(rig.plane, "call", { offer: session("0.0.0.0", audio(a.rtpPort)), answer: b.describe() });
    await b.speak(call.b, 2);
    await a.speak(call.a, 3);
    await eventually(() => marks(b.rtp)).toEqual([1, 3]);
    await eventually(async () => (await statistics(rig.plane, "call")).b.packets).toBe(1);
    await renew(rig.plane, "call", { offer: a.describe(), answer: b.describe() });
    await b.speak(call.b, 4);
    await eventually(() => marks(a.rtp)).toEqual([4]);
  });

  test("a refused stream carries nothing", async () => {
    await renew(rig.plane, "call", { offer: a.describe(), answer: session(b.address, audio(0)) });
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    await eventually(async () => (await statistics(rig.plane, "call")).a.rejected).toBe(1);
    await eventually(async () => (await statistics(rig.plane, "call")).b.rejected).toBe(1);
    expect([a.rtp.length, b.rtp.length]).toEqual([0, 0]);
  });

  test("a second answer takes the place of the first", async () => {
    const fork = await openStray(loopback(13));
    shown(await execute(rig.plane, { kind: "answer", session: "call", from: "b", description: fork.describe() }));
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    await fork.speak(call.b, 3);
    await eventually(() => marks(fork.rtp)).toEqual([1]);
    await eventually(() => marks(a.rtp)).toEqual([3]);
    expect(b.rtp).toEqual([]);
  });

  test("aims at nothing of its own", async () => {
    const ours = session(call.b.address, audio(call.b.port));
    const result = await execute(rig.plane, { kind: "answer", session: "call", from: "b", description: ours });
    expect(result).toMatchObject({ ok: false, cause: "unusable-address" });
    const rtcp = audio(5000, { attributes: [{ name: "rtcp", value: String(call.a.port + 1) }] });
    const described = session(call.a.address, rtcp);
    const again = await execute(rig.plane, { kind: "answer", session: "call", from: "b", description: described });
    expect(again).toMatchObject({ ok: false, cause: "unusable-address" });
  });

  test("RTCP goes where a=rtcp says (RFC 3605)", async () => {
    const apart = await openStray(loopback(14));
    const media = audio(b.rtpPort, {
      attributes: [{ name: "rtcp", value: `${apart.rtpPort} IN IP4 ${apart.address}` }],
    });
    const description = session(b.address, media);
    shown(await execute(rig.plane, { kind: "answer", session: "call", from: "b", description }));
    await a.sendRtcp(call.a, RECEIVER_REPORT);
    await eventually(() => apart.rtp.length).toBe(1);
    expect(b.rtcp).toEqual([]);
  });

  test("new networks are for new sessions: those in being keep their ports", async () => {
    const { inside, outside } = NETWORKS;
    if (inside === undefined || outside === undefined) throw new Error("the rig lacks its networks");
    rig.plane.configure({
      inside: { ...inside, portFrom: 43_000, portTo: 43_001 },
      outside: { ...outside, address: loopback(4) },
    });
    await a.speak(call.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    const other = await openCall(rig.plane, "other", { a, b });
    expect(other.a.port).toBe(43_000);
    expect(other.b.address).toBe(loopback(4));
    const networks = { a: "inside", b: "outside" };
    const description = a.describe();
    const full = await execute(rig.plane, { kind: "offer", session: "third", from: "a", description, networks });
    expect(full).toMatchObject({ ok: false, cause: "no-ports" });
    await execute(rig.plane, { kind: "release", session: "other" });
    rig.plane.configure({ outside });
    const gone = await execute(rig.plane, { kind: "offer", session: "third", from: "a", description, networks });
    expect(gone).toMatchObject({ ok: false, cause: "unknown-network" });
  });

  test("tells peers the address that is advertised", async () => {
    const { inside, outside } = NETWORKS;
    if (inside === undefined || outside === undefined) throw new Error("the rig lacks its networks");
    rig.plane.configure({ inside, outside: { ...outside, advertise: "203.0.113.10" } });
    const behindNat = await openCall(rig.plane, "nat", { a, b });
    expect(behindNat.b.address).toBe("203.0.113.10");
    await a.speak(behindNat.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    expect(b.rtp[0]?.from.address).toBe(outside.address);
  });
});

/** A packet every few milliseconds. Resolves to the longest time between two. */
async function speakFor(durationMs: number, speak: () => Promise<void>): Promise<number> {
  const until = performance.now() + durationMs;
  let longestMs = 0;
  for (let last = performance.now(); last < until; ) {
    await pace(5);
    await speak();
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  }
  return longestMs;
}

describe("the relay's silence", () => {
  test("is told after the session's own time, where it has one", async () => {
    const rig = await openRig({ mediaTimeoutMs: 3_600_000 });
    const [a, b] = [await Peer.open(loopback(12)), await Peer.open(loopback(13))];
    await openCall(rig.plane, "call", { a, b });
    const description = session(b.address, audio(b.rtpPort));
    const answer = { kind: "answer", session: "call", from: "b", description, timeoutMs: 60 } as const;
    expect((await execute(rig.plane, answer)).ok).toBe(true);
    const timeouts = () => rig.events.filter(({ event }) => event.kind === "timeout");
    await eventually(() => timeouts().length).toBeGreaterThanOrEqual(2);
    expect(timeouts()[0]).toEqual({ session: "call", event: { kind: "timeout", afterMs: 60 } });
  });

  test("is told after the time, again and again, and ends with a packet", async () => {
    const rig = await openRig({ mediaTimeoutMs: 80 });
    const [a, b] = [await Peer.open(loopback(10)), await Peer.open(loopback(11))];
    await openCall(rig.plane, "call", { a, b });
    const timeouts = () => rig.events.filter(({ event }) => event.kind === "timeout");
    await eventually(() => timeouts().length).toBeGreaterThanOrEqual(2);
    expect(timeouts()[0]).toEqual({ session: "call", event: { kind: "timeout", afterMs: 80 } });
    await renew(rig.plane, "call", {
      offer: session(a.address, audio(a.rtpPort, { attributes: [{ name: "inactive", value: null }] })),
      answer: session(b.address, audio(b.rtpPort, { attributes: [{ name: "inactive", value: null }] })),
    });
    const other = await openCall(rig.plane, "other", { a, b });
    const before = timeouts().filter(({ session: id }) => id === "call").length;
    const others = () => timeouts().filter(({ session: id }) => id === "other").length;
    await eventually(others).toBeGreaterThanOrEqual(2);
    expect(timeouts().filter(({ session: id }) => id === "call").length).toBe(before);
    // A machine that stalls makes a silence of its own; then it is tried again.
    let longestGapMs = Number.POSITIVE_INFINITY;
    while (longestGapMs > 40) {
      const heard = b.rtp.length;
      await a.speak(other.a);
      await eventually(() => b.rtp.length).toBe(heard + 1);
      await statistics(rig.plane, "other");
      const silent = others();
      longestGapMs = await speakFor(200, () => a.speak(other.a));
      await statistics(rig.plane, "other");
      if (longestGapMs <= 40) expect(others()).toBe(silent);
    }
    for (const peer of [a, b]) peer.close();
    await rig.close();
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

test.skipIf(!hasIpv6)("a side may live in IPv6 (left out where the machine has no ::1)", async () => {
  const rig = await openRig({
    networks: { ...NETWORKS, inside: { address: "::1", portFrom: 20_000, portTo: 20_999, advertise: null } },
  });
  const [a, b] = [await Peer.open("::1"), await Peer.open(loopback(11))];
  const call = await openCall(rig.plane, "call", { a, b });
  expect([call.a.address, call.b.address]).toEqual(["::1", loopback(2)]);
  await a.speak(call.a, 1);
  await b.speak(call.b, 2);
  await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([[2], [1]]);
  const description = session(loopback(10), audio(4000));
  const networks = { a: "inside", b: "outside" };
  const wrong = await execute(rig.plane, { kind: "offer", session: "call", from: "a", description, networks });
  expect(wrong).toMatchObject({ ok: false, cause: "unusable-address" });
  for (const peer of [a, b]) peer.close();
  await rig.close();
});

describe("the relay's start", () => {
  test("fails with the reason when others may open its folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "demarc-open-"));
    chmodSync(folder, 0o755);
    await expect(openRig({ socketDir: folder })).rejects.toMatchObject({ code: "relay-unavailable" });
    rmdirSync(folder);
  });

  test("leaves no file in its folder, and none of the process when it is closed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "demarc-run-"));
    const rig = await openRig({ socketDir: folder });
    expect(readdirSync(folder)).toEqual(["relay.sock"]);
    const { pid } = rig.plane;
    await rig.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(() => process.kill(pid ?? 0, 0)).toThrow();
    expect(await execute(rig.plane, { kind: "query", session: "s" })).toMatchObject({ ok: false });
    rmdirSync(folder);
  });
});
