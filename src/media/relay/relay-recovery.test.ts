import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MediaResult } from "../../engine/index.ts";
import { execute } from "../media-plane.contract.ts";
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
  renew,
  rtpPacket,
  statistics,
} from "./relay-rig.contract.ts";

describe("a relay that is killed", () => {
  let rig: Rig;
  let a: Peer;
  let b: Peer;
  let nat: Peer;
  let call: OpenCall;

  beforeEach(async () => {
    rig = await openRig();
    [a, b, nat] = [await Peer.open(loopback(10)), await Peer.open(loopback(11)), await Peer.open(loopback(10))];
    call = await openCall(rig.plane, "call", { a, b });
  });
  afterEach(async () => {
    for (const peer of [a, b, nat]) peer.close();
    await rig.close();
  });

  async function killRelay(): Promise<number> {
    const { pid } = rig.plane;
    if (pid === null) throw new Error("no relay runs");
    process.kill(pid, "SIGKILL");
    await eventually(() => rig.plane.up).toBe(false);
    return pid;
  }

  async function killAndWait(): Promise<void> {
    const pid = await killRelay();
    await eventually(() => rig.plane.up).toBe(true);
    expect(rig.plane.pid).not.toBe(pid);
  }

  test("is started again with the same ports, and audio and counters go on", async () => {
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    await eventually(() => [marks(a.rtp), marks(b.rtp)]).toEqual([[2], [1]]);
    const before = await statistics(rig.plane, "call");
    await killAndWait();
    expect(await statistics(rig.plane, "call")).toEqual(before);
    a.skip(3);
    await a.speak(call.a, 3);
    await b.speak(call.b, 4);
    await expect
      .poll(() => [marks(a.rtp), marks(b.rtp)])
      .toEqual([
        [2, 4],
        [1, 3],
      ]);
    const after = await statistics(rig.plane, "call");
    expect(after.a).toMatchObject({ packets: 2, lost: 3, firstPacketAt: before.a.firstPacketAt });
    const firsts = rig.events.filter(({ event }) => event.kind === "first-packet");
    expect(firsts).toHaveLength(2);
  });

  test("keeps its locks: what was learned still speaks and hears, strangers do not", async () => {
    for (let packet = 0; packet < 6; packet += 1) await nat.speak(call.a, 3);
    await eventually(() => b.rtp.length).toBe(6);
    const late = await Peer.open(loopback(10));
    await killAndWait();
    await late.speak(call.a, 66);
    await nat.speak(call.a, 4);
    await b.speak(call.b, 5);
    await eventually(() => marks(b.rtp).slice(6)).toEqual([4]);
    await eventually(() => marks(nat.rtp)).toEqual([5]);
    expect((await statistics(rig.plane, "call")).a.rejected).toBe(1);
    late.close();
  });

  test("can be killed again and again", async () => {
    for (let round = 0; round < 3; round += 1) {
      await killAndWait();
      await a.speak(call.a, round);
      await eventually(() => b.rtp.length).toBe(round + 1);
    }
    expect((await statistics(rig.plane, "call")).a.packets).toBe(3);
  });

  test("answers what it was asked meanwhile when it is back", async () => {
    await killRelay();
    const other = await openCall(rig.plane, "other", { a, b });
    await a.speak(other.a, 1);
    await eventually(() => marks(b.rtp)).toEqual([1]);
    expect((await execute(rig.plane, { kind: "release", session: "call" })).ok).toBe(true);
    expect(await rig.plane.status()).toMatchObject({ streams: 1, sockets: 4 });
  });

  test("does not bring back what was released meanwhile", async () => {
    await killRelay();
    const released = execute(rig.plane, { kind: "release", session: "call" });
    await eventually(() => rig.plane.up).toBe(true);
    expect(await released).toMatchObject({ ok: true });
    expect(await rig.plane.status()).toMatchObject({ streams: 0, sockets: 0 });
  });

  test("that does not answer is replaced, and its commands are not carried out twice", async () => {
    const { pid } = rig.plane;
    const short = await openRig({ commandDeadlineMs: 300, networks: { inside: inside(5), outside: inside(6) } });
    const stopped = short.plane.pid ?? 0;
    process.kill(stopped, "SIGSTOP");
    const networks = { a: "inside", b: "outside" };
    const description = a.describe();
    const result = await execute(short.plane, { kind: "offer", session: "s", from: "a", description, networks });
    expect(result).toMatchObject({ ok: false, cause: "unavailable" });
    await eventually(() => short.plane.up && short.plane.pid !== stopped).toBe(true);
    expect(await short.plane.status()).toMatchObject({ streams: 0 });
    expect(rig.plane.pid).toBe(pid);
    await short.close();
  });
});

