// Wires between network namespaces, with two phones and the relay at their ends: what the kernel passes on is tried there, as root.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { KERNEL_PROGRAM } from "./native-relay.ts";

export const SPACES = { relay: `dr${process.pid}`, a: `da${process.pid}`, b: `db${process.pid}` };
export const PHONE_PORT = 4000;
export type Family = 4 | 6;
/** The relay's and the phone's on the wire of a side. */
export const ADDRESSES = {
  4: { a: ["10.77.1.1", "10.77.1.2"], b: ["10.77.2.1", "10.77.2.2"] },
  6: { a: ["fd77:1::1", "fd77:1::2"], b: ["fd77:2::1", "fd77:2::2"] },
} as const;

export interface Way {
  readonly name: string;
  readonly a: Family;
  readonly b: Family;
  /** Straight from one interface to the other (XDP): the wires' other ends take frames, and sum up what they send. */
  readonly frames: boolean;
}

export const WAYS: readonly Way[] = [
  { name: "IPv4, by the queue", a: 4, b: 4, frames: false },
  { name: "IPv6, by the queue", a: 6, b: 6, frames: false },
  { name: "IPv4 to IPv6, by the queue", a: 4, b: 6, frames: false },
  { name: "IPv4, as frames", a: 4, b: 4, frames: true },
  { name: "IPv6, as frames", a: 6, b: 6, frames: true },
];

export const PLANE = `
  import { createInterface } from "node:readline";
  import { startRelayPlane } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
  const logged = [];
  const events = [];
  const keep = (message, fields) => logged.push([message, fields]);
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const plane = await startRelayPlane({ ...JSON.parse(process.argv[1]), log });
  plane.onEvent = (_, event) => events.push(event);
  const say = (value) => console.log(JSON.stringify(value));
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    if (command.kind === "status") say({ ...(await plane.status()), pid: plane.pid });
    else if (command.kind === "logged") say(logged);
    else if (command.kind === "events") say(events);
    else if (command.kind === "end") break;
    else plane.execute(command, say);
  }
  await plane.close();
  process.exit(0);
`;

/** Node's sockets do not tell how a packet was marked. */
export const PHONE = `
import json, socket, struct, sys, threading, time
host, port = sys.argv[1], int(sys.argv[2])
six = ":" in host
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
for option in ((66, 51) if six else (13, 12)): s.setsockopt(41 if six else 0, option, 1)
s.bind((host, port))
heard = []
def listen():
    while True:
        data, anc, _, source = s.recvmsg(2048, 256)
        marks = {kind: value[0] for _, kind, value in anc}
        sequence, _, ssrc = struct.unpack("!HII", data[2:12])
        heard.append([sequence, ssrc, marks.get(67 if six else 1, -1), marks.get(52 if six else 2, -1), source[0], source[1], len(data)])
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

/** What ethtool(8) is for: frames are taken from others, and sums are not left to a card that there is not. */
export const TAKES_FRAMES = `
import array, fcntl, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for command, value in ((0x2c, 1), (0x17, 0)):
    if command == 0x17: value = int(sys.argv[1])
    wanted = array.array("I", [command, value])
    fcntl.ioctl(s, 0x8946, struct.pack("16sP", b"wire", wanted.buffer_info()[0]))
`;

/** How many frames as long as a phone's have come into the queue of an interface: whoever listens there hears them before any program of the queue does. */
export const LISTENER = `
import socket, sys, threading
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 0))
heard = 0
def listen():
    global heard
    while True:
        frame, (_, _, kind, _, _) = s.recvfrom(2048)
        if kind != 4 and len(frame) >= 200: heard += 1
threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin: print(heard, flush=True)
`;

export type Heard = readonly (readonly [number, number, number, number, string, number, number])[];

/** A program in a namespace, or in that of the test, that answers each line with a line. */
export class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(space: string | null, command: readonly string[]) {
    const [program = "", ...args] = space === null ? command : ["ip", "netns", "exec", space, ...command];
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
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

export function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}

export function openSpaces({ frames }: Way): void {
  for (const space of Object.values(SPACES)) ip("netns", "add", space);
  ip("-n", SPACES.relay, "link", "set", "lo", "up");
  for (const side of ["a", "b"] as const) {
    ip("-n", SPACES.relay, "link", "add", `to-${side}`, "type", "veth", "peer", "name", "wire", "netns", SPACES[side]);
    for (const family of [4, 6] as const) {
      const [relay, phone] = ADDRESSES[family][side];
      const more = family === 4 ? [] : ["nodad"];
      const bits = family === 4 ? 24 : 64;
      ip("-n", SPACES.relay, "addr", "add", `${relay}/${bits}`, "dev", `to-${side}`, ...more);
      ip("-n", SPACES[side], "addr", "add", `${phone}/${bits}`, "dev", "wire", ...more);
    }
    ip("-n", SPACES.relay, "link", "set", `to-${side}`, "up");
    ip("-n", SPACES[side], "link", "set", "wire", "up");
    if (frames) takeFrames(side, "own");
  }
}

/** `sums`: whether the phone sums up what it sends, or leaves that to a card, which a wire is not. */
export function takeFrames(side: "a" | "b", sums: "own" | "left"): void {
  ip("netns", "exec", SPACES[side], "python3", "-c", TAKES_FRAMES, sums === "own" ? "0" : "1");
}

export function closeSpaces(): void {
  for (const space of Object.values(SPACES)) spawnSync("ip", ["netns", "del", space]);
}

/** Why the kernel cannot be tried here; null when it can. */
export function obstacle(): string | null {
  if (!existsSync(KERNEL_PROGRAM)) return "the program for the kernel is not built: there is no clang";
  if (process.getuid?.() !== 0) return "only root may make network namespaces";
  const made = spawnSync("ip", ["netns", "add", `probe${process.pid}`], { encoding: "utf8" });
  if (made.error !== undefined || made.status !== 0)
    return `no network namespaces: ${made.error?.message ?? made.stderr}`;
  ip("netns", "del", `probe${process.pid}`);
  return null;
}
