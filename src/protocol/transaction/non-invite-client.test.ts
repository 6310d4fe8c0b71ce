// The non-INVITE client transaction, cell by cell (RFC 3261 section 17.1.2).
import { describe, expect, test } from "vitest";
import { ALL_TIMERS, cellsOf, describeEffects, type Row } from "./machine-table.ts";
import {
  fireNonInviteClientTimer,
  type NonInviteClientState,
  receiveNonInviteResponse,
  startNonInviteClient,
} from "./non-invite-client.ts";
import { RFC_TIMERS, type TransactionTimer } from "./timers.ts";

const STATES = ["trying", "proceeding", "completed", "terminated"] as const;
const EVENTS = ["100", "200", "404", "699", ...ALL_TIMERS];
const SOURCE = "RFC 3261 17.1.2.2";

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ...["trying", "proceeding"].flatMap((state): Row[] => [
    { state, event: "100", on: "both", next: "proceeding", effects: ["deliver"], source: SOURCE },
    ...["200", "404", "699"].flatMap((event): Row[] => [
      { state, event, on: "udp", next: "completed", effects: ["stop timerE", "stop timerF", "start timerK 5000", "deliver"], source: SOURCE },
      // Timer K is zero.
      { state, event, on: "reliable", next: "terminated", effects: ["deliver", "terminate"], source: SOURCE },
    ]),
    { state, event: "timerF", on: "both", next: "terminated", effects: ["timeout", "terminate"], source: SOURCE },
  ]),
  { state: "trying", event: "timerE", on: "both", next: "trying", effects: ["send OPTIONS", "start timerE 1000"], source: SOURCE },
  { state: "proceeding", event: "timerE", on: "both", next: "proceeding", effects: ["send OPTIONS", "start timerE 4000"], source: SOURCE },
  { state: "completed", event: "timerK", on: "both", next: "terminated", effects: ["terminate"], source: SOURCE },
];

function machineIn(state: NonInviteClientState["state"], reliable: boolean): NonInviteClientState {
  return { machine: "non-invite-client", state, reliable, settings: RFC_TIMERS, request: "OPTIONS", intervalMs: 500 };
}

const CELLS = cellsOf(STATES, EVENTS, ROWS);

test("the table has every cell", () => expect(CELLS).toHaveLength(2 * 4 * 16));

test.each(CELLS)(
  "$transport, $state: $event → $next ($source)",
  ({ state, event, transport, next, effects, source }) => {
    const machine = machineIn(state as NonInviteClientState["state"], transport === "reliable");
    const before = { ...machine };
    const done = event.startsWith("timer")
      ? fireNonInviteClientTimer(machine, event as TransactionTimer)
      : receiveNonInviteResponse(machine, Number(event));
    expect(describeEffects(done)).toEqual(effects);
    expect(machine.state).toBe(next);
    if (source === "ignored") expect(machine).toEqual(before);
  },
);

describe("the start", () => {
  test.each([
    [false, ["send OPTIONS", "start timerF 32000", "start timerE 500"]],
    [true, ["send OPTIONS", "start timerF 32000"]],
  ])("reliable %s (RFC 3261 section 17.1.2.2)", (reliable, effects) => {
    expect(describeEffects(startNonInviteClient(machineIn("trying", reliable)))).toEqual(effects);
  });

  test("retransmissions double up to T2: 500 ms, 1, 2, 4, 4 …", () => {
    const machine = machineIn("trying", false);
    startNonInviteClient(machine);
    const intervals = [0, 1, 2, 3, 4].map(() => {
      fireNonInviteClientTimer(machine, "timerE");
      return machine.intervalMs;
    });
    expect(intervals).toEqual([1000, 2000, 4000, 4000, 4000]);
  });
});
