// The non-INVITE server transaction, cell by cell (RFC 3261 section 17.2.2).
import { expect, test } from "vitest";
import { ALL_TIMERS, cellsOf, describeEffects, type Row } from "./machine-table.ts";
import {
  fireNonInviteServerTimer,
  type NonInviteServerState,
  receiveNonInviteAgain,
  respondToNonInvite,
} from "./non-invite-server.ts";
import { RFC_TIMERS, type TransactionTimer } from "./timers.ts";

const STATES = ["trying", "proceeding", "completed", "terminated"] as const;
const EVENTS = ["request", "respond 100", "respond 200", "respond 481", "respond 603", ...ALL_TIMERS];
const SOURCE = "RFC 3261 17.2.2";

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ...["trying", "proceeding"].flatMap((state): Row[] => [
    { state, event: "respond 100", on: "both", next: "proceeding", effects: ["send new"], source: SOURCE },
    ...["respond 200", "respond 481", "respond 603"].flatMap((event): Row[] => [
      { state, event, on: "udp", next: "completed", effects: ["send new", "start timerJ 32000"], source: SOURCE },
      // Timer J is zero.
      { state, event, on: "reliable", next: "terminated", effects: ["send new", "terminate"], source: SOURCE },
    ]),
  ]),
  { state: "proceeding", event: "request", on: "both", next: "proceeding", effects: ["send last"], source: SOURCE },
  { state: "completed", event: "request", on: "both", next: "completed", effects: ["send last"], source: SOURCE },
  { state: "completed", event: "timerJ", on: "both", next: "terminated", effects: ["terminate"], source: SOURCE },
];

function machineIn(state: NonInviteServerState["state"], reliable: boolean): NonInviteServerState {
  return {
    machine: "non-invite-server",
    state,
    reliable,
    settings: RFC_TIMERS,
    lastResponse: state === "trying" ? null : "last",
  };
}

function feed(machine: NonInviteServerState, event: string) {
  if (event === "request") return receiveNonInviteAgain(machine);
  if (event.startsWith("timer")) return fireNonInviteServerTimer(machine, event as TransactionTimer);
  return respondToNonInvite(machine, Number(event.slice(8)), "new");
}

const CELLS = cellsOf(STATES, EVENTS, ROWS);

test("the table has every cell", () => expect(CELLS).toHaveLength(2 * 4 * 17));

test.each(CELLS)(
  "$transport, $state: $event → $next ($source)",
  ({ state, event, transport, next, effects, source }) => {
    const machine = machineIn(state as NonInviteServerState["state"], transport === "reliable");
    const before = { ...machine };
    expect(describeEffects(feed(machine, event))).toEqual(effects);
    expect(machine.state).toBe(next);
    if (source === "ignored") expect(machine).toEqual(before);
  },
);

test("a retransmitted request is answered with the latest response", () => {
  const machine = machineIn("trying", false);
  respondToNonInvite(machine, 100, "first");
  respondToNonInvite(machine, 200, "latest");
  expect(describeEffects(receiveNonInviteAgain(machine))).toEqual(["send latest"]);
});
