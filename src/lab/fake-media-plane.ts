// A media plane without media: addresses and ports by the book, no packet. It can be slow, run out of ports, and fail at
// a chosen command; its books tell whether anything was left over.

import { invariant } from "../base/index.ts";
import type {
  HandshakeTerms,
  IceCredentials,
  MediaCommand,
  MediaFailureCause,
  MediaResult,
  MediaSide,
  ReceivedStatistics,
  StreamKeys,
  StreamStatistics,
  StreamTones,
} from "../engine/index.ts";
import {
  isHandshaken,
  type MediaPlane,
  placeStreams,
  readTargets,
  type StreamTarget,
  unreachableFrom,
} from "../media/media-plane.ts";
import type { SessionDescription } from "../protocol/sdp/index.ts";
import { type CountedAudioPorts, createAudioPorts } from "./audio-ports.ts";

export interface FakeNetwork {
  /** What descriptions name as the address of the media. */
  readonly address: string;
  /** An even port for RTP and the next for RTCP, both between these, are one stream's. */
  readonly portFrom: number;
  readonly portTo: number;
}

export interface FakeMediaPlaneOptions {
  readonly networks: Readonly<Record<string, FakeNetwork>>;
  /** Runs a reply when the host likes, at once or later. Default: at once. */
  readonly schedule?: (run: () => void) => void;
}

/** What is still held: nothing, once every session was released. */
export interface FakeMediaBooks {
  readonly sessions: number;
  readonly ports: number;
  /** Commands without a reply yet. */
  readonly unanswered: number;
}

type Command<Kind> = Extract<MediaCommand, { kind: Kind }>;
/** Where a side's media goes: `null` while it is unknown, on hold, or the stream refused. */
type Remote = { readonly address: string; readonly port: number } | null;
type Failure = MediaResult & { readonly ok: false };
type Reading = { readonly ok: true; readonly targets: readonly StreamTarget[] } | Failure;

interface Stream {
  readonly ports: Record<MediaSide, number>;
  readonly remotes: Record<MediaSide, Remote>;
  /** Null: in the clear. */
  readonly keys: Record<MediaSide, StreamKeys | null>;
  /** Null: no handshake is made. */
  readonly dtls: Record<MediaSide, HandshakeTerms | null>;
  /** Null: no checks are answered. */
  readonly ice: Record<MediaSide, IceCredentials | null>;
  /** Null: telephone-events cross as they come. */
  readonly tones: Record<MediaSide, StreamTones | null>;
}

/** A tone that was put into what goes to a side. */
export interface PlayedTone {
  readonly to: MediaSide;
  readonly event: number;
  readonly durationMs: number;
}

interface Session {
  networks: Readonly<Record<MediaSide, string>>;
  /** By m= line; null for one that never had ports. A stream keeps its ports until the session ends: what refuses it may be refused. */
  readonly streams: (Stream | null)[];
  /** The last one; nothing goes anywhere by it before it is answered. */
  offer: { readonly from: MediaSide; readonly targets: readonly StreamTarget[] };
  readonly played: PlayedTone[];
}

/** Of a certificate that nobody has. */
const FAKE_FINGERPRINT = Array.from({ length: 32 }, () => "FA").join(":");

const NOTHING_RECEIVED: ReceivedStatistics = {
  packets: 0,
  bytes: 0,
  lost: 0,
  duplicates: 0,
  reordered: 0,
  jitterMs: 0,
  rejected: 0,
  unauthentic: 0,
  replayed: 0,
  ssrcChanges: 0,
  dscp: null,
  path: null,
  firstPacketAt: null,
  lastPacketAt: null,
};

export class FakeMediaPlane implements MediaPlane {
  onEvent: MediaPlane["onEvent"] = null;
  /** The command with this number, counted from 1, is answered `unavailable` and not carried out. A release is all the same. */
  failCommand: number | null = null;
  readonly #options: FakeMediaPlaneOptions;
  readonly #ports = new Map<string, CountedAudioPorts>();
  readonly #sessions = new Map<string, Session>();
  #commands = 0;
  #unanswered = 0;

  constructor(options: FakeMediaPlaneOptions) {
    this.#options = options;
    for (const [name, { portFrom, portTo }] of Object.entries(options.networks)) {
      this.#ports.set(name, createAudioPorts(portFrom, portTo - 1));
    }
  }

  /** How many commands there were. */
  get commands(): number {
    return this.#commands;
  }

