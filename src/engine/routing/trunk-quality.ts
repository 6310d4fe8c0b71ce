// How well trunks have done of late: how many of their calls are answered (ASR), how soon they ring (PDD), how long calls last (ACD) and how they
// sound (MOS). What happened ten minutes ago counts half of what happens now.

import { BoundedMap, MINUTE, type Millis } from "../../base/index.ts";

/** Sums in which what is older counts for less. */
interface Tally {
  at: Millis;
  attempts: number;
  answers: number;
  dialed: number;
  dialMs: number;
  talks: number;
  talkMs: number;
  heard: number;
  mos: number;
}

export type TrunkTallies = BoundedMap<string, Tally>;

export interface TrunkQuality {
  /** How many calls it is told from, old ones counting for less. */
  readonly calls: number;
  /** Of a hundred calls, those that were answered. */
  readonly answerPercent: number;
  /** Averages; null where there is nothing to tell them from. */
  readonly dialDelayMs: Millis | null;
  readonly callDurationMs: Millis | null;
  /** From 1 to 4.5 (ITU-T G.107). */
  readonly mos: number | null;
}

const TALLY_LIMIT = 100_000;
const HALF_LIFE: Millis = 10 * MINUTE;
/** Sums of less than this are of long ago. */
const NOTHING = 0.01;

export function createTallies(): TrunkTallies {
  return new BoundedMap(TALLY_LIMIT);
}

/** The tally with everything in it weighed as of now. */
function tallyOf(tallies: TrunkTallies, trunk: string, now: Millis): Tally {
  const known = tallies.get(trunk);
  if (known === undefined) {
    const fresh = { at: now, attempts: 0, answers: 0, dialed: 0, dialMs: 0, talks: 0, talkMs: 0, heard: 0, mos: 0 };
    tallies.set(trunk, fresh);
    return fresh;
  }
  const weight = 2 ** (-Math.max(0, now - known.at) / HALF_LIFE);
  known.at = Math.max(known.at, now);
  known.attempts *= weight;
  known.answers *= weight;
  known.dialed *= weight;
  known.dialMs *= weight;
  known.talks *= weight;
  known.talkMs *= weight;
  known.heard *= weight;
  known.mos *= weight;
  return known;
}

export interface AttemptVerdict {
  readonly answered: boolean;
  /** From the INVITE to the first ringing or answer; null where there was none. */
  readonly dialDelayMs: Millis | null;
}

/** A call that was sent to the trunk has been answered, or has come to nothing. */
export function noteVerdict(
  tallies: TrunkTallies,
  trunk: string,
  { answered, dialDelayMs, now }: AttemptVerdict & { readonly now: Millis },
): void {
  const tally = tallyOf(tallies, trunk, now);
  tally.attempts += 1;
  if (answered) tally.answers += 1;
  if (dialDelayMs === null) return;
  tally.dialed += 1;
  tally.dialMs += dialDelayMs;
}

/** A call that the trunk had answered is over. `mos` is null where nothing was heard. */
export function noteTalk(
  tallies: TrunkTallies,
  trunk: string,
  { talkMs, mos, now }: { readonly talkMs: Millis; readonly mos: number | null; readonly now: Millis },
): void {
  const tally = tallyOf(tallies, trunk, now);
  tally.talks += 1;
  tally.talkMs += talkMs;
  if (mos === null) return;
  tally.heard += 1;
  tally.mos += mos;
}

/** Null for a trunk that has had no calls of late. */
export function qualityOf(tallies: TrunkTallies, trunk: string, now: Millis): TrunkQuality | null {
  const tally = tallies.get(trunk);
  if (tally === undefined) return null;
  const calls = tally.attempts * 2 ** (-Math.max(0, now - tally.at) / HALF_LIFE);
  if (calls < NOTHING) return null;
  const average = (sum: number, count: number): number | null => (count < NOTHING ? null : sum / count);
  return {
    calls,
    answerPercent: (100 * tally.answers) / tally.attempts,
    dialDelayMs: average(tally.dialMs, tally.dialed),
    callDurationMs: average(tally.talkMs, tally.talks),
    mos: average(tally.mos, tally.heard),
  };
}
