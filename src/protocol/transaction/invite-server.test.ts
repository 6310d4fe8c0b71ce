// The INVITE server transaction, cell by cell (RFC 3261 section 17.2.1, RFC 6026 section 7.1).
import { describe, expect, test } from "vitest";
import {
  fireInviteServerTimer,
  type InviteServerState,
  receiveInviteAck,
  receiveInviteAgain,
  respondToInvite,
} from "./invite-server.ts";
import { ALL_TIMERS, cellsOf, describeEffects, type Row } from "./machine-table.ts";
import { RFC_TIMERS, type TransactionTimer } from "./timers.ts";

const STATES = ["proceeding", "completed", "accepted", "confirmed", "terminated"] as const;
const EVENTS = [
  "INVITE",
  "ACK",
  "respond 100",
  "respond 180",
  "respond 200",
  "respond 299",
  "respond 302",
  "respond 486",
  "respond 603",
  ...ALL_TIMERS,
];

const RFC3261 = "RFC 3261 17.2.1";
const RFC6026 = "RFC 6026 7.1";

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { state: "proceeding", event: "INVITE", on: "both", next: "proceeding", effects: ["send last"], source: RFC3261 },
  { state: "proceeding", event: "respond 100", on: "both", next: "proceeding", effects: ["send new"], source: RFC3261 },
  { state: "proceeding", event: "respond 180", on: "both", next: "proceeding", effects: ["send new"], source: RFC3261 },
  { state: "proceeding", event: "respond 200", on: "both", next: "accepted", effects: ["send new", "start timerL 32000"], source: RFC6026 },
  { state: "proceeding", event: "respond 299", on: "both", next: "accepted", effects: ["send new", "start timerL 32000"], source: RFC6026 },
  ...["respond 302", "respond 486", "respond 603"].flatMap((event): Row[] => [
    { state: "proceeding", event, on: "udp", next: "completed", effects: ["send new", "start timerH 32000", "start timerG 500"], source: RFC3261 },
    { state: "proceeding", event, on: "reliable", next: "completed", effects: ["send new", "start timerH 32000"], source: RFC3261 },
  ]),
  { state: "completed", event: "INVITE", on: "both", next: "completed", effects: ["send last"], source: RFC3261 },
  { state: "completed", event: "timerG", on: "both", next: "completed", effects: ["send last", "start timerG 1000"], source: RFC3261 },
  { state: "completed", event: "timerH", on: "both", next: "terminated", effects: ["timeout", "terminate"], source: RFC3261 },
  { state: "completed", event: "ACK", on: "udp", next: "confirmed", effects: ["stop timerG", "stop timerH", "start timerI 5000"], source: RFC3261 },
  // Timer I is zero.
  { state: "completed", event: "ACK", on: "reliable", next: "terminated", effects: ["terminate"], source: RFC3261 },
  { state: "confirmed", event: "timerI", on: "both", next: "terminated", effects: ["terminate"], source: RFC3261 },
  // A retransmitted INVITE is absorbed: the transaction user repeats the 2xx until its ACK (section 13.3.1.4).
  { state: "accepted", event: "ACK", on: "both", next: "accepted", effects: ["deliver"], source: RFC6026 },
  { state: "accepted", event: "respond 200", on: "both", next: "accepted", effects: ["send new"], source: RFC6026 },
  { state: "accepted", event: "respond 299", on: "both", next: "accepted", effects: ["send new"], source: RFC6026 },
  { state: "accepted", event: "timerL", on: "both", next: "terminated", effects: ["terminate"], source: RFC6026 },
];

function machineIn(state: InviteServerState["state"], reliable: boolean): InviteServerState {
  const lastResponse = state === "proceeding" || state === "completed" ? "last" : null;
  return { machine: "invite-server", state, reliable, settings: RFC_TIMERS, lastResponse, intervalMs: 500 };
}

function feed(machine: InviteServerState, event: string) {
  if (event === "INVITE") return receiveInviteAgain(machine);
  if (event === "ACK") return receiveInviteAck(machine);
  if (event.startsWith("timer")) return fireInviteServerTimer(machine, event as TransactionTimer);
  return respondToInvite(machine, Number(event.slice(8)), "new");
}

const CELLS = cellsOf(STATES, EVENTS, ROWS);

test("the table has every cell", () => expect(CELLS).toHaveLength(2 * 5 * 21));

test.each(CELLS)(
  "$transport, $state: $event → $next ($source)",
  ({ state, event, transport, next, effects, source }) => {
    const machine = machineIn(state as InviteServerState["state"], transport === "reliable");
    const before = { ...machine };
    expect(describeEffects(feed(machine, event))).toEqual(effects);
    expect(machine.state).toBe(next);
    if (source === "ignored") expect(machine).toEqual(before);
  },
);

describe("what a retransmitted INVITE is answered with", () => {
  const fresh = (): InviteServerState => ({ ...machineIn("proceeding", false), lastResponse: null });

  test("nothing before the first response", () => {
    expect(receiveInviteAgain(fresh())).toEqual([]);
  });

  test.each([100, 180, 486])("the last response, here %i", (status) => {
    const machine = fresh();
    respondToInvite(machine, 100, "first");
    respondToInvite(machine, status, "latest");
    expect(describeEffects(receiveInviteAgain(machine))).toEqual(["send latest"]);
  });

  test("nothing after a 2xx", () => {
    const machine = fresh();
    respondToInvite(machine, 200, "OK");
    expect(receiveInviteAgain(machine)).toEqual([]);
  });
});

test("a failure is retransmitted after 500 ms, 1, 2, 4, 4 … s", () => {
  const machine = machineIn("proceeding", false);
  respondToInvite(machine, 486, "Busy");
  const intervals = [0, 1, 2, 3, 4].map(() => {
    fireInviteServerTimer(machine, "timerG");
    return machine.intervalMs;
  });
  expect(intervals).toEqual([1000, 2000, 4000, 4000, 4000]);
});
