// What one session is: its streams with their ports, the offer that stands, and what the relay was last told. All of it
// is kept here, on the signalling side, so that a new relay can be told the same.

import type {
  HandshakeTerms,
  IceCredentials,
  MediaSide,
  StreamKeys,
  StreamStatistics,
  StreamTones,
} from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { readClockRates, type StreamTarget, speaksBothWays } from "../stream-address.ts";
import type { LearnPolicy, RemoteMessage, StreamRemotes } from "./aim-message.ts";
import type { NativeCounters } from "./native-relay.ts";
import type { RelayCommand, StreamPorts } from "./relay-message.ts";

export interface SessionSide {
  readonly network: string;
  /** Where its sockets are bound; port 0 as long as they are not. */
  readonly address: string;
  readonly port: number;
  /** What its peer is told. */
  readonly advertise: string;
  readonly learn: LearnPolicy;
  readonly manySources: boolean;
}

export interface SessionStream {
  readonly slot: number;
  readonly a: SessionSide;
  readonly b: SessionSide;
}

/** What a description says of each stream, as far as the relay must remember it. */
export interface StreamsSaid {
  readonly targets: readonly StreamTarget[];
  /** Which streams are expected to carry speech both ways. */
  readonly speaks: readonly boolean[];
  /** Payload type and clock rate by turns. */
  readonly clockRates: readonly (readonly number[])[];
}

export interface StandingOffer extends StreamsSaid {
  readonly from: MediaSide;
  /** Of each stream, whether the answerer was offered RTCP on the port of RTP. */
  readonly muxOffered: readonly boolean[];
}

export function readStreams(description: SessionDescription, targets: readonly StreamTarget[]): StreamsSaid {
  return { targets, speaks: speaksBothWays(description), clockRates: description.media.map(readClockRates) };
}

export interface RelaySession {
  readonly id: string;
  /** The relay's name for it. */
  readonly number: number;
  /** By m= line; null for one that never had ports. A stream keeps its ports until the session ends. */
  streams: readonly (SessionStream | null)[];
  offer: StandingOffer;
  /** Rises with each answer. 0 as long as there was none. */
  revision: number;
  remotes: readonly StreamRemotes[];
  /** 0 while silence is what was agreed. */
  timeoutMs: number;
  oneWayMs: number;
  /** SHA-256 of the certificate of the relay that has it. */
  fingerprint: string;
}

/** What a session has of an aim before its first answer. */
export const NEVER_AIMED = { revision: 0, remotes: [], timeoutMs: 0, oneWayMs: 0, fingerprint: "" } as const;

export function otherSide(side: MediaSide): MediaSide {
  return side === "a" ? "b" : "a";
}

export function openStreams(session: Pick<RelaySession, "streams">): SessionStream[] {
  return session.streams.filter((stream) => stream !== null);
}

/** Asks for the ports that are missing, and names those that are there. */
export function openCommand(session: RelaySession): Extract<RelayCommand, { op: "open" }> {
  const sideOf = ({ network, address, port }: SessionSide): StreamPorts["a"] => {
    return { network, bound: port === 0 ? null : { address, port } };
  };
  return {
    op: "open",
    session: session.number,
    streams: openStreams(session).map(({ slot, a, b }) => ({ slot, a: sideOf(a), b: sideOf(b) })),
    memo: memoOf(session),
  };
}

/** What the relay keeps of the session for a signalling process that knows nothing of it. Where it aims, the relay knows. */
function memoOf({ id, number, streams, offer }: RelaySession): string {
  return JSON.stringify({ id, number, streams, offer });
}

export function aimCommand(session: RelaySession): RelayCommand {
  const { number, revision, timeoutMs, oneWayMs, remotes } = session;
  return { op: "aim", session: number, revision, timeoutMs, oneWayMs, streams: remotes };
}

/** What makes a relay that knows nothing carry the session as the last one did. */
export function restoreCommands(session: RelaySession): RelayCommand[] {
  const open = openCommand(session);
  return session.revision === 0 ? [open] : [open, aimCommand(session)];
}

export interface Answer extends StreamsSaid {
  readonly timeoutMs: number;
  readonly oneWayMs: number;
  /** By m= line. */
  readonly keys: Readonly<Record<MediaSide, readonly (StreamKeys | null)[]>> | null;
  readonly dtls: Readonly<Record<MediaSide, readonly (HandshakeTerms | null)[]>> | null;
  readonly ice: Readonly<Record<MediaSide, readonly (IceCredentials | null)[]>> | null;
  readonly tones: Readonly<Record<MediaSide, readonly (StreamTones | null)[]>> | null;
}

