// Who carries the media in the relay's benchmark: our relay over each of its wires, and rtpengine in user space where it is installed.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { MediaCommand, MediaResult, StreamKeys } from "../src/engine/index.ts";
import { startRelayPlane } from "../src/media/index.ts";
import { SUITE_NUMBERS } from "../src/media/relay/native-relay.ts";
import { keyBytesOf, type SessionDescription, type SrtpSuite } from "../src/protocol/sdp/index.ts";
import { printLine } from "./measure.ts";

export const PHONES = { a: "127.9.0.11", b: "127.9.0.12" };
export const RELAY = { a: "127.9.0.1", b: "127.9.0.2" };
const CONTROL = { address: "127.9.0.3", port: 2223 };
const PORT_FROM = 20_000;

export interface Contender {
  readonly name: string;
  /** What the load is to encrypt the packets of side a with; absent for none. */
  readonly encrypted?: { readonly suite: number; readonly keyHex: string };
  /** All of it runs on core 0. */
  start(calls: number): Promise<RunningContender>;
}

export interface RunningContender {
  readonly pid: number;
  /** Where the call's phones, bound to these ports, send to: side a's and side b's. */
  openCall(id: string, ports: { readonly a: number; readonly b: number }): Promise<readonly [number, number]>;
  close(): Promise<void>;
}

const pin = (pid: number) => promisify(execFile)("taskset", ["-a", "-p", "-c", "0", String(pid)]);

/** The same key in every call and both ways: what it costs is the same. */
function keysOf(suite: SrtpSuite): StreamKeys {
  const key = Buffer.alloc(keyBytesOf(suite), 0x5a).toString("base64");
  return { suite, receive: key, receiveMark: "", send: key };
}

