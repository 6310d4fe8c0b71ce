// What every media plane must do, whatever carries its media. A plane's test calls `holdToContract` with a way to make one.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MediaCommand, MediaResult, MediaSide } from "../engine/index.ts";
import type { MediaDescription, SessionDescription } from "../protocol/sdp/index.ts";
import type { MediaPlane } from "./media-plane.ts";

export interface PlaneUnderTest {
  readonly plane: MediaPlane;
  close(): Promise<void> | void;
}

export interface NetworkUnderTest {
  readonly address: string;
  readonly portFrom: number;
  readonly portTo: number;
}

/**
 * Where planes differ by right. `without-ice`, `without-handshakes`: connectivity checks, and keys by DTLS, are refused as `unsupported`. `own-keys`: the plane makes its own keys of SRTP and puts
 * them in place of those that it is given. `without-tones`: it plays none, which is `unsupported`.
 */
export type PlaneTrait = "without-ice" | "without-handshakes" | "own-keys" | "without-tones";

export interface MakePlane {
  /** Why the plane cannot be tried here; null, the default, when it can. */
  readonly missing?: string | null;
  /** Default: none. */
  readonly traits?: readonly PlaneTrait[];
  /** An address of its own for each network; loopback ones for a plane with real sockets. */
  readonly addresses: readonly [string, string, string];
  open(networks: Readonly<Record<string, NetworkUnderTest>>): Promise<PlaneUnderTest> | PlaneUnderTest;
}

/** Pairs of ports in each network. */
const PAIRS = 4;
const PORT_FROM = 42_000;

export function audio(port: number, more: Partial<MediaDescription> = {}): MediaDescription {
  return {
    type: "audio",
    port,
    portCount: null,
    protocol: "RTP/AVP",
    formats: ["0", "101"],
    title: null,
    connection: null,
    bandwidths: [],
    attributes: [
      { name: "rtpmap", value: "101 telephone-event/8000" },
      { name: "sendrecv", value: null },
    ],
    ...more,
  };
}

export function session(
  address: string | null,
  ...media: readonly MediaDescription[]
): SessionDescription & { readonly media: readonly MediaDescription[] } {
  const addressType = address?.includes(":") ? "IP6" : "IP4";
  return {
    origin: { username: "-", sessionId: "1", sessionVersion: "1", addressType: "IP4", address: "192.0.2.77" },
    sessionName: "-",
    connection: address === null ? null : { addressType, address },
    bandwidths: [],
    timing: "0 0",
    attributes: [],
    media,
  };
}

export function execute(plane: MediaPlane, command: MediaCommand): Promise<MediaResult> {
  return new Promise((resolve) => plane.execute(command, resolve));
}

/** The description of a reply that must be a success with one. */
export function shown(result: MediaResult): SessionDescription {
  expect(result).toMatchObject({ ok: true });
  if (!result.ok || result.description === null) throw new Error("no description was shown");
  return result.description;
}

export function portOf(description: SessionDescription, stream = 0): number {
  return description.media[stream]?.port ?? -1;
}

function causeOf(result: MediaResult): string {
  return result.ok ? "ok" : result.cause;
}

/** Addresses that no media may be sent to. */
const UNUSABLE: readonly (string | null)[] = [
  null,
  "",
  "phone.example.com",
  "1.2.3",
  "127.0.0.01",
  "0x7f.0.0.1",
  "256.1.1.1",
  "224.0.0.1",
  "239.255.255.250/127",
  "255.255.255.255",
  "ff02::1",
  "2001:db8::1",
  "::ffff:127.0.0.1",
  ":::",
];

