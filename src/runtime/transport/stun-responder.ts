// Answers STUN on SIP sockets, not without end: answers are longer than what they answer, and sources can be forged.

import type { Millis } from "../../base/index.ts";
import { answerStunBinding } from "../../protocol/transport/index.ts";

/** A thousand clients behind NATs ask every half a minute. */
const ANSWERS = 200;
const WINDOW_MS: Millis = 1_000;

export class StunResponder {
  readonly #clock: () => Millis;
  #given = 0;
  #windowEnds: Millis = 0;

  /** `clock`: monotonic milliseconds. */
  constructor(clock: () => Millis = () => performance.now()) {
    this.#clock = clock;
  }

  /** Null where there is none, or have been enough in this second. */
  answer(text: string, source: { readonly address: string; readonly port: number }): string | null {
    const now = this.#clock();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW_MS;
      this.#given = 0;
    }
    const answer = source.port === 0 || this.#given === ANSWERS ? null : answerStunBinding(text, source);
    if (answer !== null) this.#given += 1;
    return answer;
  }
}
