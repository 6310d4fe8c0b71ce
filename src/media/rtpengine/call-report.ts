// What rtpengine says of a call when it is asked, or told to end it (`query`, `delete`): by tag, by m= line, its first stream, which is RTP.

import type { MediaSide, ReceivedStatistics, StreamStatistics } from "../../engine/index.ts";
import { type BencodeDictionary, type BencodeValue, isDictionary } from "./bencode.ts";

export interface StreamReport {
  /** 0 where it has no port any more. */
  readonly localPort: number;
  readonly localAddress: string;
  readonly packets: number;
  readonly bytes: number;
  /** Packets that were not passed on: from elsewhere than the peer, or not to be decrypted. */
  readonly errors: number;
  /** Unix time in seconds; that of the beginning when none came. */
  readonly lastPacket: number;
  /** Of the last packet; null when none came. */
  readonly ssrc: number | null;
}

/** By tag, then by m= line; null for a line without a stream. */
export type CallReport = ReadonlyMap<string, readonly (StreamReport | null)[]>;

const MILLISECONDS = 1000;

export function readCallReport(reply: BencodeDictionary): CallReport {
  const report = new Map<string, (StreamReport | null)[]>();
  for (const [tag, side] of Object.entries(dictionaryAt(reply, "tags"))) {
    const streams: (StreamReport | null)[] = [];
    for (const media of isDictionary(side) ? listAt(side, "medias") : []) {
      if (!isDictionary(media)) continue;
      const [first] = listAt(media, "streams");
      // Counted from 1. More m= lines than a description may have are nobody's.
      const index = numberAt(media, "index") - 1;
      if (index < 0 || index >= 64) continue;
      while (streams.length <= index) streams.push(null);
      streams[index] = isDictionary(first) ? readStream(first) : null;
    }
    report.set(tag, streams);
  }
  return report;
}

function readStream(stream: BencodeDictionary): StreamReport {
  const stats = dictionaryAt(stream, "stats");
  const { "local address": address } = stream;
  return {
    localPort: numberAt(stream, "local port"),
    localAddress: typeof address === "string" ? address : "",
    packets: numberAt(stats, "packets"),
    bytes: numberAt(stats, "bytes"),
    errors: numberAt(stats, "errors"),
    lastPacket: numberAt(stream, "last packet"),
    ssrc: typeof stream.SSRC === "number" ? stream.SSRC : null,
  };
}

function dictionaryAt(from: BencodeDictionary, key: string): BencodeDictionary {
  const value = from[key];
  return isDictionary(value) ? value : {};
}

function listAt(from: BencodeDictionary, key: string): readonly BencodeValue[] {
  const value = from[key];
  return Array.isArray(value) ? value : [];
}

function numberAt(from: BencodeDictionary, key: string): number {
  const value = from[key];
  return typeof value === "number" && value > 0 ? value : 0;
}

/** `firstPacketAt` is when the first packets were noticed, in Unix milliseconds. */
export function receivedOf(stream: StreamReport | null, firstPacketAt: number | null): ReceivedStatistics {
  const { packets = 0, bytes = 0, errors = 0, lastPacket = 0 } = stream ?? {};
  return {
    packets,
    bytes,
    // It knows of losses and jitter what RTCP tells it, which may be nothing.
    lost: null,
    duplicates: null,
    reordered: null,
    jitterMs: null,
    rejected: errors,
    unauthentic: null,
    replayed: null,
    ssrcChanges: null,
    dscp: null,
    path: null,
    firstPacketAt: packets === 0 ? null : firstPacketAt,
    lastPacketAt: packets === 0 ? null : lastPacket * MILLISECONDS,
  };
}

/** The counters of each stream that has ports. */
export function statisticsOf(
  report: CallReport,
  tags: Readonly<Record<MediaSide, string>>,
  firstPacketAt: (stream: number, side: MediaSide) => number | null,
): StreamStatistics[] {
  const [a, b] = [report.get(tags.a) ?? [], report.get(tags.b) ?? []];
  const all: StreamStatistics[] = [];
  for (let stream = 0; stream < Math.max(a.length, b.length); stream += 1) {
    const [one, other] = [a[stream] ?? null, b[stream] ?? null];
    if (one === null && other === null) continue;
    all.push({
      stream,
      a: receivedOf(one, firstPacketAt(stream, "a")),
      b: receivedOf(other, firstPacketAt(stream, "b")),
    });
  }
  return all;
}