function inside(host: number) {
  return { address: loopback(host), portFrom: 42_000, portTo: 42_099, advertise: null };
}

describe("a relay under bad treatment", () => {
  let rig: Rig;
  let a: Peer;
  let b: Peer;

  beforeEach(async () => {
    rig = await openRig();
    [a, b] = [await Peer.open(loopback(10)), await Peer.open(loopback(11))];
  });
  afterEach(async () => {
    a.close();
    b.close();
    await rig.close();
  });

  const descriptors = () => readdirSync(`/proc/${rig.plane.pid}/fd`).length;

  test("passes on nothing that is no RTP or RTCP, whatever its size", async () => {
    const call = await openCall(rig.plane, "call", { a, b });
    await a.speak(call.a, 1);
    const stun = Buffer.from("000100002112a442000000000000000000000000", "hex");
    const garbage = [Buffer.alloc(0), Buffer.from([0x80]), Buffer.alloc(11, 0x80), Buffer.alloc(65_507, 0x80), stun];
    for (const packet of garbage) {
      await a.send(call.a, packet);
      await a.sendRtcp(call.a, packet);
    }
    const endless = rtpPacket(2, 0xff);
    endless.writeUInt8(0x9f, 0);
    await a.send(call.a, endless);
    await a.send(call.a, RECEIVER_REPORT);
    await a.sendRtcp(call.a, rtpPacket(3));
    await a.sendRtcp(call.a, RECEIVER_REPORT);
    await a.speak(call.a, 9);
    await eventually(() => marks(b.rtp)).toEqual([1, 9]);
    await eventually(() => b.rtcp.length).toBe(1);
    expect((await statistics(rig.plane, "call")).a).toMatchObject({ packets: 2, rejected: 0, lost: 0 });
  });

  test("can be released and renewed under traffic", async () => {
    let running = true;
    let call = await openCall(rig.plane, "call", { a, b });
    const traffic = (async () => {
      while (running) {
        for (let packet = 0; packet < 20; packet += 1) {
          await a.speak(call.a);
          await b.speak(call.b);
        }
        // A send ends before other events get their turn.
        await new Promise(setImmediate);
      }
    })();
    for (let round = 0; round < 100; round += 1) {
      await renew(rig.plane, "call", { offer: a.describe(), answer: b.describe() });
      if (round % 3 === 0) {
        expect((await execute(rig.plane, { kind: "release", session: "call" })).ok).toBe(true);
        call = await openCall(rig.plane, "call", { a, b });
      }
    }
    running = false;
    await traffic;
    const heard = b.rtp.length;
    await a.speak(call.a, 7);
    await eventually(() => marks(b.rtp).slice(heard)).toContain(7);
    await execute(rig.plane, { kind: "release", session: "call" });
    expect(await rig.plane.status()).toMatchObject({ streams: 0, sockets: 0 });
  });

  test("10,000 sessions leave no descriptor and no port behind", async () => {
    await openCall(rig.plane, "first", { a, b });
    await execute(rig.plane, { kind: "release", session: "first" });
    const before = descriptors();
    const networks = { a: "inside", b: "outside" };
    const [offer, answer] = [a.describe(), b.describe()];
    let refused = 0;
    // 45 at a time of the 50 that there are ports for.
    for (let batch = 0; batch < 10_000 / 45; batch += 1) {
      const replies: Promise<MediaResult>[] = [];
      for (let index = 0; index < 45; index += 1) {
        const session = `s${batch}-${index}`;
        replies.push(execute(rig.plane, { kind: "offer", session, from: "a", description: offer, networks }));
        replies.push(execute(rig.plane, { kind: "answer", session, from: "b", description: answer }));
        replies.push(execute(rig.plane, { kind: "release", session }));
      }
      refused += (await Promise.all(replies)).filter(({ ok }) => !ok).length;
    }
    expect(refused).toBe(0);
    expect(await rig.plane.status()).toMatchObject({ streams: 0, sockets: 0 });
    expect(descriptors()).toBe(before);
  }, 60_000);
});
