// Commands of one session are carried out one after the other, in the order they came; those of different sessions side by side.

import type { MediaCommand, MediaResult, MediaSessionId } from "../engine/index.ts";
import type { MediaLog } from "./media-log.ts";

export class SessionOrder {
  readonly #log: MediaLog;
  /** The last command of each session: the next one waits for it. */
  readonly #tails = new Map<MediaSessionId, Promise<void>>();

  constructor(log: MediaLog) {
    this.#log = log;
  }

  /** `reply` is called exactly once: with what `work` comes to, or with `unavailable` where it fails. */
  give(command: MediaCommand, work: () => Promise<MediaResult>, reply: (result: MediaResult) => void): void {
    const { session } = command;
    const before = this.#tails.get(session);
    const carryOut = (): Promise<MediaResult> => this.#carryOut(command, work);
    const tail = (before === undefined ? carryOut() : before.then(carryOut)).then((result) => {
      if (this.#tails.get(session) === tail) this.#tails.delete(session);
      try {
        reply(result);
      } catch (error) {
        // The listener's fault must not stop the session's other commands.
        this.#log.error("a media reply was not taken", { call: session, error });
      }
    });
    this.#tails.set(session, tail);
  }

  async #carryOut({ session, kind }: MediaCommand, work: () => Promise<MediaResult>): Promise<MediaResult> {
    try {
      return await work();
    } catch (error) {
      this.#log.error("a media command failed", { call: session, command: kind, error });
      return { ok: false, cause: "unavailable", detail: "internal error" };
    }
  }
}