export function holdToContract(name: string, make: MakePlane): void {
  const [inside, outside, elsewhere] = make.addresses;
  const range = { portFrom: PORT_FROM, portTo: PORT_FROM + 2 * PAIRS - 1 };
  const networks = { a: "inside", b: "outside" };
  const peer = "192.0.2.1";

  describe.skipIf(make.missing)(`${name} as a media plane ${make.missing ?? ""}`.trim(), () => {
    let made: PlaneUnderTest;
    let plane: MediaPlane;

    beforeEach(async () => {
      made = await make.open({
        inside: { address: inside, ...range },
        outside: { address: outside, ...range },
        elsewhere: { address: elsewhere, ...range },
      });
      plane = made.plane;
    });
    afterEach(() => made.close());

    const offer = (id: string, description: SessionDescription, more: { from?: MediaSide; b?: string } = {}) =>
      execute(plane, {
        kind: "offer",
        session: id,
        from: more.from ?? "a",
        description,
        networks: { a: "inside", b: more.b ?? "outside" },
      });
    const answer = (id: string, description: SessionDescription, from: MediaSide = "b") =>
      execute(plane, { kind: "answer", session: id, from, description });
    const release = (id: string) => execute(plane, { kind: "release", session: id });
    const query = (id: string) => execute(plane, { kind: "query", session: id });

    test("shows each side our address and an even port of the network it lives in, and all else as it was given", async () => {
      const offered = session(peer, audio(4000));
      const toCallee = shown(await offer("s", offered));
      const port = portOf(toCallee);
      expect(toCallee).toEqual({
        ...offered,
        connection: { addressType: "IP4", address: outside },
        media: [{ ...offered.media[0], port }],
      });
      expect(port % 2).toBe(0);
      expect(port).toBeGreaterThanOrEqual(range.portFrom);
      expect(port).toBeLessThan(range.portTo);
      const toCaller = shown(await answer("s", session("198.51.100.2", audio(5000))));
      expect(toCaller.connection).toEqual({ addressType: "IP4", address: inside });
      expect(portOf(toCaller) % 2).toBe(0);
    });

    test("shows nothing of a peer's address, in a stream of its own or in rtcp attributes", async () => {
      const media = audio(4000, {
        portCount: 2,
        connection: { addressType: "IP4", address: peer },
        attributes: [
          { name: "rtcp", value: `4711 IN IP4 ${peer}` },
          { name: "rtcp-mux", value: null },
          { name: "ptime", value: "20" },
        ],
      });
      const toCallee = shown(await offer("s", session(null, media)));
      expect(JSON.stringify(toCallee)).not.toContain(peer);
      expect(JSON.stringify(toCallee)).not.toContain("4711");
      expect(JSON.stringify(toCallee)).not.toContain("rtcp-mux");
      expect(toCallee.media[0]).toMatchObject({ portCount: null, connection: null });
      expect(toCallee.media[0]?.attributes).toContainEqual({ name: "ptime", value: "20" });
    });

    test("keeps the ports in re-offers from either side and in later answers", async () => {
      const toCallee = portOf(shown(await offer("s", session(peer, audio(4000)))));
      const toCaller = portOf(shown(await answer("s", session("198.51.100.2", audio(5000)))));
      expect(portOf(shown(await answer("s", session("198.51.100.3", audio(5002)))))).toBe(toCaller);
      expect(portOf(shown(await offer("s", session(peer, audio(4002)))))).toBe(toCallee);
      expect(portOf(shown(await answer("s", session("198.51.100.3", audio(5002)))))).toBe(toCaller);
      expect(portOf(shown(await offer("s", session("198.51.100.3", audio(5004)), { from: "b" })))).toBe(toCaller);
      expect(portOf(shown(await answer("s", session(peer, audio(4002)), "a")))).toBe(toCallee);
    });

    test("gives ports to the streams of RTP and of fax that are offered, and none to others", async () => {
      const fax = audio(4010, { type: "image", protocol: "udptl", formats: ["t38"], attributes: [] });
      const other = audio(4012, { protocol: "TCP/RTP/AVP" });
      const description = session(peer, audio(0), audio(4000), fax, other, audio(4002, { protocol: "RTP/AVPF" }));
      const toCallee = shown(await offer("s", description));
      const ports = toCallee.media.map(({ port }) => port);
      expect(ports.map((port) => port > 0)).toEqual([false, true, true, false, true]);
      expect(new Set(ports.filter((port) => port > 0)).size).toBe(3);
      const toCaller = shown(await answer("s", session(peer, audio(0), audio(5000), audio(0), audio(0), audio(0))));
      expect(toCaller.media.map(({ port }) => port > 0)).toEqual([false, true, false, false, false]);
    });

    test("adds its certificate's fingerprint and rtcp-mux to streams whose keys come by handshake, and to no other", async () => {
      const set = (setup: string) => [{ name: "setup", value: setup }];
      const attributesOf = (port: number, setup: string) =>
        audio(port, { protocol: "UDP/TLS/RTP/SAVP", attributes: set(setup) });
      const offered = session(peer, attributesOf(4000, "actpass"), audio(4002));
      const result = await offer("s", offered);
      if (make.traits?.includes("without-handshakes")) {
        expect(causeOf(result)).toBe("unsupported");
        expect((await offer("s", session(peer, audio(4000)))).ok).toBe(true);
        return;
      }
      const [first, second] = shown(result).media.map(({ attributes }) => attributes);
      const fingerprint = first?.find(({ name }) => name === "fingerprint")?.value ?? "";
      expect(fingerprint).toMatch(/^sha-256 [0-9A-F]{2}(?::[0-9A-F]{2}){31}$/);
      expect(first).toEqual([
        ...set("actpass"),
        { name: "rtcp-mux", value: null },
        { name: "fingerprint", value: fingerprint },
      ]);
      expect(second?.filter(({ name }) => name === "fingerprint" || name === "rtcp-mux")).toEqual([]);
      const answered = session(peer, attributesOf(5000, "passive"), audio(0));
      const [back] = shown(await answer("s", answered)).media;
      expect(back?.attributes).toContainEqual({ name: "fingerprint", value: fingerprint });
    });

    test("accepts hold by an unspecified address", async () => {
      expect(portOf(shown(await offer("s", session("0.0.0.0", audio(4000)))))).toBeGreaterThan(0);
      expect(portOf(shown(await answer("s", session("0.0.0.0", audio(5000)))))).toBeGreaterThan(0);
    });

    test.each(UNUSABLE)(
      "sends no media to %j: refuses the offer and forgets it, or keeps what was before",
      async (address) => {
        expect(causeOf(await offer("s", session(address, audio(4000))))).toBe("unusable-address");
        expect(causeOf(await query("s"))).toBe("unknown-session");
        const port = portOf(shown(await offer("s", session(peer, audio(4000)))));
        expect(causeOf(await answer("s", session(address, audio(5000))))).toBe("unusable-address");
        expect(causeOf(await offer("s", session(address, audio(4000))))).toBe("unusable-address");
        expect(portOf(shown(await offer("s", session(peer, audio(4000)))))).toBe(port);
      },
    );

    test("knows no session that was not offered or is released", async () => {
      expect(causeOf(await answer("s", session(peer, audio(5000))))).toBe("unknown-session");
      expect(causeOf(await query("s"))).toBe("unknown-session");
      expect(await release("s")).toEqual({ ok: true, description: null, streams: [] });
      await offer("s", session(peer, audio(4000)));
      expect(await query("s")).toMatchObject({ ok: true, description: null, streams: [{ stream: 0 }] });
      expect(await release("s")).toMatchObject({ ok: true, description: null, streams: [{ stream: 0 }] });
      expect(await release("s")).toEqual({ ok: true, description: null, streams: [] });
      expect(causeOf(await query("s"))).toBe("unknown-session");
      expect(causeOf(await answer("s", session(peer, audio(5000))))).toBe("unknown-session");
    });

    test("refuses a network that has no media", async () => {
      expect(causeOf(await offer("s", session(peer, audio(4000)), { b: "nowhere" }))).toBe("unknown-network");
      expect(causeOf(await query("s"))).toBe("unknown-session");
    });

    test("says when the ports are used up, and has them all again when they are released", async () => {
      for (let round = 0; round < 3; round += 1) {
        const ports = new Set<number>();
        for (let index = 0; index < PAIRS; index += 1) {
          ports.add(portOf(shown(await offer(`s${index}`, session(peer, audio(4000))))));
        }
        expect(ports.size).toBe(PAIRS);
        expect(causeOf(await offer("more", session(peer, audio(4000))))).toBe("no-ports");
        expect(causeOf(await query("more"))).toBe("unknown-session");
        await release("s0");
        const lastPorts = session(peer, audio(4000), audio(4002));
        expect(causeOf(await offer("two", lastPorts))).toBe("no-ports");
        expect(portOf(shown(await offer("s0", session(peer, audio(4000)))))).toBeGreaterThan(0);
        for (let index = 0; index < PAIRS; index += 1) expect((await release(`s${index}`)).ok).toBe(true);
      }
    });

    test("moves a side to another network with the next attempt's offer, and frees its old ports", async () => {
      await offer("s", session(peer, audio(4000)));
      const before = portOf(shown(await answer("s", session("198.51.100.2", audio(5000)))));
      const moved = shown(await offer("s", session(peer, audio(4000)), { b: "elsewhere" }));
      expect(moved.connection?.address).toBe(elsewhere);
      expect(portOf(shown(await answer("s", session("203.0.113.2", audio(6000)))))).toBe(before);
      // All of `outside` is free again, and one pair of `inside` is taken.
      for (let index = 1; index < PAIRS; index += 1) {
        expect((await offer(`s${index}`, session(peer, audio(4000)))).ok).toBe(true);
      }
      expect((await release("s")).ok).toBe(true);
      expect((await offer("last", session(peer, audio(4000)))).ok).toBe(true);
    });

    const withAttributes = (...attributes: readonly (readonly [string, string])[]) =>
      session(peer, audio(4000, { attributes: attributes.map(([name, value]) => ({ name, value })) }));

    test("names candidates of its own to a peer that checks, or refuses to be checked", async () => {
      const checked = withAttributes(["ice-ufrag", "abcdefgh"], ["ice-pwd", "abcdefghijklmnopqrstuvwx"]);
      const result = await offer("s", checked);
      if (make.traits?.includes("without-ice")) {
        expect(causeOf(result)).toBe("unsupported");
        expect(causeOf(await query("s"))).toBe("unknown-session");
        expect((await offer("s", session(peer, audio(4000)))).ok).toBe(true);
        return;
      }
      const candidates = shown(result).media[0]?.attributes.filter(({ name }) => name === "candidate");
      expect(candidates?.map(({ value }) => value?.split(" ").slice(4, 6))).toEqual([
        [outside, String(portOf(shown(result)))],
        [outside, String(portOf(shown(result)) + 1)],
      ]);
    });

    test("shows a key of every suite that it is given, under the same tag, and the same again", async () => {
      const given = ["1 AEAD_AES_128_GCM", "2 AES_CM_128_HMAC_SHA1_80"];
      const keys = [Buffer.alloc(28, 7).toString("base64"), Buffer.alloc(30, 8).toString("base64")];
      const offered = withAttributes(
        ...given.map((line, index) => ["crypto", `${line} inline:${keys[index]}|2^31`] as const),
      );
      const linesOf = (result: MediaResult) => shown(result).media[0]?.attributes.map(({ value }) => value ?? "") ?? [];
      const lines = linesOf(await offer("s", offered));
      expect(lines.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(given);
      const own = lines.map((line) => /inline:([^|]+)/.exec(line)?.[1]);
      if (make.traits?.includes("own-keys")) expect(own.filter((key) => keys.includes(key ?? ""))).toEqual([]);
      else expect(own).toEqual(keys);
      await answer("s", session("198.51.100.2", audio(5000)));
      expect(linesOf(await offer("s", offered))).toEqual(lines);
    });

    test("plays tones to a side whose tones are ours, until an answer says otherwise", async () => {
      const tones = { a: [null], b: [{ send: 101, receive: 101, rateHz: 8000 }] };
      const play = (to: MediaSide, event = 5) =>
        execute(plane, { kind: "tone", session: "s", to, event, durationMs: 100, volume: 10 });
      expect(causeOf(await play("b"))).toMatch(/^un(?:known-session|supported)$/);
      await offer("s", session(peer, audio(4000)));
      const description = session("198.51.100.2", audio(5000));
      expect((await execute(plane, { kind: "answer", session: "s", from: "b", description, tones })).ok).toBe(true);
      expect(causeOf(await play("a"))).toBe("unsupported");
      expect(causeOf(await play("b"))).toBe(make.traits?.includes("without-tones") ? "unsupported" : "ok");
      await answer("s", description);
      expect(causeOf(await play("b"))).toBe("unsupported");
    });

    test("replies exactly once to each command, in order, also when they come all at once", async () => {
      const replies: [number, string][] = [];
      const give = (index: number, command: MediaCommand) =>
        plane.execute(command, (result) => replies.push([index, causeOf(result)]));
      const description = session(peer, audio(4000));
      give(0, { kind: "offer", session: "s", from: "a", description, networks });
      give(1, { kind: "answer", session: "s", from: "b", description });
      give(2, { kind: "query", session: "s" });
      give(3, { kind: "release", session: "s" });
      give(4, { kind: "query", session: "s" });
      give(5, { kind: "offer", session: "s", from: "a", description, networks });
      give(6, { kind: "release", session: "s" });
      await expect.poll(() => replies.length, { timeout: 30_000 }).toBe(7);
      await query("other");
      expect(replies).toEqual([
        [0, "ok"],
        [1, "ok"],
        [2, "ok"],
        [3, "ok"],
        [4, "unknown-session"],
        [5, "ok"],
        [6, "ok"],
      ]);
    });
  });
}
