// Whether the packets of one session come: told from counters that are read now and then. rtpengine itself tells nobody.

import type { Millis } from "../../base/index.ts";
import type { MediaEvent, MediaSide } from "../../engine/index.ts";
import type { CallReport, StreamReport } from "./call-report.ts";

const SIDES = ["a", "b"] as const;

export interface WatchTerms {
  /** 0: silence is what was agreed. */
  readonly timeoutMs: Millis;
  /** 0: nothing is told of one side's silence. */
  readonly oneWayMs: Millis;
}

interface Watched {
  packets: number;
  /** By the monotonic clock of the reader: when packets last came, or the watch over them began. */
  since: Millis;
  /** Unix milliseconds; null when none came. */
  firstAt: Millis | null;
  oneWayTold: boolean;
}

export class SessionWatch {
  #terms: WatchTerms = { timeoutMs: 0, oneWayMs: 0 };
  #silentSince: Millis;
  readonly #streams: Record<MediaSide, Watched>[] = [];

  constructor(now: Millis) {
    this.#silentSince = now;
  }

  /** A new answer: silence is counted anew. */
  agree(terms: WatchTerms, now: Millis): void {
    this.#terms = terms;
    this.#silentSince = now;
    for (const stream of this.#streams) {
      for (const side of SIDES) stream[side].since = now;
    }
  }

  firstPacketAt(stream: number, side: MediaSide): number | null {
    return this.#streams[stream]?.[side].firstAt ?? null;
  }

  /** `report`: null where the instance did not answer, which is silence too. */
  read(
    report: CallReport | null,
    tags: Readonly<Record<MediaSide, string>>,
    at: { readonly now: Millis; readonly wall: Millis },
  ): MediaEvent[] {
    const events: MediaEvent[] = [];
    const [a, b] = [report?.get(tags.a) ?? [], report?.get(tags.b) ?? []];
    for (let stream = 0; stream < Math.max(a.length, b.length); stream += 1) {
      const reports = { a: a[stream] ?? null, b: b[stream] ?? null };
      events.push(...this.#readStream(stream, reports, at));
    }
    const { timeoutMs } = this.#terms;
    if (timeoutMs > 0 && at.now - this.#silentSince >= timeoutMs) {
      this.#silentSince = at.now;
      events.push({ kind: "timeout", afterMs: timeoutMs });
    }
    return events;
  }

  #readStream(
    stream: number,
    reports: Readonly<Record<MediaSide, StreamReport | null>>,
    at: { readonly now: Millis; readonly wall: Millis },
  ): MediaEvent[] {
    const events: MediaEvent[] = [];
    const watched = this.#watchedAt(stream, at.now);
    const spoke = { a: false, b: false };
    for (const side of SIDES) {
      const { packets = 0 } = reports[side] ?? {};
      const one = watched[side];
      spoke[side] = packets > one.packets;
      if (spoke[side]) {
        Object.assign(one, { since: at.now, oneWayTold: false });
        this.#silentSince = at.now;
      }
      if (spoke[side] && one.firstAt === null) {
        one.firstAt = at.wall;
        events.push({ kind: "first-packet", side, stream });
      }
      one.packets = packets;
    }
    return [...events, ...this.#oneWayOf(stream, spoke, at.now)];
  }

  #oneWayOf(stream: number, spoke: Readonly<Record<MediaSide, boolean>>, now: Millis): MediaEvent[] {
    const { timeoutMs, oneWayMs } = this.#terms;
    const silent = spoke.a === spoke.b ? null : spoke.a ? "b" : "a";
    if (silent === null || oneWayMs === 0 || timeoutMs === 0) return [];
    const one = this.#watchedAt(stream, now)[silent];
    if (one.oneWayTold || now - one.since < oneWayMs) return [];
    one.oneWayTold = true;
    return [{ kind: "one-way", silent, stream, afterMs: oneWayMs }];
  }

  #watchedAt(stream: number, now: Millis): Record<MediaSide, Watched> {
    const fresh = (): Watched => ({ packets: 0, since: now, firstAt: null, oneWayTold: false });
    while (this.#streams.length <= stream) this.#streams.push({ a: fresh(), b: fresh() });
    return this.#streams[stream] as Record<MediaSide, Watched>;
  }
}
