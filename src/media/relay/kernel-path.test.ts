// Streams that the kernel passes on, between network namespaces of the test's own: two phones, each on a wire to the relay.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type {
  MediaCommand,
  MediaEvent,
  MediaResult,
  ReceivedStatistics,
  StreamKeys,
  StreamTones,
} from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { audio, portOf, session, shown } from "../media-plane.contract.ts";
import {
  ADDRESSES,
  closeSpaces,
  type Heard,
  ip,
  LISTENER,
  obstacle,
  openSpaces,
  PHONE,
  PHONE_PORT,
  PLANE,
  Program,
  SPACES,
  takeFrames,
  WAYS,
} from "./kernel-wires.contract.ts";
import type { NativeStatus } from "./native-relay.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const hindered = obstacle();
if (hindered !== null) {
  test("streams in the kernel are not tried here", () => {
    process.stderr.write(`the kernel path is not tested: ${hindered}\n`);
    expect(hindered).not.toBe("");
  });
}

describe.runIf(hindered === null).each(WAYS)("streams that the kernel passes on, $name,", (way) => {
  const RELAY = { a: ADDRESSES[way.a].a[0], b: ADDRESSES[way.b].b[0] };
  const PHONES = { a: ADDRESSES[way.a].a[1], b: ADDRESSES[way.b].b[1] };
  let folder: string;
  let plane: Program;
  let phones: { a: Program; b: Program };
  let to: { a: number; b: number };

  beforeAll(() => {
    closeSpaces();
    openSpaces(way);
  });
  afterAll(closeSpaces);

  const status = () => plane.ask<NativeStatus & { pid: number }>({ kind: "status" });
  const execute = (command: MediaCommand) => plane.ask<MediaResult>(command);
  const describeSide = (side: "a" | "b") => session(PHONES[side], audio(PHONE_PORT));
  const counters = async (side: "a" | "b"): Promise<ReceivedStatistics> => {
    const result = await execute({ kind: "query", session: "call" });
    const stream = result.ok ? result.streams[0] : undefined;
    if (stream === undefined) throw new Error("no counters");
    return stream[side];
  };
  const renew = async (
    offer: SessionDescription = describeSide("a"),
    keys: StreamKeys | null = null,
    tones: StreamTones | null = null,
  ) => {
    const networks = { a: "a", b: "b" };
    const offered = await execute({ kind: "offer", session: "call", from: "a", description: offer, networks });
    const secured = { a: [null], b: [keys] };
    const description = describeSide("b");
    const toned = { a: [null], b: [tones] };
    const answer = { kind: "answer", session: "call", from: "b", description, keys: secured, tones: toned } as const;
    const answered = await execute(answer);
    return { a: portOf(shown(answered)), b: portOf(shown(offered)) };
  };
  const say = (side: "a" | "b", from: number, count: number, more: Readonly<Record<string, number>> = {}) => {
    const packet = { do: "send", from, count, gapMs: 1, ssrc: side === "a" ? 1 : 2, to: RELAY[side], port: to[side] };
    return phones[side].ask<Heard>({ ...packet, ...more });
  };
  const heardBy = (side: "a" | "b") => phones[side].ask<Heard>({ do: "tell" });
  const sequences = async (side: "a" | "b", ssrc: number) => {
    return (await heardBy(side)).filter((one) => one[1] === ssrc).map(([sequence]) => sequence);
  };
  const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 20_000, interval: 20 });
  const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "demarc-kernel-"));
    const network = (address: string, dscp: number) => {
      return { address, portFrom: 42_000, portTo: 42_099, advertise: null, dscp };
    };
    const options = {
      networks: { a: network(RELAY.a, 46), b: network(RELAY.b, 34) },
      socketDir: join(folder, "run"),
      mediaTimeoutMs: 0,
      commandDeadlineMs: 20_000,
    };
    plane = new Program(SPACES.relay, [process.execPath, "--input-type=module", "-e", PLANE, JSON.stringify(options)]);
    const phone = (side: "a" | "b") => {
      return new Program(SPACES[side], ["python3", "-c", PHONE, PHONES[side], String(PHONE_PORT)]);
    };
    phones = { a: phone("a"), b: phone("b") };
    expect(await status()).toMatchObject({ kernel: "on", kernelFlows: 0 });
    to = await renew();
    await heardBy("b");
    await say("a", 1, 2);
    await say("b", 1, 2);
    // Both ends are settled with these; the first of them went through user space.
    await say("a", 3, 2);
    await say("b", 3, 2);
    await eventually(status).toMatchObject({ kernelFlows: 2, frameFlows: way.frames ? 2 : 0 });
    await eventually(async () => [await sequences("b", 1), await sequences("a", 2)]).toEqual([
      range(1, 4),
      range(1, 4),
    ]);
  });
  afterEach(async () => {
    await Promise.all([plane.end(), phones.a.end(), phones.b.end()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test("arrive whole and in order, marked and addressed as from user space, and are counted", async () => {
    const before = await status();
    await say("a", 5, 300);
    await say("b", 5, 300);
    await eventually(() => sequences("b", 1)).toEqual(range(1, 304));
    await eventually(() => sequences("a", 2)).toEqual(range(1, 304));
    expect((await status()).forwarded - before.forwarded).toBe(0);
    const last = (await heardBy("b")).at(-1);
    expect(last).toEqual([304, 1, 34 << 2, 64, RELAY.b, to.b, 172]);
    expect((await heardBy("a")).at(-1)).toEqual([304, 2, 46 << 2, 64, RELAY.a, to.a, 172]);
    const counted = await counters("a");
    expect(counted).toMatchObject({
      packets: 304,
      bytes: 304 * 172,
      lost: 0,
      duplicates: 0,
      reordered: 0,
      path: "kernel",
    });
    expect(counted).toMatchObject({ dscp: 0, rejected: 0, ssrcChanges: 0 });
    expect(Date.now() - (counted.lastPacketAt ?? 0)).toBeLessThan(60_000);
    // Lost and doubled ones are counted there too.
    await say("a", 310, 2);
    await say("a", 311, 1);
    await eventually(async () => (await counters("a")).packets).toBe(307);
    expect(await counters("a")).toMatchObject({ lost: 5, duplicates: 1 });
  });

  test("come into the queue of the interface, or do not get as far", async () => {
    const listener = new Program(SPACES.relay, ["python3", "-c", LISTENER, "to-a"]);
    await listener.ask({});
    await say("a", 5, 100);
    await eventually(() => sequences("b", 1)).toEqual(range(1, 104));
    await eventually(() => listener.ask({})).toBe(way.frames ? 0 : 100);
    await listener.end();
  });

  test.runIf(way.frames)("go by the queue where their sums are not there yet, and are right in the end", async () => {
    takeFrames("a", "left");
    const listener = new Program(SPACES.relay, ["python3", "-c", LISTENER, "to-a"]);
    await listener.ask({});
    await say("a", 5, 100);
    takeFrames("a", "own");
    await say("a", 105, 100);
    await eventually(() => sequences("b", 1)).toEqual(range(1, 204));
    expect(await listener.ask({})).toBe(100);
    expect(await counters("a")).toMatchObject({ packets: 204, lost: 0, duplicates: 0, path: "kernel" });
    await listener.end();
  });

  test("follow a next hop that moves", async () => {
    const link = "02:00:00:00:77:02";
    await say("a", 5, 5);
    ip("-n", SPACES.b, "link", "set", "wire", "address", link);
    ip("-n", SPACES.relay, "neigh", "replace", PHONES.b, "lladdr", link, "dev", "to-b");
    let next = 10;
    const before = (await sequences("b", 1)).length;
    await eventually(async () => {
      await say("a", next, 5);
      next += 5;
      return (await sequences("b", 1)).length;
    }).toBeGreaterThan(before);
    await say("b", 5, 2);
    await eventually(status).toMatchObject({ kernelFlows: 2, frameFlows: way.frames ? 2 : 0 });
  });

  test("are no way in for another source, a stranger, or what is no plain RTP", async () => {
    await say("a", 5, 2, { ssrc: 99, gapMs: 0 });
    await say("a", 5, 1, { first: 0xc0, gapMs: 0 });
    const stranger = new Program(SPACES.a, ["python3", "-c", PHONE, PHONES.a, "5000"]);
    await stranger.ask({ do: "send", from: 1, count: 5, gapMs: 0, ssrc: 1, to: RELAY.a, port: to.a });
    await stranger.end();
    await say("a", 5, 10);
    await eventually(() => sequences("b", 1)).toEqual(range(1, 14));
    expect(await sequences("b", 99)).toEqual([]);
    const counted = await counters("a");
    expect(counted).toMatchObject({ packets: 14, path: "kernel", ssrcChanges: 0 });
    expect(counted.rejected).toBe(7);
  });

  test("a packet with an extension goes through user space, and is of the same stream", async () => {
    await say("a", 5, 5);
    await say("a", 10, 1, { first: 0x90 });
    await say("a", 11, 5);
    await eventually(async () => (await sequences("b", 1)).length).toBe(15);
    expect(await counters("a")).toMatchObject({ packets: 15, lost: 0, path: "kernel" });
  });

  test("move to user space and back with every offer, and lose nothing and double nothing", async () => {
    const talking = say("a", 5, 1500);
    for (let round = 0; round < 20; round += 1) {
      await renew();
      await status();
    }
    await talking;
    await eventually(async () => (await sequences("b", 1)).length).toBe(1504);
    expect((await sequences("b", 1)).sort((left, right) => left - right)).toEqual(range(1, 1504));
    expect(await counters("a")).toMatchObject({ packets: 1504, lost: 0, duplicates: 0 });
    await say("b", 5, 2);
    await say("a", 1505, 2);
    await eventually(async () => (await status()).kernelFlows).toBe(2);
  });

  test("a change of source comes to user space, and goes back when it is settled", async () => {
    await say("a", 100, 200, { ssrc: 7, gapMs: 1 });
    await eventually(async () => (await counters("a")).ssrcChanges).toBe(1);
    await say("a", 300, 50, { ssrc: 7 });
    await eventually(async () => (await sequences("b", 7)).at(-1)).toBe(349);
    expect(await counters("a")).toMatchObject({ path: "kernel" });
  });

  test("end with a hold and with the call", async () => {
    await renew(session(way.a === 4 ? "0.0.0.0" : "::", audio(PHONE_PORT)));
    expect(await status()).toMatchObject({ kernelFlows: 0 });
    await say("b", 5, 3);
    await eventually(async () => (await counters("b")).packets).toBe(7);
    expect(await sequences("a", 2)).toEqual(range(1, 4));
    await renew();
    await say("a", 5, 3);
    await say("b", 8, 3);
    await say("a", 8, 3);
    await eventually(async () => (await status()).kernelFlows).toBe(2);
    const released = await execute({ kind: "release", session: "call" });
    expect(released.ok && released.streams[0]?.b.packets).toBe(10);
    expect(await status()).toMatchObject({ kernelFlows: 0, streams: 0 });
    const before = await sequences("b", 1);
    await say("a", 11, 3);
    expect(await sequences("b", 1)).toEqual(before);
  });

  test("end with the first key, and come back with the last: what must be encrypted never goes past", async () => {
    const key = Buffer.alloc(30, 7).toString("base64");
    const keys = { suite: "AES_CM_128_HMAC_SHA1_80", receive: key, receiveMark: "", send: key } as const;
    await renew(describeSide("a"), keys);
    expect(await status()).toMatchObject({ kernelFlows: 0 });
    await say("a", 5, 50);
    await say("b", 5, 5);
    await say("a", 55, 50);
    await eventually(() => sequences("b", 1)).toEqual(range(1, 104));
    expect(new Set((await heardBy("b")).slice(4).map((one) => one[6]))).toEqual(new Set([182]));
    expect(await status()).toMatchObject({ kernelFlows: 0 });
    expect(await sequences("a", 2)).toEqual(range(1, 4));
    await renew();
    await say("b", 10, 5);
    await say("a", 105, 5);
    await say("b", 15, 5);
    await eventually(async () => (await status()).kernelFlows).toBe(2);
    await eventually(async () => (await heardBy("b")).at(-1)?.[6]).toBe(172);
  });

  test("stay out of it while tones are to be heard and made in them, and after one was", async () => {
    const tones = { send: 101, receive: 101, rateHz: 8000 };
    await renew(describeSide("a"), null, tones);
    await say("a", 5, 20);
    await say("b", 5, 20);
    await eventually(() => sequences("b", 1)).toEqual(range(1, 24));
    expect(await status()).toMatchObject({ kernelFlows: 0 });
    await renew();
    await say("a", 25, 5);
    await say("b", 25, 5);
    await eventually(async () => (await status()).kernelFlows).toBe(2);
    await renew(describeSide("a"), null, tones);
    await say("a", 30, 1);
    expect(
      await execute({ kind: "tone", session: "call", to: "b", event: 1, durationMs: 20, volume: 10 }),
    ).toMatchObject({
      ok: true,
    });
    // The three packets of the tone, and audio that counts on behind them.
    await eventually(() => sequences("b", 1)).toEqual(range(1, 33));
    await renew();
    await say("a", 31, 5);
    await say("b", 31, 5);
    await say("a", 36, 5);
    await eventually(() => sequences("b", 1)).toEqual(range(1, 43));
    await eventually(async () => (await status()).kernelFlows).toBe(1);
  });

  test.runIf(way.a === 4 && way.b === 4)("are audio alone: reports on their port come to user space", async () => {
    const mux = { attributes: [{ name: "rtcp-mux", value: null }] };
    await renew(session(PHONES.a, audio(PHONE_PORT, mux)));
    await say("a", 5, 5);
    await say("b", 5, 5);
    await say("a", 10, 5);
    await eventually(status).toMatchObject({ kernelFlows: 2 });
    const before = await status();
    await say("a", 15, 5);
    // A sender report of 172 bytes: where audio has its number, 42 words.
    await say("a", 42, 1, { type: 200 });
    await say("a", 20, 5);
    // To the port that b has for them, and so not past us.
    await eventually(() => sequences("b", 1)).toEqual(range(1, 24));
    await eventually(async () => (await status()).forwarded - before.forwarded).toBe(1);
    expect(await status()).toMatchObject({ kernelFlows: 2 });
    expect(await counters("a")).toMatchObject({ packets: 24, lost: 0, rejected: 0, path: "kernel" });
  });

  test.runIf(way.a === 4 && way.b === 4)(
    "give way to tones that are ours to hear: each is told, and goes no further",
    async () => {
      await renew(describeSide("a"), null, { send: 101, receive: 101, rateHz: 8000 });
      await say("b", 5, 5);
      await say("b", 100, 1, { type: 101 });
      await say("b", 120, 5);
      const heard = { kind: "tone", side: "b", stream: 0, event: 0, durationMs: 0 };
      await eventually(async () => {
        return (await plane.ask<MediaEvent[]>({ kind: "events" })).filter(({ kind }) => kind === "tone");
      }).toEqual([heard]);
      await eventually(() => sequences("a", 2)).toEqual([...range(1, 9), ...range(120, 5)]);
      expect(await status()).toMatchObject({ kernelFlows: 0 });
    },
  );

  test("come back by themselves when the relay is killed, and go to the kernel again", async () => {
    const { pid } = await status();
    process.kill(pid, "SIGKILL");
    await eventually(async () => (await status()).pid !== pid).toBe(true);
    await say("a", 5, 20);
    await say("b", 5, 20);
    await say("a", 25, 20);
    await eventually(async () => (await status()).kernelFlows).toBe(2);
    await eventually(async () => (await sequences("b", 1)).at(-1)).toBe(44);
  });
});
