// Streams that the kernel passes on, between network namespaces of the test's own: two phones, each on a wire to the relay.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { MediaCommand, MediaResult, ReceivedStatistics, StreamKeys } from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { audio, portOf, session, shown } from "../media-plane.contract.ts";
import { KERNEL_PROGRAM, type NativeStatus } from "./native-relay.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SPACES = { relay: `dr${process.pid}`, a: `da${process.pid}`, b: `db${process.pid}` };
const RELAY = { a: "10.77.1.1", b: "10.77.2.1" };
const PHONES = { a: "10.77.1.2", b: "10.77.2.2" };
const PHONE_PORT = 4000;

const PLANE = `
  import { createInterface } from "node:readline";
  import { startRelayPlane } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const plane = await startRelayPlane({ ...JSON.parse(process.argv[1]), log });
  const say = (value) => console.log(JSON.stringify(value));
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    if (command.kind === "status") say({ ...(await plane.status()), pid: plane.pid });
    else if (command.kind === "end") break;
    else plane.execute(command, say);
  }
  await plane.close();
  process.exit(0);
`;

/** Node's sockets do not tell how a packet was marked. */
const PHONE = `
import json, socket, struct, sys, threading, time
host, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
s.setsockopt(socket.IPPROTO_IP, 13, 1)
s.setsockopt(socket.IPPROTO_IP, 12, 1)
s.bind((host, port))
heard = []
def listen():
    while True:
        data, anc, _, source = s.recvmsg(2048, 128)
        marks = {kind: value[0] for _, kind, value in anc}
        sequence, _, ssrc = struct.unpack("!HII", data[2:12])
        heard.append([sequence, ssrc, marks.get(1, -1), marks.get(2, -1), source[0], source[1], len(data)])
threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    c = json.loads(line)
    if c["do"] == "send":
        for n in range(c["count"]):
            q = c["from"] + n
            s.sendto(struct.pack("!BBHII", c.get("first", 0x80), c.get("type", 0), q, q * 160, c["ssrc"]) + bytes(160), (c["to"], c["port"]))
            if c["gapMs"]: time.sleep(c["gapMs"] / 1000)
    print(json.dumps(heard), flush=True)
`;

type Heard = readonly (readonly [number, number, number, number, string, number, number])[];

/** A program in a namespace that answers each line with a line. */
class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(space: string, command: readonly string[]) {
    this.#child = spawn("ip", ["netns", "exec", space, ...command], { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#child.stdout === null) throw new Error("no output");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask<T>(line: unknown): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify(line)}\n`);
    return JSON.parse((await this.#lines.next()).value);
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin?.end(`${JSON.stringify({ kind: "end", do: "end" })}\n`);
    await gone;
  }
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}

function openSpaces(): void {
  for (const space of Object.values(SPACES)) ip("netns", "add", space);
  ip("-n", SPACES.relay, "link", "set", "lo", "up");
  for (const side of ["a", "b"] as const) {
    ip("-n", SPACES.relay, "link", "add", `to-${side}`, "type", "veth", "peer", "name", "wire", "netns", SPACES[side]);
    ip("-n", SPACES.relay, "addr", "add", `${RELAY[side]}/24`, "dev", `to-${side}`);
    ip("-n", SPACES.relay, "link", "set", `to-${side}`, "up");
    ip("-n", SPACES[side], "addr", "add", `${PHONES[side]}/24`, "dev", "wire");
    ip("-n", SPACES[side], "link", "set", "wire", "up");
  }
}

function closeSpaces(): void {
  for (const space of Object.values(SPACES)) spawnSync("ip", ["netns", "del", space]);
}

/** Why the kernel cannot be tried here; null when it can. */
function obstacle(): string | null {
  if (!existsSync(KERNEL_PROGRAM)) return "the program for the kernel is not built: there is no clang";
  if (process.getuid?.() !== 0) return "only root may make network namespaces";
  const made = spawnSync("ip", ["netns", "add", `probe${process.pid}`], { encoding: "utf8" });
  if (made.error !== undefined || made.status !== 0)
    return `no network namespaces: ${made.error?.message ?? made.stderr}`;
  ip("netns", "del", `probe${process.pid}`);
  return null;
}

const hindered = obstacle();
if (hindered !== null) {
  test("streams in the kernel are not tried here", () => {
    process.stderr.write(`the kernel path is not tested: ${hindered}\n`);
    expect(hindered).not.toBe("");
  });
}

describe.runIf(hindered === null)("streams that the kernel passes on", () => {
  let folder: string;
  let plane: Program;
  let phones: { a: Program; b: Program };
  let to: { a: number; b: number };

  beforeAll(() => {
    closeSpaces();
    openSpaces();
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
  const renew = async (offer: SessionDescription = describeSide("a"), keys: StreamKeys | null = null) => {
    const networks = { a: "a", b: "b" };
    const offered = await execute({ kind: "offer", session: "call", from: "a", description: offer, networks });
    const secured = { a: [null], b: [keys] };
    const description = describeSide("b");
    const answered = await execute({ kind: "answer", session: "call", from: "b", description, keys: secured });
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
    await eventually(async () => (await status()).kernelFlows).toBe(2);
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
    await renew(session("0.0.0.0", audio(PHONE_PORT)));
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