/**
 * Both sides' addresses take effect with the answer, not with the offer: an offer may be refused, and then the session
 * stays as it was (RFC 3264 section 8). Until then the offerer listens on its old address too (section 8.3.1).
 */
export function applyAnswer(session: RelaySession, answer: Answer): void {
  const { offer } = session;
  let [speaks, talks] = [false, false];
  session.remotes = session.streams.flatMap((stream, index) => {
    if (stream === null) return [];
    const offered = offer.targets[index] ?? CLOSED;
    const answered = answer.targets[index] ?? CLOSED;
    const live = offered.kind !== "none" && answered.kind !== "none";
    if (live && offer.speaks[index] === true && answer.speaks[index] === true) {
      speaks = true;
      // A fax is heard from one side at a time, for as long as a page takes.
      talks ||= offered.kind !== "address" || !offered.udptl;
    }
    // Whoever offers RTCP on the port of RTP is given it; the answerer takes it only where it was offered (RFC 5761 section 5.1.1).
    const offerer = remoteOf(live ? offered : CLOSED, stream[offer.from], true);
    const answerer = remoteOf(
      live ? answered : CLOSED,
      stream[otherSide(offer.from)],
      offer.muxOffered[index] === true,
    );
    const ice = ofStream(answer.ice, index);
    const ends = offer.from === "a" ? [offerer, answerer] : [answerer, offerer];
    const [a, b] = [followed(ends[0] ?? offerer, ice[0]), followed(ends[1] ?? answerer, ice[1])];
    // Either side may number a codec as it likes; where they differ the answer's word counts.
    const clockRates = [...(offer.clockRates[index] ?? []), ...(answer.clockRates[index] ?? [])];
    const keys = ofStream(answer.keys, index);
    const dtls = ofStream(answer.dtls, index);
    const tones = ofStream(answer.tones, index);
    return [{ slot: stream.slot, a, b, keys, dtls, ice, tones, clockRates }];
  });
  session.timeoutMs = speaks ? answer.timeoutMs : 0;
  session.oneWayMs = talks ? answer.oneWayMs : 0;
  session.revision += 1;
}

const CLOSED: StreamTarget = { kind: "none" };

/** What both sides of one stream have of something that is said by m= line. */
function ofStream<T>(
  said: Readonly<Record<MediaSide, readonly (T | null)[]>> | null,
  stream: number,
): readonly [T | null, T | null] {
  return [said?.a[stream] ?? null, said?.b[stream] ?? null];
}

/** A peer that checks ways to us is where its checks say. */
function followed(remote: RemoteMessage, ice: IceCredentials | null): RemoteMessage {
  if (ice === null || remote.kind !== "address") return remote;
  return { kind: "checked", manySources: remote.manySources, mux: remote.mux };
}

function remoteOf(target: StreamTarget, { learn, manySources }: SessionSide, muxPossible: boolean): RemoteMessage {
  if (target.kind === "hold") return { kind: "hold" };
  if (target.kind !== "address") return { kind: "closed" };
  const { address, rtpPort, rtcpAddress, rtcpPort, udptl } = target;
  const mux = target.mux && muxPossible;
  return { kind: "address", address, rtpPort, rtcpAddress, rtcpPort, learn, manySources, mux, udptl };
}

/** The counters of a session's slots as the engine knows them. A slot without counters is left out. */
export function statisticsOf(
  session: RelaySession,
  counters: readonly (readonly [NativeCounters, NativeCounters] | null)[],
): StreamStatistics[] {
  const bySlot = new Map(openStreams(session).map(({ slot }, index) => [slot, counters[index] ?? null]));
  return session.streams.flatMap((stream, index) => {
    const pair = stream === null ? null : (bySlot.get(stream.slot) ?? null);
    return pair === null ? [] : [{ stream: index, a: received(pair[0]), b: received(pair[1]) }];
  });
}

function received(counters: NativeCounters): StreamStatistics["a"] {
  const { packets, bytes, lost, duplicates, reordered, jitterMs, rejected, ssrcChanges, dscp } = counters;
  const { unauthentic, replayed } = counters;
  const { firstPacketAt, lastPacketAt, inKernel } = counters;
  return {
    packets,
    bytes,
    lost,
    duplicates,
    reordered,
    jitterMs,
    rejected,
    unauthentic,
    replayed,
    ssrcChanges,
    dscp: dscp < 0 ? null : dscp,
    path: inKernel === 1 ? "kernel" : "user-space",
    firstPacketAt: firstPacketAt === 0 ? null : firstPacketAt,
    lastPacketAt: lastPacketAt === 0 ? null : lastPacketAt,
  };
}
