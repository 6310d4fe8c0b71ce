// What a call tells of the trunk that it was sent to: whether it was answered, how soon it rang, how long it lasted and how it sounded.

import type { ReceivedStatistics } from "../media-contract.ts";
import { estimateMos, noteTalk, noteVerdict } from "../routing/index.ts";
import type { Attempt, Call } from "./call.ts";
import type { Turn } from "./turn.ts";

/** The target has taken the call, refused it, or has had its time; the first time counts. One that was never asked tells nothing. */
export function judgeAttempt(attempt: Attempt, answered: boolean, { world: { tallies }, now }: Turn): void {
  if (attempt.judged || attempt.transaction === null) return;
  attempt.judged = true;
  const rangAt = attempt.rangAt ?? (answered ? now : null);
  const dialDelayMs = rangAt === null ? null : Math.max(0, rangAt - attempt.startedAt);
  noteVerdict(tallies, attempt.trunk.name, { answered, dialDelayMs, now });
}

/** A call is over, with its last statistics at hand. */
export function judgeTalk(call: Call, durationMs: number, { world: { tallies }, now }: Turn): void {
  const attempt = call.attempts.find(({ leg }) => leg !== null && leg === call.bLeg);
  if (call.answeredAt === null || attempt === undefined) return;
  const heard = call.statistics.map(({ b }) => b).find(({ packets }) => packets > 0);
  const mos = heard === undefined ? null : soundOf(heard, call.bLeg?.codec ?? null);
  noteTalk(tallies, attempt.trunk.name, { talkMs: durationMs, mos, now });
}

/** Null where the media plane does not say what was lost. */
function soundOf({ packets, lost, jitterMs }: ReceivedStatistics, codec: string | null): number | null {
  return lost === null || jitterMs === null ? null : estimateMos({ packets, lost, jitterMs, codec });
}
