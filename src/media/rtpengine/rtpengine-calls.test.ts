// Calls through the real rtpengine: where packets go, when that changes, and what is told of them.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { MediaSide, StreamKeys } from "../../engine/index.ts";
import { parseCryptoLine, type SessionDescription, SRTP_SUITES, type SrtpSuite } from "../../protocol/sdp/index.ts";
import {
  eventually,
  loopback,
  marks,
  type OpenCall,
  openCall,
  Peer,
  RECEIVER_REPORT,
  renew,
  rtpPacket,
  statistics,
} from "../media-peers.contract.ts";
import { audio, execute, portOf, session, shown } from "../media-plane.contract.ts";
import { newMasterKey, SrtpOracle } from "../srtp-oracle.contract.ts";
import { Daemon, type NgRig, openPlane, PLACE, WITHOUT_RTPENGINE } from "./rtpengine-rig.contract.ts";

const networks = { a: "inside", b: "outside" };
const packetsAt = (peer: Peer) => peer.rtp.map(({ packet }) => packet);
/** All but the source: with SRTP it may send under one of its own. */
function speech(packet: Buffer | null): Buffer {
  if (packet === null) throw new Error("not made with these keys");
  return Buffer.concat([packet.subarray(0, 8), packet.subarray(12)]);
}

