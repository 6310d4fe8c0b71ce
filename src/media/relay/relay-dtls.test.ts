// DTLS-SRTP between two relays, each of which has a phone in the clear at its other side: what one says is heard at the other, and nowhere else.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HandshakeTerms, MediaEvent } from "../../engine/index.ts";
import type { SessionDescription, SrtpSuite } from "../../protocol/sdp/index.ts";
import { audio, execute, portOf, session, shown } from "../media-plane.contract.ts";
import type { RelayNetworks } from "./relay-network.ts";
import {
  eventually,
  loopback,
  marks,
  openRig,
  Peer,
  RECEIVER_REPORT,
  type Rig,
  rtpPacket,
} from "./relay-rig.contract.ts";

const SUITES: readonly SrtpSuite[] = ["AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"];

function networksAt(first: number): RelayNetworks {
  const ports = { portFrom: 42_000, portTo: 42_099, advertise: null };
  const outside = { address: loopback(first + 1), ...ports };
  // Another network at the same address: a side that goes over to it gets other ports.
  return { inside: { address: loopback(first), ...ports }, outside, beyond: outside };
}

/** One relay with its phone at side a, and the other relay at side b. */
class End {
  readonly rig: Rig;
  readonly phone: Peer;
  #inside = { address: "", port: 0 };

  private constructor(rig: Rig, phone: Peer) {
    this.rig = rig;
    this.phone = phone;
  }

  static async open(networks: RelayNetworks, host: number, withoutIoUring: boolean): Promise<End> {
    const rig = await openRig({ networks, withoutIoUring, threads: 2 });
    return new End(rig, await Peer.open(loopback(host)));
  }

  /** What the other relay is shown: our address and fingerprint. */
  async offer(id = "call", network = "outside"): Promise<SessionDescription> {
    const said = audio(this.phone.rtpPort, { attributes: [{ name: "setup", value: "actpass" }] });
    const description = session(this.phone.address, said);
    const networks = { a: "inside", b: network };
    return shown(await execute(this.rig.plane, { kind: "offer", session: id, from: "a", description, networks }));
  }

  /** The other relay is where its description says, on these terms. */
  async answer(theirs: SessionDescription, terms: HandshakeTerms | null, mux = true): Promise<void> {
    const address = theirs.connection?.address ?? "";
    const attributes = mux ? [{ name: "rtcp-mux", value: null }] : [];
    const description = session(address, audio(portOf(theirs), { attributes }));
    const dtls = { a: [null], b: [terms] };
    const command = { kind: "answer", session: "call", from: "b", description, dtls } as const;
    const back = shown(await execute(this.rig.plane, command));
    this.#inside = { address: back.connection?.address ?? "", port: portOf(back) };
  }

