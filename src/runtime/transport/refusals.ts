// Tells the operator of peers that were turned away, and does not let them fill the log.

import type { Millis } from "../../base/index.ts";
import type { Log } from "../telemetry/index.ts";

const LINES = 10;
const WINDOW_MS: Millis = 60_000;

export class Refusals {
  readonly #log: Log;
  readonly #clock: () => Millis;
  #windowEnds: Millis = 0;
  #told = 0;
  #untold = 0;

  /** `clock`: monotonic milliseconds. */
  constructor(log: Log, clock: () => Millis = () => performance.now()) {
    this.#log = log;
    this.#clock = clock;
  }

  tell(message: string, fields: Readonly<Record<string, string | number | null>>): void {
    const now = this.#clock();
    if (now >= this.#windowEnds) {
      if (this.#untold > 0) this.#log.warn("more connections were refused than are told", { refused: this.#untold });
      this.#windowEnds = now + WINDOW_MS;
      this.#told = 0;
      this.#untold = 0;
    }
    if (this.#told === LINES) this.#untold += 1;
    else {
      this.#told += 1;
      this.#log.warn(message, fields);
    }
  }
}