describe.skipIf(WITHOUT_RTPENGINE !== null)(`a call through rtpengine ${WITHOUT_RTPENGINE ?? ""}`, () => {
  let daemon: Daemon;
  let rig: NgRig;
  let a: Peer;
  let b: Peer;
  let call: OpenCall;
  const others: Peer[] = [];

  beforeAll(async () => {
    daemon = await Daemon.start({ ...PLACE, interfaces: { ...PLACE.interfaces, six: "::1" } });
  });
  afterAll(() => daemon.kill());

  beforeEach(async () => {
    rig = await openPlane([daemon]);
    [a, b] = [await Peer.open(loopback(20)), await Peer.open(loopback(21))];
    call = await openCall(rig.plane, "call", { a, b });
  });
  afterEach(async () => {
    await execute(rig.plane, { kind: "release", session: "call" });
    for (const peer of [a, b, ...others.splice(0)]) peer.close();
    await rig.plane.close();
  });

  async function openPeer(address: string): Promise<Peer> {
    const peer = await Peer.open(address);
    others.push(peer);
    return peer;
  }

  async function bothHear(): Promise<void> {
    const [heardByA, heardByB] = [a.rtp.length, b.rtp.length];
    await a.speak(call.a, 1);
    await b.speak(call.b, 2);
    await eventually(() => [a.rtp.length, b.rtp.length]).toEqual([heardByA + 1, heardByB + 1]);
  }

  test("audio and reports go both ways, from the address that the receiver was told, and are counted", async () => {
    await bothHear();
    expect(b.rtp[0]?.packet).toEqual(rtpPacket(1, 1));
    expect(b.rtp[0]?.from).toMatchObject(call.b);
    expect(a.rtp[0]?.from).toMatchObject(call.a);
    await a.sendRtcp(call.a, RECEIVER_REPORT);
    await eventually(() => b.rtcp.length).toBe(1);
    const counted = await statistics(rig.plane, "call");
    expect(counted.a).toMatchObject({ packets: 1, bytes: 172, rejected: 0, lost: null, jitterMs: null });
    expect(counted.b).toMatchObject({ packets: 1, bytes: 172 });
    await eventually(async () => (await statistics(rig.plane, "call")).a.firstPacketAt).not.toBeNull();
  });

  test("a stranger is not heard, and hears nothing, before the peer has spoken and after", async () => {
    const stranger = await openPeer(loopback(22));
    for (let n = 0; n < 5; n += 1) await stranger.speak(call.a, 66);
    await bothHear();
    for (let n = 0; n < 5; n += 1) await stranger.speak(call.a, 67);
    await a.speak(call.a, 3);
    await eventually(() => marks(b.rtp)).toEqual([1, 3]);
    await b.speak(call.b, 4);
    await eventually(() => marks(a.rtp)).toEqual([2, 4]);
    expect(stranger.rtp).toEqual([]);
    expect((await statistics(rig.plane, "call")).a).toMatchObject({ rejected: 10 });
  });

  test("an offer changes nothing before it is answered, nor when another one comes in its place", async () => {
    await bothHear();
    const [elsewhere, third] = [await openPeer(loopback(23)), await openPeer(loopback(24))];
    const offer = (description: SessionDescription) =>
      execute(rig.plane, { kind: "offer", session: "call", from: "a", description, networks });
    expect(portOf(shown(await offer(elsewhere.describe())))).toBe(call.b.port);
    await b.speak(call.b, 5);
    await eventually(() => marks(a.rtp)).toContain(5);
    expect(portOf(shown(await offer(third.describe())))).toBe(call.b.port);
    const answered = await execute(rig.plane, {
      kind: "answer",
      session: "call",
      from: "b",
      description: b.describe(),
    });
    expect(portOf(shown(answered))).toBe(call.a.port);
    await eventually(async () => {
      await b.speak(call.b, 6);
      return marks(third.rtp).includes(6);
    }).toBe(true);
    expect([marks(elsewhere.rtp), marks(a.rtp).includes(6)]).toEqual([[], false]);
  });

  test("an offer from the side that was called moves it", async () => {
    await bothHear();
    const elsewhere = await openPeer(loopback(25));
    await renew(rig.plane, "call", { from: "b", offer: elsewhere.describe(), answer: a.describe() });
    await eventually(async () => {
      await a.speak(call.a, 7);
      return marks(elsewhere.rtp).includes(7);
    }).toBe(true);
  });

  test("fax goes on the ports that the audio had, and audio again after it", async () => {
    await bothHear();
    const fax = (peer: Peer) =>
      session(
        peer.address,
        audio(peer.rtpPort, { type: "image", protocol: "udptl", formats: ["t38"], attributes: [] }),
      );
    await renew(rig.plane, "call", { offer: fax(a), answer: fax(b) });
    const packet = Buffer.from([0, 1, 1, 6, 0, 0]);
    await a.send(call.a, packet);
    await b.send(call.b, packet);
    await eventually(() => [packetsAt(a).at(-1), packetsAt(b).at(-1)]).toEqual([packet, packet]);
    await renew(rig.plane, "call", { from: "b", offer: b.describe(), answer: a.describe() });
    await bothHear();
  });

  test("reports share the port of the audio where the caller offers that, and its ports stay", async () => {
    const muxed = session(a.address, audio(a.rtpPort, { attributes: [{ name: "rtcp-mux", value: null }] }));
    shown(await execute(rig.plane, { kind: "offer", session: "call", from: "a", description: muxed, networks }));
    const answered = await execute(rig.plane, {
      kind: "answer",
      session: "call",
      from: "b",
      description: b.describe(),
    });
    expect(shown(answered).media[0]?.attributes).toContainEqual({ name: "rtcp-mux", value: null });
    expect(portOf(shown(answered))).toBe(call.a.port);
    await b.sendRtcp(call.b, RECEIVER_REPORT);
    await eventually(() => packetsAt(a)).toEqual([RECEIVER_REPORT]);
    await a.send(call.a, RECEIVER_REPORT);
    await eventually(() => b.rtcp.map(({ packet }) => packet)).toEqual([RECEIVER_REPORT]);
    await renew(rig.plane, "call", { from: "b", offer: b.describe(), answer: muxed });
    await a.speak(call.a, 8);
    await eventually(() => marks(b.rtp)).toEqual([8]);
  });

  test("goes between IPv4 and IPv6", async () => {
    const six = await openPeer("::1");
    const offered = await execute(rig.plane, {
      kind: "offer",
      session: "six",
      from: "a",
      description: a.describe(),
      networks: { a: "inside", b: "six" },
    });
    const toSix = { address: "::1", port: portOf(shown(offered)) };
    expect(shown(offered).connection).toEqual({ addressType: "IP6", address: "::1" });
    const answered = await execute(rig.plane, {
      kind: "answer",
      session: "six",
      from: "b",
      description: six.describe(),
    });
    const toA = { address: shown(answered).connection?.address ?? "", port: portOf(shown(answered)) };
    await a.speak(toA, 1);
    await six.speak(toSix, 2);
    await eventually(() => [marks(six.rtp), marks(a.rtp)]).toEqual([[1], [2]]);
    expect((await execute(rig.plane, { kind: "release", session: "six" })).ok).toBe(true);
  });

  test("connectivity checks are refused, not ignored", async () => {
    const checked = audio(a.rtpPort, { attributes: [{ name: "ice-ufrag", value: "abcd" }] });
    const description = session(a.address, checked);
    const offered = await execute(rig.plane, { kind: "offer", session: "ice", from: "a", description, networks });
    expect(offered).toMatchObject({ ok: false, cause: "unsupported" });
    shown(await execute(rig.plane, { kind: "offer", session: "call", from: "a", description: a.describe(), networks }));
    const ice = { a: [{ fragment: "abcd", password: "x".repeat(22) }], b: [null] };
    const answer = { kind: "answer", session: "call", from: "b", description: b.describe(), ice } as const;
    expect(await execute(rig.plane, answer)).toMatchObject({ ok: false, cause: "unsupported" });
  });

  test("so are handshakes", async () => {
    const shaken = audio(a.rtpPort, { attributes: [{ name: "setup", value: "actpass" }] });
    const description = session(a.address, shaken);
    const offered = await execute(rig.plane, { kind: "offer", session: "dtls", from: "a", description, networks });
    expect(offered).toMatchObject({ ok: false, cause: "unsupported" });
    shown(await execute(rig.plane, { kind: "offer", session: "call", from: "a", description: a.describe(), networks }));
    const fingerprints = [{ digest: "sha-256", value: Array.from({ length: 32 }, () => "AB").join(":") }] as const;
    const terms = { role: "server", fingerprints, suites: ["AEAD_AES_128_GCM"], association: "one" } as const;
    const dtls = { a: [terms], b: [null] };
    const answer = { kind: "answer", session: "call", from: "b", description: b.describe(), dtls } as const;
    expect(await execute(rig.plane, answer)).toMatchObject({ ok: false, cause: "unsupported" });
  });

  describe("that is encrypted", () => {
    const offeredKeys = (suite: SrtpSuite, peer: Peer) =>
      session(
        peer.address,
        audio(peer.rtpPort, {
          protocol: "RTP/SAVP",
          attributes: [{ name: "crypto", value: `1 ${suite} inline:${newMasterKey(suite)}|2^31` }],
        }),
      );
    const keyShown = (description: SessionDescription): string => {
      const line = description.media[0]?.attributes.find(({ name }) => name === "crypto")?.value ?? "";
      const read = parseCryptoLine(line);
      if (read === null || read.tag !== 1) throw new Error(`no key in ${line}`);
      return read.key;
    };

    /** One round of offer and answer; both sides as their peers see them. `theirs`: what each peer encrypts with; null for in the clear. */
    async function agree(
      suites: Readonly<Record<MediaSide, SrtpSuite | null>>,
      { theirs = { a: "", b: "" }, mark = "", peers = { a, b } } = {},
    ) {
      const side = (name: MediaSide) => {
        const suite = suites[name];
        return suite === null ? null : { suite, key: theirs[name] === "" ? newMasterKey(suite) : theirs[name] };
      };
      const [sideA, sideB] = [side("a"), side("b")];
      // What each is shown is in its own profile; the keys in it are placeholders of ours.
      const toB = sideB === null ? peers.a.describe() : offeredKeys(sideB.suite, peers.a);
      const toA = sideA === null ? peers.b.describe() : offeredKeys(sideA.suite, peers.b);
      const offered = shown(
        await execute(rig.plane, { kind: "offer", session: "call", from: "a", description: toB, networks }),
      );
      const keysOf = (one: typeof sideA): StreamKeys | null =>
        one && { suite: one.suite, receive: one.key, receiveMark: mark, send: newMasterKey(one.suite) };
      const keys = { a: [keysOf(sideA)], b: [keysOf(sideB)] };
      const answered = shown(
        await execute(rig.plane, { kind: "answer", session: "call", from: "b", description: toA, keys }),
      );
      const seen = (one: typeof sideA, description: SessionDescription) =>
        one === null
          ? null
          : {
              ...one,
              own: keyShown(description),
              out: new SrtpOracle(one.suite, one.key),
              in: new SrtpOracle(one.suite, keyShown(description)),
            };
      return { a: seen(sideA, answered), b: seen(sideB, offered) };
    }

    test.each(SRTP_SUITES)("under %s on the caller's side alone", async (suite) => {
      const keyed = await agree({ a: suite, b: null });
      await a.send(call.a, keyed.a!.out.protect(rtpPacket(1, 1)));
      await eventually(() => packetsAt(b).map(speech)).toEqual([speech(rtpPacket(1, 1))]);
      await b.send(call.b, rtpPacket(2, 2));
      await eventually(() => a.rtp.length).toBe(1);
      expect(speech(keyed.a!.in.unprotect(packetsAt(a)[0]!))).toEqual(speech(rtpPacket(2, 2)));
    });

    test("on the called side alone, and in the clear again", async () => {
      const keyed = await agree({ a: null, b: "AEAD_AES_128_GCM" });
      await b.send(call.b, keyed.b!.out.protect(rtpPacket(1, 1)));
      await eventually(() => packetsAt(a).map(speech)).toEqual([speech(rtpPacket(1, 1))]);
      await a.send(call.a, rtpPacket(2, 2));
      await eventually(() => b.rtp.length).toBe(1);
      expect(speech(keyed.b!.in.unprotect(packetsAt(b)[0]!))).toEqual(speech(rtpPacket(2, 2)));
      await agree({ a: null, b: null });
      await a.send(call.a, rtpPacket(3, 3));
      await eventually(() => packetsAt(b).slice(1).map(speech)).toEqual([speech(rtpPacket(3, 3))]);
    });

    test("each side under a suite of its own, with keys that stay through later offers", async () => {
      const suites = { a: "AES_CM_128_HMAC_SHA1_80", b: "AEAD_AES_256_GCM" } as const;
      const first = await agree(suites);
      await a.send(call.a, first.a!.out.protect(rtpPacket(1, 1)));
      await eventually(() => b.rtp.length).toBe(1);
      expect(speech(first.b!.in.unprotect(packetsAt(b)[0]!))).toEqual(speech(rtpPacket(1, 1)));
      const again = await agree(suites, { theirs: { a: first.a!.key, b: first.b!.key } });
      expect([again.a!.own, again.b!.own]).toEqual([first.a!.own, first.b!.own]);
      await b.send(call.b, first.b!.out.protect(rtpPacket(2, 2)));
      await eventually(() => a.rtp.length).toBe(1);
      expect(speech(first.a!.in.unprotect(packetsAt(a)[0]!))).toEqual(speech(rtpPacket(2, 2)));
    });

    test("both sides under the same suite, with a caller that comes with another key", async () => {
      const suites = { a: "AES_CM_128_HMAC_SHA1_80", b: "AES_CM_128_HMAC_SHA1_80" } as const;
      const first = await agree(suites);
      await a.send(call.a, first.a!.out.protect(rtpPacket(1, 1)));
      await eventually(() => b.rtp.length).toBe(1);
      const renewed = await agree(suites, { theirs: { a: "", b: first.b!.key } });
      expect(renewed.b!.own).toBe(first.b!.own);
      await a.send(call.a, renewed.a!.out.protect(rtpPacket(2, 2)));
      await eventually(() => b.rtp.length).toBe(2);
      expect(speech(first.b!.in.unprotect(packetsAt(b)[1]!))).toEqual(speech(rtpPacket(2, 2)));
      await b.send(call.b, first.b!.out.protect(rtpPacket(3, 3)));
      await eventually(() => a.rtp.length).toBe(1);
      expect(speech(renewed.a!.in.unprotect(packetsAt(a)[0]!))).toEqual(speech(rtpPacket(3, 3)));
    });

    test("forgeries are not passed on", async () => {
      const keyed = await agree({ a: "AES_CM_128_HMAC_SHA1_80", b: null });
      const forged = keyed.a!.out.protect(rtpPacket(1, 1));
      forged[20] = (forged[20] ?? 0) ^ 1;
      for (let n = 0; n < 100; n += 1) await a.send(call.a, forged);
      await a.send(call.a, keyed.a!.out.protect(rtpPacket(2, 2)));
      await eventually(() => packetsAt(b).map(speech)).toEqual([speech(rtpPacket(2, 2))]);
      expect((await statistics(rig.plane, "call")).a.rejected).toBe(100);
    });
  });

  describe("is watched", () => {
    const terms = async (timeoutMs: number) => {
      shown(
        await execute(rig.plane, { kind: "offer", session: "call", from: "a", description: a.describe(), networks }),
      );
      shown(
        await execute(rig.plane, { kind: "answer", session: "call", from: "b", description: b.describe(), timeoutMs }),
      );
    };
    const told = () =>
      rig.events.map(({ event }) =>
        event.kind === "timeout" ? event.kind : `${event.kind} ${event.kind === "one-way" ? event.silent : event.side}`,
      );

    test("its first packets are told, and that nobody speaks any more", async () => {
      await terms(300);
      await bothHear();
      await eventually(() => told()).toEqual(expect.arrayContaining(["first-packet a", "first-packet b", "timeout"]));
      expect(rig.events.at(-1)).toEqual({ session: "call", event: { kind: "timeout", afterMs: 300 } });
    });

    test("nothing is told of silence on hold", async () => {
      const held = session(a.address, audio(a.rtpPort, { attributes: [{ name: "sendonly", value: null }] }));
      shown(await execute(rig.plane, { kind: "offer", session: "call", from: "a", description: held, networks }));
      const answer = session(b.address, audio(b.rtpPort, { attributes: [{ name: "recvonly", value: null }] }));
      const answered = { kind: "answer", session: "call", from: "b", description: answer, timeoutMs: 1 } as const;
      shown(await execute(rig.plane, answered));
      await a.speak(call.a, 1);
      await eventually(() => told()).toEqual(["first-packet a"]);
      await a.speak(call.a, 1);
      await eventually(async () => (await statistics(rig.plane, "call")).a.packets).toBe(2);
      expect(told()).toEqual(["first-packet a"]);
    });
  });
});
