// baresip as a phone: its configuration written into a folder of its own, told what to do over its control port, and
// what it heard read back from its recording.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { countToneWindows, type Recording } from "./goertzel.ts";
import type { Ground, Program } from "./ground.ts";
import { makeTone, readWav, writeWav } from "./tone.ts";
import { waitUntil } from "./wait-until.ts";

const START_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 5000;
/** baresip stops speaking at the end of its file; this outlasts every test. */
const TONE_SECONDS = 120;
const MEDIA_PORTS = 20;
/** Where all phones on loopback send their audio from. */
export const PHONE_MEDIA_ADDRESS = "127.0.0.1";
const MODULES = "/usr/lib/baresip/modules";

export interface BaresipOptions {
  readonly address: string;
  readonly port: number;
  /** Its user name, as in its own address. */
  readonly user: string;
  /** Of the tone it speaks. */
  readonly toneHz: number;
  /** By preference; PCMU before PCMA if not said. */
  readonly codecs?: readonly string[];
  /**
   * SRTP with keys in its descriptions: where the other one can, or not without it, as RTP/SAVP or RTP/SAVPF; or of a DTLS handshake. Default: none.
   */
  readonly encryption?: "srtp" | "srtp-mand" | "srtp-mandf" | "dtls_srtp";
  /** Whether it takes RTCP on the port of RTP (RFC 5761). Default: no. */
  readonly rtcpMux?: boolean;
  /** A registrar that it registers with under its user name, at `address:port`, and its password there. Default: none. */
  readonly registrar?: { readonly place: string; readonly password: string };
  /** How it takes calls: at once if not said; `early` plays before it is told to accept, `manual` rings until then. */
  readonly answers?: "auto" | "early" | "manual";
}

export interface BaresipEvent {
  /** `CALL_RINGING`, `CALL_ESTABLISHED`, `CALL_CLOSED` … */
  readonly type: string;
  readonly param?: string;
  readonly peeruri?: string;
  /** Call-ID. */
  readonly id?: string;
}

export interface Baresip {
  readonly program: Program;
  readonly events: readonly BaresipEvent[];
  /** Runs one of its commands, `dial` or `hangup`. Resolves to its answer; throws when it refuses. */
  command(command: string, params?: string): Promise<string>;
  /** Resolves to the first event of this type, or the `nth`; throws when it does not come in time. */
  event(type: string, timeoutMs: number, nth?: number): Promise<BaresipEvent>;
  /** Where it listens: RTP is at one of the even ports. */
  readonly media: { readonly address: string; readonly ports: readonly [from: number, to: number] };
  /** What it has heard so far, until its session is changed, which ends its recording. Whole only after the call; null when there was none. */
  heard(): Recording | null;
}

/** Resolves once it listens and can be told what to do. */
export async function startBaresip(ground: Ground, options: BaresipOptions): Promise<Baresip> {
  const { address, port, user, codecs = ["PCMU/8000/1", "PCMA/8000/1"] } = options;
  const folder = join(ground.folder, `baresip-${user}-${port}`);
  mkdirSync(join(folder, "recordings"), { recursive: true });
  const controlPort = await freePort(address);
  const mediaPort = await freePort(PHONE_MEDIA_ADDRESS, MEDIA_PORTS);
  writeWav(join(folder, "tone.wav"), makeTone(options.toneHz, TONE_SECONDS));
  writeFileSync(join(folder, "config"), formatConfig({ ...options, folder, controlPort, mediaPort }));
  writeFileSync(join(folder, "accounts"), formatAccount(options, codecs));
  writeFileSync(join(folder, "contacts"), "");
  const program = await ground.start("baresip", ["-4", "-f", folder]);
  const control = await connectControl(program, address, controlPort);
  ground.atEnd(() => {
    control.destroy();
  });
  const media = { address: PHONE_MEDIA_ADDRESS, ports: [mediaPort, mediaPort + MEDIA_PORTS - 1] } as const;
  return operate(program, control, { recordings: join(folder, "recordings"), media });
}

function operate(
  program: Program,
  control: Socket,
  { recordings, media }: { readonly recordings: string; readonly media: Baresip["media"] },
): Baresip {
  const events: BaresipEvent[] = [];
  const replies = new Map<string, { ok: boolean; data: string }>();
  const readMessage = (message: ControlMessage) => {
    if (message.event === true) events.push(message);
    else if (message.token !== undefined) {
      replies.set(message.token, { ok: message.ok === true, data: message.data ?? "" });
    }
  };
  let buffered = Buffer.alloc(0);
  control.on("data", (chunk: Buffer) => {
    buffered = readNetstrings(Buffer.concat([buffered, chunk]), readMessage);
  });
  const state = () => `${JSON.stringify(events)}\n${program.output().slice(-2000)}`;
  let tokens = 0;
  return {
    program,
    events,
    media,
    command: async (command, params = "") => {
      tokens += 1;
      const token = String(tokens);
      const request = JSON.stringify({ command, params, token });
      control.write(`${Buffer.byteLength(request)}:${request},`);
      const reply = await waitUntil(() => replies.get(token), {
        timeoutMs: REPLY_TIMEOUT_MS,
        describe: () => `baresip to answer ${command}: ${state()}`,
      });
      if (!reply.ok) throw new Error(`baresip refused ${command} ${params}: ${reply.data}`);
      return reply.data;
    },
    event: (type, timeoutMs, nth = 1) =>
      waitUntil(() => events.filter((event) => event.type === type)[nth - 1], {
        timeoutMs,
        describe: () => `baresip's ${type}: ${state()}`,
      }),
    heard: () => {
      const file = readdirSync(recordings).find((name) => name.endsWith("-dec.wav"));
      return file === undefined ? null : readWav(join(recordings, file));
    },
  };
}

