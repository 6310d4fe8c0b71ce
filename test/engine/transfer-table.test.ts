// Every state of a transfer with every event: what goes out at once, and what both calls are then.
import { playTable } from "./play-table.ts";
import { TRANSFER_EVENTS } from "./transfer-events.ts";
import { TRANSFER_STATES, type TransferScene } from "./transfer-states.ts";
import { TRANSFERRING } from "./transfer-table.ts";

/** Each call in the order in which they began: its state, or how it ended. */
function verdicts({ rig }: TransferScene): string[] {
  const ids = [...new Set(rig.media.map(({ session }) => session))];
  const live = rig.engine.liveCalls();
  return ids.map((id, index) => {
    const name = index === 0 ? "first" : "second";
    const record = rig.records.find((some) => some.id === id);
    if (record !== undefined) return `${name} ended: ${record.cause} by ${record.endedBy}`;
    return `${name} ${live.find((call) => call.id === id)?.state ?? "forgotten"}`;
  });
}

playTable({ text: TRANSFERRING, states: TRANSFER_STATES, events: TRANSFER_EVENTS, verdicts });
