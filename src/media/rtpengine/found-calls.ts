// Calls that an earlier process of ours left at an rtpengine: found by their names, gone on with when a command names them, ended when none does.

import type { Millis } from "../../base/index.ts";
import type { MediaSessionId, MediaSide } from "../../engine/index.ts";
import type { MediaLog } from "../media-log.ts";
import { type CallReport, readCallReport } from "./call-report.ts";
import type { Instance } from "./instances.ts";
import { callName, newStream, type RtpengineSession, readTag, sessionOfCall } from "./rtpengine-session.ts";
import { SessionWatch } from "./session-watch.ts";

/** As many names as fit into one datagram for sure. */
const MOST_LISTED = 500;

export interface FoundCallsOptions {
  readonly owner: string;
  /** How long one may go unnamed. */
  readonly graceMs: Millis;
  readonly log: MediaLog;
  isKnown(session: MediaSessionId): boolean;
  release(session: MediaSessionId): void;
}

export class FoundCalls {
  readonly #options: FoundCallsOptions;
  readonly #unclaimed = new Map<MediaSessionId, Instance>();
  /** Those with more calls than they could list: what is not in the list may be there all the same. */
  readonly #overfull = new Set<Instance>();
  #end: NodeJS.Timeout | null = null;

  constructor(options: FoundCallsOptions) {
    this.#options = options;
  }

  get unclaimed(): readonly MediaSessionId[] {
    return [...this.#unclaimed.keys()];
  }

  /** Asks an instance that has come up for its calls. False when it does not say. */
  async look(instance: Instance): Promise<boolean> {
    const { owner, isKnown } = this.#options;
    const reply = await instance.ask({ command: "list", limit: MOST_LISTED });
    const calls = reply.ok ? reply.value.calls : null;
    if (!Array.isArray(calls)) return false;
    if (calls.length >= MOST_LISTED) this.#overfull.add(instance);
    else this.#overfull.delete(instance);
    for (const call of calls) {
      const session = typeof call === "string" ? sessionOfCall(owner, call) : null;
      if (session !== null && !isKnown(session)) this.#unclaimed.set(session, instance);
    }
    if (this.#unclaimed.size > 0) this.#startGrace();
    return true;
  }

  /** The session as its instance tells of it; null where there is none. */
  async claim(id: MediaSessionId): Promise<RtpengineSession | null> {
    const found = this.#unclaimed.get(id);
    this.#unclaimed.delete(id);
    for (const instance of found === undefined ? this.#overfull : [found]) {
      const call = callName(this.#options.owner, id);
      const reply = await instance.ask({ command: "query", "call-id": call });
      const session = reply.ok ? sessionIn(readCallReport(reply.value), { id, call, instance }) : null;
      if (session !== null) return session;
    }
    return null;
  }

  close(): void {
    if (this.#end !== null) clearTimeout(this.#end);
  }

  #startGrace(): void {
    this.#end ??= setTimeout(() => {
      this.#end = null;
      // One that began while the list was on its way has been ours all along.
      const sessions = this.unclaimed.filter((session) => !this.#options.isKnown(session));
      if (sessions.length > 0) this.#options.log.warn("media sessions that nobody claimed are released", { sessions });
      for (const session of sessions) this.#options.release(session);
    }, this.#options.graceMs);
    this.#end.unref();
  }
}

/** Of two tags of one side the later is the one that counts. What the peers have said is not known until they say it again. */
function sessionIn(
  report: CallReport,
  { id, call, instance }: { readonly id: MediaSessionId; readonly call: string; readonly instance: Instance },
): RtpengineSession | null {
  const sides: Partial<Record<MediaSide, RtpengineSession["sides"]["a"]>> = {};
  const streams: RtpengineSession["streams"] = [];
  for (const [tag, reports] of report) {
    const read = readTag(tag);
    const place = reports.find((stream) => (stream?.localPort ?? 0) > 0);
    if (read === null || place === undefined || place === null) continue;
    const address = instance.addresses[read.network] ?? place.localAddress;
    sides[read.side] = { network: read.network, address, tag, learn: "none" };
    for (const [index, stream] of reports.entries()) {
      while (streams.length <= index) streams.push(null);
      if (stream === null || stream.localPort === 0) continue;
      const known = streams[index] ?? newStream();
      known.ports[read.side] = stream.localPort;
      streams[index] = known;
    }
  }
  const { a, b } = sides;
  if (a === undefined || b === undefined) return null;
  const watch = new SessionWatch(performance.now());
  return { id, instance, call, sides: { a, b }, streams, dscp: null, offer: null, told: { a: [], b: [] }, watch };
}