/** Resolves once a phone has heard `windows` tenths of a second of a tone; throws after 20 s. */
export async function waitForTone(phone: Baresip, frequencyHz: number, windows: number): Promise<void> {
  const count = () => {
    const heard = phone.heard();
    return heard === null ? { withTone: 0, audible: 0 } : countToneWindows(heard, frequencyHz);
  };
  await waitUntil(() => count().withTone >= windows, {
    timeoutMs: 20_000,
    describe: () => `${windows} windows of ${frequencyHz} Hz; heard ${JSON.stringify(count())}`,
  });
}

interface ControlMessage extends BaresipEvent {
  readonly event?: boolean;
  readonly token?: string;
  readonly ok?: boolean;
  readonly data?: string;
}

/** Hands each whole `length:json,` to `read` and returns what is left over. */
function readNetstrings(buffer: Buffer, read: (message: ControlMessage) => void): Buffer<ArrayBuffer> {
  let rest = Buffer.from(buffer);
  for (;;) {
    const colon = rest.indexOf(":");
    if (colon === -1) return rest;
    const length = Number(rest.toString("latin1", 0, colon));
    const end = colon + 1 + length;
    if (!Number.isInteger(length))
      throw new Error(`baresip's control port sent no netstring: ${rest.toString("latin1")}`);
    if (rest.length < end + 1) return rest;
    read(JSON.parse(rest.toString("utf8", colon + 1, end)) as ControlMessage);
    rest = rest.subarray(end + 1);
  }
}

async function connectControl(program: Program, address: string, port: number): Promise<Socket> {
  return waitUntil(
    () => {
      if (program.exitCode() !== null) throw new Error(`baresip ended: ${program.output().slice(-2000)}`);
      return tryConnect(address, port);
    },
    { timeoutMs: START_TIMEOUT_MS, describe: () => `baresip's control port: ${program.output().slice(-2000)}` },
  );
}

function tryConnect(address: string, port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once("error", () => resolve(null));
    socket.once("connect", () => resolve(socket));
  });
}

function formatAccount(options: BaresipOptions, codecs: readonly string[]): string {
  const { user, address, port, answers = "auto", encryption, registrar } = options;
  const account = `<sip:${user}@${registrar?.place ?? `${address}:${port}`};transport=udp>`;
  const registered = registrar === undefined ? "regint=0" : `regint=60;auth_pass=${registrar.password}`;
  const keyed = encryption === undefined ? "" : `;mediaenc=${encryption}`;
  return `${account};${registered};answermode=${answers};audio_codecs=${codecs.join(",")}${keyed}\n`;
}

function formatConfig(options: BaresipOptions & { folder: string; controlPort: number; mediaPort: number }): string {
  const { address, port, folder, controlPort, mediaPort } = options;
  const lines = [
    "poll_method epoll",
    `sip_listen ${address}:${port}`,
    // Its RTP sockets are bound to no address, and so send from 127.0.0.1 whatever it listens on: its SDP must say so.
    `net_interface ${PHONE_MEDIA_ADDRESS}`,
    "dns_server 127.0.0.1:53",
    "call_local_timeout 60",
    "call_max_calls 10",
    // What is heard goes nowhere but into the recording.
    "audio_player aubridge,sink",
    `audio_source aufile,${folder}/tone.wav`,
    "ausrc_srate 8000",
    "auplay_srate 8000",
    "ausrc_channels 1",
    "auplay_channels 1",
    "audio_buffer 20-160",
    "jitter_buffer_delay 5-10",
    `rtp_ports ${mediaPort}-${mediaPort + MEDIA_PORTS - 1}`,
    `rtcp_mux ${options.rtcpMux === true ? "yes" : "no"}`,
    "rtp_stats yes",
    `snd_path ${folder}/recordings`,
    `ctrl_tcp_listen ${address}:${controlPort}`,
    `module_path ${MODULES}`,
    ...["g711", "aufile", "aubridge", "sndfile", "srtp", "dtls_srtp", "uuid"].map((name) => `module ${name}.so`),
    ...["account", "contact", "menu", "ctrl_tcp"].map((name) => `module_app ${name}.so`),
  ];
  return `${lines.join("\n")}\n`;
}
