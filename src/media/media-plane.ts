// The port that every media plane serves: the embedded relay, rtpengine, the lab's fake. One contract suite holds them all.

import type { MediaCommand, MediaEvent, MediaResult, MediaSessionId } from "../engine/index.ts";

export interface MediaPlane {
  /**
   * Carries out one command. Commands of one session are carried out in the order they were given.
   * `reply` is called exactly once, later or at once, also when the plane is down (`ok: false`, `unavailable`).
   */
  execute(command: MediaCommand, reply: (result: MediaResult) => void): void;
  /** Hears what happens to sessions without being asked. Set once, before the first command. */
  onEvent: ((session: MediaSessionId, event: MediaEvent) => void) | null;
}

export {
  isHandshaken,
  type Placement,
  placeStreams,
  readClockRates,
  readTargets,
  type StreamTarget,
  speaksBothWays,
  unreachableFrom,
} from "./stream-address.ts";