/** `suite`: side a is encrypted. */
export function ourRelay(
  name: string,
  { withoutIoUring, suite = null }: { readonly withoutIoUring: boolean; readonly suite?: SrtpSuite | null },
): Contender {
  const secured = suite === null ? null : keysOf(suite);
  const load = (keys: StreamKeys) => {
    return { suite: SUITE_NUMBERS[keys.suite], keyHex: Buffer.from(keys.receive, "base64").toString("hex") };
  };
  return {
    name,
    ...(secured === null ? {} : { encrypted: load(secured) }),
    start: async (calls) => {
      const folder = mkdtempSync(join(tmpdir(), "demarc-bench-"));
      const quiet = () => undefined;
      const network = (address: string) => ({
        address,
        portFrom: PORT_FROM,
        portTo: PORT_FROM + 2 * calls + 199,
        advertise: null,
      });
      const plane = await startRelayPlane({
        networks: { a: network(RELAY.a), b: network(RELAY.b) },
        socketDir: join(folder, "run"),
        mediaTimeoutMs: 30_000,
        threads: 1,
        withoutIoUring,
        log: { debug: quiet, info: quiet, warn: quiet, error: (message) => printLine(name, message) },
      });
      const execute = (command: MediaCommand) =>
        new Promise<MediaResult>((resolve) => plane.execute(command, resolve)).then(portOf);
      const pid = plane.pid ?? 0;
      await pin(pid);
      return {
        pid,
        openCall: async (session, ports) => {
          const networks = { a: "a", b: "b" };
          const offer = describeAudio(PHONES.a, ports.a);
          const toB = await execute({ kind: "offer", session, from: "a", description: offer, networks });
          const answer = describeAudio(PHONES.b, ports.b);
          const keys = { a: [secured], b: [null] };
          const toA = await execute({ kind: "answer", session, from: "b", description: answer, keys });
          return [toA, toB];
        },
        close: async () => {
          await plane.close();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

function portOf(result: MediaResult): number {
  if (!result.ok) throw new Error(`the relay refused: ${result.cause}, ${result.detail}`);
  return result.description?.media[0]?.port ?? 0;
}

export function describeAudio(address: string, port: number): SessionDescription {
  const connection = { addressType: "IP4", address };
  const audio = {
    type: "audio",
    port,
    portCount: null,
    protocol: "RTP/AVP",
    formats: ["0"],
    title: null,
    connection: null,
    bandwidths: [],
    attributes: [],
  };
  return {
    origin: { username: "-", sessionId: "1", sessionVersion: "1", ...connection },
    sessionName: "-",
    connection,
    bandwidths: [],
    timing: "0 0",
    attributes: [],
    media: [audio],
  };
}

/** `rtpengine --table=-1`: user space, one worker thread, its own defaults otherwise. */
export const RTPENGINE: Contender = {
  name: "rtpengine, user space",
  start: async (calls) => {
    const args = [
      "--table=-1",
      "--foreground",
      "--log-level=1",
      "--log-stderr",
      "--num-threads=1",
      `--interface=a/${RELAY.a}`,
      `--interface=b/${RELAY.b}`,
      `--listen-ng=${CONTROL.address}:${CONTROL.port}`,
      `--listen-cli=${CONTROL.address}:${CONTROL.port + 1}`,
      `--port-min=${PORT_FROM}`,
      `--port-max=${Math.min(65_000, PORT_FROM + 4 * calls + 400)}`,
    ];
    const child = spawn("taskset", ["-c", "0", "rtpengine", ...args], { stdio: ["ignore", "ignore", "ignore"] });
    const control = createSocket("udp4");
    control.connect(CONTROL.port, CONTROL.address);
    await once(control, "connect");
    const ask = askNg(control);
    await untilItAnswers(child, ask).catch((error: unknown) => {
      child.kill("SIGKILL");
      throw error;
    });
    return {
      pid: child.pid ?? 0,
      openCall: async (id, ports) => {
        const call = { "call-id": id, "from-tag": "a", ICE: "remove" };
        const sides = { direction: ["a", "b"] };
        const offer = await ask({ command: "offer", ...call, ...sides, sdp: sdpOf(PHONES.a, ports.a) });
        const answer = await ask({ command: "answer", ...call, "to-tag": "b", sdp: sdpOf(PHONES.b, ports.b) });
        return [portIn(answer), portIn(offer)];
      },
      close: async () => {
        control.close();
        child.kill("SIGTERM");
        await once(child, "exit");
      },
    };
  },
};

type Ask = (command: Readonly<Record<string, string | readonly string[]>>) => Promise<string>;

/** The ng protocol: a cookie, a blank, and a dictionary in bencode. One question at a time. */
function askNg(control: Socket): Ask {
  let cookies = 0;
  return async (command) => {
    cookies += 1;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      control.send(`${cookies} ${bencode(command)}`);
      const late = pause(500, "");
      // One that is not up yet refuses at once; the time is waited all the same.
      const heard = once(control, "message").then(
        ([reply]) => String(reply),
        () => late,
      );
      const reply = await Promise.race([heard, late]);
      if (reply.startsWith(`${cookies} `)) return reply;
    }
    throw new Error("rtpengine does not answer");
  };
}

async function untilItAnswers(child: ChildProcess, ask: Ask): Promise<void> {
  const gone = once(child, "exit").then(([code]) => Promise.reject(new Error(`rtpengine ended with ${code}`)));
  await Promise.race([ask({ command: "ping" }), gone]);
}

function bencode(value: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>): string {
  if (typeof value === "string") return `${Buffer.byteLength(value)}:${value}`;
  if (Array.isArray(value)) return `l${value.map((item: string) => bencode(item)).join("")}e`;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `d${entries.map(([key, item]) => bencode(key) + bencode(item)).join("")}e`;
}

function sdpOf(address: string, port: number): string {
  return `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;
}

function portIn(reply: string): number {
  const port = Number(/m=audio (\d+)/.exec(reply)?.[1]);
  if (!(port > 0)) throw new Error(`rtpengine refused: ${reply.slice(0, 200)}`);
  return port;
}