  books(): FakeMediaBooks {
    const ports = [...this.#ports.values()].reduce((sum, { taken }) => sum + taken, 0);
    return { sessions: this.#sessions.size, ports, unanswered: this.#unanswered };
  }

  /** Where the plane would send a stream's media on a side; null for nowhere. */
  remoteOf(session: string, stream: number, side: MediaSide): Remote {
    return this.#sessions.get(session)?.streams[stream]?.remotes[side] ?? null;
  }

  /** What a stream is encrypted with on a side; null for in the clear. */
  keysOf(session: string, stream: number, side: MediaSide): StreamKeys | null {
    return this.#sessions.get(session)?.streams[stream]?.keys[side] ?? null;
  }

  /** On which terms a stream's keys come by handshake on a side; null where they do not. */
  handshakeOf(session: string, stream: number, side: MediaSide): HandshakeTerms | null {
    return this.#sessions.get(session)?.streams[stream]?.dtls[side] ?? null;
  }

  /** By what checks on a stream are answered on a side; null for by nothing. */
  checksOf(session: string, stream: number, side: MediaSide): IceCredentials | null {
    return this.#sessions.get(session)?.streams[stream]?.ice[side] ?? null;
  }

  /** How a side's tones are ours, by stream; null for as they come. */
  tonesOf(session: string, stream: number, side: MediaSide): StreamTones | null {
    return this.#sessions.get(session)?.streams[stream]?.tones[side] ?? null;
  }

  /** What tones were played in a session that stands. */
  playedIn(session: string): readonly PlayedTone[] {
    return this.#sessions.get(session)?.played ?? [];
  }

  execute(command: MediaCommand, reply: (result: MediaResult) => void): void {
    this.#commands += 1;
    const result = this.#carryOut(command);
    const { schedule = (run) => run() } = this.#options;
    this.#unanswered += 1;
    schedule(() => {
      this.#unanswered -= 1;
      reply(result);
    });
  }

  #carryOut(command: MediaCommand): MediaResult {
    const failed = this.#commands === this.failCommand;
    // A plane that died has let go of its ports too.
    if (failed && command.kind === "release") this.#release(command.session);
    if (failed) return fail("unavailable", "told to fail");
    switch (command.kind) {
      case "offer":
        return this.#offer(command);
      case "answer":
        return this.#answer(command);
      case "tone":
        return this.#play(command);
      case "release":
        return this.#release(command.session);
      case "query": {
        const session = this.#sessions.get(command.session);
        return session === undefined ? fail("unknown-session", command.session) : succeed(null, statisticsOf(session));
      }
    }
  }

  #offer({ session: id, from, description, networks }: Command<"offer">): MediaResult {
    for (const network of Object.values(networks)) {
      if (!this.#ports.has(network)) return fail("unknown-network", network);
    }
    const reading = this.#readTargets(description, networks[from]);
    if (!reading.ok) return reading;
    const { targets } = reading;
    const before = this.#sessions.get(id) ?? null;
    const lacking = this.#lackOf(before, { networks, targets });
    if (lacking !== null) return fail("no-ports", `no free pair of ports in ${lacking}`);
    const session = before ?? { networks, streams: [], offer: { from, targets }, played: [] };
    this.#sessions.set(id, session);
    this.#move(session, networks);
    for (const [index, target] of targets.entries()) {
      const stream = session.streams[index] ?? (isCarried(target) ? this.#openStream(networks) : null);
      session.streams[index] = stream;
    }
    session.offer = { from, targets };
    return succeed(this.#show(session, { description, from, targets }));
  }

  #play({ session: id, to, event, durationMs }: Command<"tone">): MediaResult {
    const session = this.#sessions.get(id);
    if (session === undefined) return fail("unknown-session", id);
    if (session.streams.every((stream) => (stream?.tones[to] ?? null) === null)) return fail("unsupported", id);
    session.played.push({ to, event, durationMs });
    return succeed(null);
  }

  #answer({ session: id, from, description, keys, dtls, ice, tones }: Command<"answer">): MediaResult {
    const session = this.#sessions.get(id);
    if (session === undefined) return fail("unknown-session", id);
    const reading = this.#readTargets(description, session.networks[from]);
    if (!reading.ok) return reading;
    const { targets } = reading;
    for (const [index, stream] of session.streams.entries()) {
      if (stream === null) continue;
      stream.remotes[from] = remoteAt(targets[index]);
      stream.remotes[session.offer.from] = remoteAt(session.offer.targets[index]);
      for (const side of ["a", "b"] as const) {
        stream.keys[side] = keys?.[side][index] ?? null;
        stream.dtls[side] = dtls?.[side][index] ?? null;
        stream.ice[side] = ice?.[side][index] ?? null;
        stream.tones[side] = tones?.[side][index] ?? null;
      }
    }
    return succeed(this.#show(session, { description, from, targets }));
  }

  #release(id: string): MediaResult {
    const session = this.#sessions.get(id);
    if (session === undefined) return succeed(null);
    this.#sessions.delete(id);
    for (const stream of session.streams) if (stream !== null) this.#closeStream(stream, session.networks);
    return succeed(null, statisticsOf(session));
  }

  #readTargets(description: SessionDescription, network: string): Reading {
    const ours = this.#networkNamed(network).address;
    const targets = readTargets(description);
    for (const [index, target] of targets.entries()) {
      if (target.kind === "unusable") return fail("unusable-address", `stream ${index}: ${target.detail}`);
      const fault = target.kind === "address" ? unreachableFrom(ours, target) : null;
      if (fault !== null) return fail("unusable-address", `stream ${index}: ${fault}`);
    }
    return { ok: true, targets };
  }

