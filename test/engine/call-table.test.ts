// Every state of a call with every event: what goes out at once, and what the call is then.
import { EVENTS } from "./call-events.ts";
import { STATES } from "./call-states.ts";
import { CHANGING, OPENING } from "./call-table.ts";
import { playTable } from "./play-table.ts";
import type { Rig } from "./rig.ts";

function verdictOf({ engine, records }: Rig): string {
  const [record] = records;
  if (record !== undefined) return `ended: ${record.cause} by ${record.endedBy}`;
  return engine.liveCalls()[0]?.state ?? "forgotten";
}

playTable({ text: OPENING + CHANGING, states: STATES, events: EVENTS, verdicts: ({ rig }) => [verdictOf(rig)] });
