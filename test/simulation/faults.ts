// How bad the world is: what the network, the timers and the media plane do by chance.

import { type LinkFaults, type MediaFaults, PERFECT_LINK } from "../../src/lab/index.ts";

export interface Faults {
  readonly name: "none" | "mild" | "harsh";
  readonly link: LinkFaults;
  readonly media: MediaFaults;
  readonly timerLatenessMs: number;
  /** Of each batch: that a peer is cut off for a while, and for how long at most. */
  readonly partition: number;
  readonly partitionMaxMs: number;
  /** Of each batch: that the media plane is down for a while. */
  readonly relayDeath: number;
  /** Of each message of a peer: that a stranger sends the same. */
  readonly replay: number;
}

// Delays stay below T4 (5 s), the longest that a message may stay in the network (RFC 3261 section 17.1.1.1): beyond it nobody promises anything.
const FAULTS: Readonly<Record<Faults["name"], Faults>> = {
  none: {
    name: "none",
    link: { ...PERFECT_LINK, delayMaxMs: 30 },
    media: { delayMinMs: 0, delayMaxMs: 5, failure: 0, stall: 0, stallMs: 0 },
    timerLatenessMs: 0,
    partition: 0,
    partitionMaxMs: 0,
    relayDeath: 0,
    replay: 0.01,
  },
  mild: {
    name: "mild",
    link: { loss: 0.02, duplication: 0.02, reordering: 0.05, delayMinMs: 1, delayMaxMs: 80, holdMaxMs: 200 },
    media: { delayMinMs: 0, delayMaxMs: 30, failure: 0.002, stall: 0, stallMs: 0 },
    timerLatenessMs: 5,
    partition: 0.2,
    partitionMaxMs: 5000,
    relayDeath: 0.1,
    replay: 0.02,
  },
  harsh: {
    name: "harsh",
    link: { loss: 0.15, duplication: 0.1, reordering: 0.2, delayMinMs: 1, delayMaxMs: 400, holdMaxMs: 1500 },
    media: { delayMinMs: 0, delayMaxMs: 500, failure: 0.02, stall: 0.005, stallMs: 12_000 },
    timerLatenessMs: 50,
    partition: 0.7,
    partitionMaxMs: 60_000,
    relayDeath: 0.5,
    replay: 0.05,
  },
};

/** Null when there is no such name. */
export function faultsNamed(name: string): Faults | null {
  return Object.hasOwn(FAULTS, name) ? FAULTS[name as Faults["name"]] : null;
}