  /** The first network that has not the ports which an offer needs; null when all have. */
  #lackOf(
    session: Session | null,
    offer: { readonly networks: Session["networks"]; readonly targets: readonly StreamTarget[] },
  ): string | null {
    const needs = new Map<string, number>();
    for (const side of ["a", "b"] as const) {
      const network = offer.networks[side];
      const stays = session !== null && session.networks[side] === network;
      // A side that moves takes its streams along, those that the offer does not name included.
      const kept = session?.streams.filter((stream) => stream !== null).length ?? 0;
      const opened = offer.targets.filter(
        (target, index) => isCarried(target) && (session?.streams[index] ?? null) === null,
      ).length;
      const needed = opened + (stays ? 0 : kept);
      needs.set(network, (needs.get(network) ?? 0) + needed);
    }
    for (const [network, needed] of needs) {
      const { portFrom, portTo } = this.#networkNamed(network);
      const pairs = Math.floor((portTo + 1 - (portFrom + (portFrom % 2))) / 2);
      if (needed > pairs - this.#poolOf(network).taken) return network;
    }
    return null;
  }

  /** A side that lives in another network from now on gets other ports, and its peer is unknown again. */
  #move(session: Session, networks: Session["networks"]): void {
    for (const side of ["a", "b"] as const) {
      if (session.networks[side] === networks[side]) continue;
      for (const stream of session.streams) {
        if (stream === null) continue;
        this.#poolOf(session.networks[side]).free(stream.ports[side]);
        stream.ports[side] = this.#take(networks[side]);
        stream.remotes[side] = null;
        stream.keys[side] = null;
        stream.dtls[side] = null;
        stream.ice[side] = null;
        stream.tones[side] = null;
      }
    }
    session.networks = networks;
  }

  #openStream(networks: Session["networks"]): Stream {
    const ports = { a: this.#take(networks.a), b: this.#take(networks.b) };
    const nothing = () => ({ a: null, b: null });
    return { ports, remotes: nothing(), keys: nothing(), dtls: nothing(), ice: nothing(), tones: nothing() };
  }

  #closeStream(stream: Stream, networks: Session["networks"]): void {
    for (const side of ["a", "b"] as const) this.#poolOf(networks[side]).free(stream.ports[side]);
  }

  #take(network: string): number {
    const port = this.#poolOf(network).take();
    invariant(port !== null, `the ports of ${network} were counted before they were taken`);
    return port;
  }

  #poolOf(network: string): CountedAudioPorts {
    const pool = this.#ports.get(network);
    invariant(pool !== undefined, `a session lives in ${network}, which there is not`);
    return pool;
  }

  #networkNamed(name: string): FakeNetwork {
    const network = this.#options.networks[name];
    invariant(network !== undefined, `a session lives in ${name}, which there is not`);
    return network;
  }

  /** What the side across from `from` is shown. */
  #show(
    session: Session,
    said: {
      readonly description: SessionDescription;
      readonly from: MediaSide;
      readonly targets: readonly StreamTarget[];
    },
  ): SessionDescription {
    const to = said.from === "a" ? "b" : "a";
    const { address } = this.#networkNamed(session.networks[to]);
    const ports = said.targets.map((target, index) =>
      isCarried(target) ? (session.streams[index]?.ports[to] ?? null) : null,
    );
    const mux = said.description.media.map(isHandshaken);
    return placeStreams(said.description, { address, ports, mux, fingerprint: FAKE_FINGERPRINT });
  }
}

function succeed(
  description: SessionDescription | null,
  streams: readonly StreamStatistics[] = [],
): MediaResult & { readonly ok: true } {
  return { ok: true, description, streams };
}

function fail(cause: MediaFailureCause, detail: string): Failure {
  return { ok: false, cause, detail };
}

function isCarried({ kind }: StreamTarget): boolean {
  return kind !== "none";
}

function remoteAt(target: StreamTarget | undefined): Remote {
  return target?.kind === "address" ? { address: target.address, port: target.rtpPort } : null;
}

function statisticsOf({ streams }: Session): StreamStatistics[] {
  return streams.flatMap((stream, index) =>
    stream === null ? [] : [{ stream: index, a: NOTHING_RECEIVED, b: NOTHING_RECEIVED }],
  );
}
