// Stands before a media plane and makes it slow, failing or dead, by a seeded chance.

import { type Millis, type Random, randomChance } from "../base/index.ts";
import type { MediaCommand, MediaEvent, MediaResult, MediaSessionId } from "../engine/index.ts";
import type { MediaPlane } from "../media/media-plane.ts";
import { randomBetween } from "./link-faults.ts";

export interface MediaFaults {
  readonly delayMinMs: Millis;
  readonly delayMaxMs: Millis;
  /** Probability, 0 to 1, that a command is answered `unavailable`. */
  readonly failure: number;
  /** Probability that a reply takes `stallMs`, longer than anybody should wait. */
  readonly stall: number;
  readonly stallMs: Millis;
}

export interface FaultyMediaOptions {
  readonly random: Random;
  readonly faults: MediaFaults;
  /** Runs something after a time; 0 for at once, but not before the present input is over. */
  readonly later: (afterMs: Millis, run: () => void) => void;
}

const UNAVAILABLE: MediaResult = { ok: false, cause: "unavailable", detail: "the lab's fault" };

export class FaultyMedia implements MediaPlane {
  /** While set, every command fails: the relay is down. */
  dead = false;
  readonly #plane: MediaPlane;
  readonly #options: FaultyMediaOptions;

  constructor(plane: MediaPlane, options: FaultyMediaOptions) {
    this.#plane = plane;
    this.#options = options;
  }

  get onEvent(): ((session: MediaSessionId, event: MediaEvent) => void) | null {
    return this.#plane.onEvent;
  }

  set onEvent(hear: ((session: MediaSessionId, event: MediaEvent) => void) | null) {
    this.#plane.onEvent = hear;
  }

  execute(command: MediaCommand, reply: (result: MediaResult) => void): void {
    const { random, faults, later } = this.#options;
    const failed = this.dead || (faults.failure > 0 && randomChance(random, faults.failure));
    const stalled = faults.stall > 0 && randomChance(random, faults.stall);
    const afterMs = stalled ? faults.stallMs : randomBetween(random, faults.delayMinMs, faults.delayMaxMs);
    // A release is always carried out: a plane that died has let go of its ports too.
    if (failed && command.kind !== "release") {
      later(afterMs, () => reply(UNAVAILABLE));
      return;
    }
    this.#plane.execute(command, (result) => later(afterMs, () => reply(failed ? UNAVAILABLE : result)));
  }
}
