// Reads the counters of every session, one after the other, again and again: what rtpengine does not tell by itself.

import type { Millis } from "../../base/index.ts";
import type { MediaEvent, MediaSessionId } from "../../engine/index.ts";
import type { MediaLog } from "../media-log.ts";
import { readCallReport } from "./call-report.ts";
import { causeOf } from "./conversation.ts";
import type { RtpengineSession } from "./rtpengine-session.ts";

export interface WatchRoundsOptions {
  /** From the end of one round to the beginning of the next. */
  readonly everyMs: Millis;
  readonly sessions: ReadonlyMap<MediaSessionId, RtpengineSession>;
  readonly onEvent: (session: MediaSessionId, event: MediaEvent) => void;
  readonly log: MediaLog;
}

export class WatchRounds {
  readonly #options: WatchRoundsOptions;
  readonly #lost = new WeakSet<RtpengineSession>();
  #next: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: WatchRoundsOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped) return;
    this.#next = setTimeout(() => void this.#round().then(() => this.start()), this.#options.everyMs);
    this.#next.unref();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#next !== null) clearTimeout(this.#next);
  }

  /** Each instance's sessions in a row, so that no instance has more than one question at a time, and none waits for another. */
  async #round(): Promise<void> {
    const rows = new Map<unknown, RtpengineSession[]>();
    for (const session of this.#options.sessions.values()) {
      const row = rows.get(session.instance);
      if (row === undefined) rows.set(session.instance, [session]);
      else row.push(session);
    }
    await Promise.all([...rows.values()].map((row) => this.#readRow(row)));
  }

  async #readRow(row: readonly RtpengineSession[]): Promise<void> {
    for (const session of row) {
      if (this.#stopped) return;
      await this.#read(session);
    }
  }

  async #read(session: RtpengineSession): Promise<void> {
    if (this.#lost.has(session)) return;
    const { instance, call, sides, watch } = session;
    // One that is silent is not asked for each of its calls: that is silence too.
    const reply = instance.up ? await instance.ask({ command: "query", "call-id": call }) : null;
    if (this.#options.sessions.get(session.id) !== session) return;
    if (reply !== null && !reply.ok && causeOf(reply.failure) === "unknown-session") {
      this.#lost.add(session);
      this.#options.log.error("a session is lost with the rtpengine that had it", {
        call: session.id,
        instance: instance.name,
      });
      this.#options.onEvent(session.id, { kind: "timeout", afterMs: 0 });
      return;
    }
    const report = reply?.ok === true ? readCallReport(reply.value) : null;
    const at = { now: performance.now(), wall: Date.now() };
    for (const event of watch.read(report, { a: sides.a.tag, b: sides.b.tag }, at)) {
      if (event.kind === "one-way") this.#options.log.warn("one-way audio", { call: session.id, ...event });
      this.#options.onEvent(session.id, event);
    }
  }
}