  say(sequence: number, mark: number): Promise<void> {
    return this.phone.send(this.#inside, rtpPacket(sequence, mark));
  }

  report(): Promise<void> {
    return this.phone.sendRtcp(this.#inside, RECEIVER_REPORT);
  }

  told(kind: MediaEvent["kind"]): MediaEvent[] {
    return this.rig.events.map(({ event }) => event).filter((event) => event.kind === kind);
  }

  async restart(): Promise<void> {
    process.kill(this.rig.plane.pid ?? 0, "SIGKILL");
    await eventually(() => this.rig.plane.up).toBe(false);
    await eventually(() => this.rig.plane.up).toBe(true);
  }

  async close(): Promise<void> {
    this.phone.close();
    await this.rig.close();
  }
}

function fingerprintIn(description: SessionDescription): string {
  const value = description.media[0]?.attributes.find(({ name }) => name === "fingerprint")?.value ?? "";
  return value.replace("sha-256 ", "");
}

function termsFor(
  role: HandshakeTerms["role"],
  peer: SessionDescription | string,
  { association = "one", suites = SUITES }: { association?: string; suites?: readonly SrtpSuite[] } = {},
): HandshakeTerms {
  const value = typeof peer === "string" ? peer : fingerprintIn(peer);
  return { role, fingerprints: [{ digest: "sha-256", value }], suites, association };
}

const OTHER_CERTIFICATE = Array.from({ length: 32 }, () => "AB").join(":");

describe.each([
  { wire: "io_uring", withoutIoUring: false },
  { wire: "epoll", withoutIoUring: true },
])("over $wire", ({ withoutIoUring }) => {
  let left: End;
  let right: End;
  let [toRight, toLeft] = [session(null), session(null)] as SessionDescription[];

  beforeEach(async () => {
    [left, right] = [
      await End.open(networksAt(1), 10, withoutIoUring),
      await End.open(networksAt(3), 11, withoutIoUring),
    ];
    // What each shows to the other.
    [toRight, toLeft] = [await left.offer(), await right.offer()];
  });
  afterEach(async () => {
    await left.close();
    await right.close();
  });

  const agree = async (association = "one", mux = true) => {
    await right.answer(toRight!, termsFor("server", toRight!, { association }), mux);
    await left.answer(toLeft!, termsFor("client", toLeft!, { association }), mux);
  };
  const secured = (end: End) => end.told("secured").length;

  test("two relays agree on keys, and their phones hear each other, reports too", async () => {
    await agree();
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
    const told = { kind: "secured", side: "b", stream: 0, suite: "AEAD_AES_256_GCM" };
    expect([left.told("secured"), right.told("secured")]).toEqual([[told], [told]]);
    await left.say(1, 1);
    await right.say(1, 2);
    await eventually(() => [marks(right.phone.rtp), marks(left.phone.rtp)]).toEqual([[1], [2]]);
    await left.report();
    await eventually(() => right.phone.rtcp.map(({ packet }) => packet)).toEqual([RECEIVER_REPORT]);
  });

  test("with a port of its own for RTCP there are two handshakes", async () => {
    await agree("one", false);
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
    await left.say(1, 1);
    await eventually(() => marks(right.phone.rtp)).toEqual([1]);
    await eventually(async () => {
      await left.report();
      return right.phone.rtcp.length > 0;
    }).toBe(true);
    await eventually(async () => {
      await right.report();
      return left.phone.rtcp.length > 0;
    }).toBe(true);
  });

  test("a peer behind a NAT is found by its handshake: it hears before it has spoken", async () => {
    const elsewhere = session(
      toRight?.connection?.address ?? null,
      audio(portOf(toRight!) + 2000, { attributes: [{ name: "rtcp-mux", value: null }] }),
    );
    const terms = termsFor("server", toRight!);
    await right.answer(elsewhere, terms);
    await left.answer(toLeft!, termsFor("client", toLeft!));
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
    await right.say(1, 1);
    await eventually(() => marks(left.phone.rtp)).toEqual([1]);
    await left.say(1, 2);
    await eventually(() => marks(right.phone.rtp)).toEqual([2]);
  });

  test("before there are keys nothing comes or goes, and nothing in the clear ever", async () => {
    await left.answer(toLeft!, termsFor("server", toLeft!));
    const stranger = await Peer.open(loopback(4));
    const place = { address: toRight!.connection?.address ?? "", port: portOf(toRight!) };
    await left.say(1, 1);
    await stranger.send(place, rtpPacket(1, 66));
    await right.answer(toRight!, termsFor("client", toRight!));
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
    await stranger.send(place, rtpPacket(2, 66));
    await left.say(2, 2);
    await right.say(1, 3);
    await eventually(() => [marks(right.phone.rtp), marks(left.phone.rtp)]).toEqual([[2], [3]]);
    expect(stranger.rtp).toEqual([]);
    stranger.close();
  });

  test("a hello that is faster than the answer is not lost", async () => {
    await left.answer(toLeft!, termsFor("client", toLeft!));
    await right.answer(toRight!, termsFor("server", toRight!));
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
  });

  test("another certificate than was said: no audio, and both are told", async () => {
    await right.answer(toRight!, termsFor("server", OTHER_CERTIFICATE));
    await left.answer(toLeft!, termsFor("client", toLeft!));
    await eventually(() => right.told("unsecured")).toEqual([
      { kind: "unsecured", side: "b", stream: 0, fault: "fingerprint" },
    ]);
    await left.say(1, 66);
    await right.say(1, 66);
    expect([secured(right), right.phone.rtp, left.phone.rtp]).toEqual([0, [], []]);
  });

  test("the same terms again go on, another association has new keys, and none is a stream in the clear", async () => {
    await agree();
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
    await left.say(1, 1);
    await eventually(() => marks(right.phone.rtp)).toEqual([1]);
    await Promise.all([left.offer(), right.offer()]);
    await agree();
    await left.say(2, 2);
    await eventually(() => marks(right.phone.rtp)).toEqual([1, 2]);
    expect([secured(left), secured(right)]).toEqual([1, 1]);
    await Promise.all([left.offer(), right.offer()]);
    await agree("two");
    await eventually(() => [secured(left), secured(right)]).toEqual([2, 2]);
    await left.say(3, 3);
    await right.say(3, 4);
    await eventually(() => [marks(right.phone.rtp), marks(left.phone.rtp)]).toEqual([[1, 2, 3], [4]]);
    await Promise.all([left.offer(), right.offer()]);
    await left.answer(toLeft!, null);
    await right.answer(toRight!, null);
    await left.say(4, 5);
    await eventually(() => marks(right.phone.rtp)).toEqual([1, 2, 3, 5]);
  });

  test("a new association moves with its peer to another port, and what comes from the old one is nobody's (RFC 8842 section 5.1)", async () => {
    await agree();
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
    await left.say(1, 1);
    await eventually(() => marks(right.phone.rtp)).toEqual([1]);
    const [standing, moved] = [await left.offer(), await right.offer("call", "beyond")];
    // Ours stays: the records of both associations are told apart by where they come from, and by their epochs.
    expect([portOf(standing), portOf(moved) === portOf(toLeft!)]).toEqual([portOf(toRight!), false]);
    await right.answer(standing, termsFor("server", standing, { association: "two" }));
    await left.answer(moved, termsFor("client", moved, { association: "two" }));
    await eventually(() => [secured(left), secured(right)]).toEqual([2, 2]);
    await left.say(2, 2);
    await right.say(1, 3);
    await eventually(() => [marks(right.phone.rtp), marks(left.phone.rtp)]).toEqual([[1, 2], [3]]);
    // The peer has left that port: whoever is there now is a stranger, in the clear and with a handshake.
    const old = await Peer.at(toLeft?.connection?.address ?? "", portOf(toLeft!));
    const place = { address: standing.connection?.address ?? "", port: portOf(standing) };
    await old.send(place, rtpPacket(2, 66));
    await old.send(place, Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]));
    await right.say(2, 4);
    await eventually(() => marks(left.phone.rtp)).toEqual([3, 4]);
    expect([old.rtp, left.told("unsecured")]).toEqual([[], []]);
    old.close();
  });

  test("a relay that is killed comes back with its keys and its certificate: nobody has to agree anew", async () => {
    await agree();
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
    for (const sequence of [65_535, 0]) await left.say(sequence, 1);
    await right.say(1, 2);
    await eventually(() => [marks(right.phone.rtp), marks(left.phone.rtp)]).toEqual([[1, 1], [2]]);
    await left.restart();
    await left.say(1, 3);
    await right.say(2, 4);
    await eventually(() => [marks(right.phone.rtp), marks(left.phone.rtp)]).toEqual([
      [1, 1, 3],
      [2, 4],
    ]);
    expect(fingerprintIn(await left.offer())).toBe(fingerprintIn(toRight!));
    expect([secured(left), secured(right), left.told("timeout")]).toEqual([1, 1, []]);
  });

  test("a relay that is killed before there are keys begins again", async () => {
    await left.answer(toLeft!, termsFor("client", toLeft!));
    await left.restart();
    await right.answer(toRight!, termsFor("server", toRight!));
    await eventually(() => [secured(left), secured(right)]).toEqual([1, 1]);
  });

  test("terms that do not fit are refused as a whole", async () => {
    const command = { kind: "answer", session: "call", from: "b", description: toLeft! } as const;
    const bad = [
      { ...termsFor("server", "AB:CD") },
      { ...termsFor("server", OTHER_CERTIFICATE), suites: [] },
      { ...termsFor("server", OTHER_CERTIFICATE), fingerprints: [] },
    ];
    for (const terms of bad) {
      const result = await execute(left.rig.plane, { ...command, dtls: { a: [null], b: [terms] } });
      expect(result).toMatchObject({ ok: false, cause: "unavailable" });
    }
  });
});
