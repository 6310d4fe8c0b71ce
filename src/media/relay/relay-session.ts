// What one session is: its streams with their ports, the offer that stands, and what the relay was last told. All of it
// is kept here, on the signalling side, so that a new relay can be told the same.

import type { MediaSide, StreamStatistics } from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { readClockRates, type StreamTarget, speaksBothWays } from "../stream-address.ts";
import type { NativeCounters } from "./native-relay.ts";
import type { LearnPolicy, RelayCommand, RemoteMessage, StreamPorts, StreamRemotes } from "./relay-message.ts";

export interface SessionSide {
  readonly network: string;
  /** Where its sockets are bound; port 0 as long as they are not. */
  readonly address: string;
  readonly port: number;
  /** What its peer is told. */
  readonly advertise: string;
  readonly learn: LearnPolicy;
}

export interface SessionStream {
  readonly slot: number;
  readonly a: SessionSide;
  readonly b: SessionSide;
}

export interface StandingOffer {
  readonly from: MediaSide;
  readonly description: SessionDescription;
  readonly targets: readonly StreamTarget[];
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
}

export function otherSide(side: MediaSide): MediaSide {
  return side === "a" ? "b" : "a";
}

export function openStreams(session: Pick<RelaySession, "streams">): SessionStream[] {
  return session.streams.filter((stream) => stream !== null);
}

/** Asks for the ports that are missing, and names those that are there. */
export function openCommand(number: number, streams: readonly SessionStream[]): Extract<RelayCommand, { op: "open" }> {
  const sideOf = ({ network, address, port }: SessionSide): StreamPorts["a"] => {
    return { network, bound: port === 0 ? null : { address, port } };
  };
  return {
    op: "open",
    session: number,
    streams: streams.map(({ slot, a, b }) => ({ slot, a: sideOf(a), b: sideOf(b) })),
  };
}

export function aimCommand(session: RelaySession): RelayCommand {
  const { number, revision, timeoutMs, remotes } = session;
  return { op: "aim", session: number, revision, timeoutMs, streams: remotes };
}

/** What makes a relay that knows nothing carry the session as the last one did. */
export function restoreCommands(session: RelaySession): RelayCommand[] {
  const open = openCommand(session.number, openStreams(session));
  return session.revision === 0 ? [open] : [open, aimCommand(session)];
}

export interface Answer {
  readonly description: SessionDescription;
  readonly targets: readonly StreamTarget[];
  readonly timeoutMs: number;
}

/**
 * Both sides' addresses take effect with the answer, not with the offer: an offer may be refused, and then the session
 * stays as it was (RFC 3264 section 8). Until then the offerer listens on its old address too (section 8.3.1).
 */
export function applyAnswer(session: RelaySession, answer: Answer): void {
  const { offer } = session;
  const offerSpeaks = speaksBothWays(offer.description);
  const answerSpeaks = speaksBothWays(answer.description);
  let speaks = false;
  session.remotes = session.streams.flatMap((stream, index) => {
    if (stream === null) return [];
    const offered = offer.targets[index] ?? CLOSED;
    const answered = answer.targets[index] ?? CLOSED;
    const live = offered.kind !== "none" && answered.kind !== "none";
    if (live && offerSpeaks[index] === true && answerSpeaks[index] === true) speaks = true;
    const offerer = remoteOf(live ? offered : CLOSED, stream[offer.from].learn);
    const answerer = remoteOf(live ? answered : CLOSED, stream[otherSide(offer.from)].learn);
    const [a, b] = offer.from === "a" ? [offerer, answerer] : [answerer, offerer];
    return [{ slot: stream.slot, a, b, clockRates: clockRatesOf(index, [offer.description, answer.description]) }];
  });
  session.timeoutMs = speaks ? answer.timeoutMs : 0;
  session.revision += 1;
}

const CLOSED: StreamTarget = { kind: "none" };

function remoteOf(target: StreamTarget, learn: LearnPolicy): RemoteMessage {
  if (target.kind === "hold") return { kind: "hold" };
  if (target.kind !== "address") return { kind: "closed" };
  const { address, rtpPort, rtcpAddress, rtcpPort } = target;
  return { kind: "address", address, rtpPort, rtcpAddress, rtcpPort, learn };
}

/** Either side may number a codec as it likes; where they differ the answer's word counts. */
function clockRatesOf(index: number, descriptions: readonly SessionDescription[]): number[] {
  return descriptions.flatMap(({ media }) => {
    const section = media[index];
    return section === undefined ? [] : readClockRates(section);
  });
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
  const { packets, bytes, lost, jitterMs, rejected, firstPacketAt, lastPacketAt } = counters;
  return {
    packets,
    bytes,
    lost,
    jitterMs,
    rejected,
    firstPacketAt: firstPacketAt === 0 ? null : firstPacketAt,
    lastPacketAt: lastPacketAt === 0 ? null : lastPacketAt,
  };
}
