// The INVITE client transaction, cell by cell (RFC 3261 section 17.1.1, RFC 6026 section 7.2).
import { describe, expect, test } from "vitest";
import {
  abandonInviteClient,
  fireInviteClientTimer,
  type InviteClientState,
  receiveInviteResponse,
  startInviteClient,
} from "./invite-client.ts";
import { ALL_TIMERS, cellsOf, describeEffects, type Row } from "./machine-table.ts";
import { RFC_TIMERS, type TransactionTimer } from "./timers.ts";

const STATES = ["calling", "proceeding", "completed", "accepted", "terminated"] as const;
const EVENTS = ["100", "183", "200", "299", "300", "486", "699", "abandon", ...ALL_TIMERS];

const ANSWERED = "RFC 3261 17.1.1.2";
const ACCEPTED = "RFC 6026 7.2";

/** A final response from 300, from `state`. */
const failure = (state: string, event: string): Row[] => [
  {
    state,
    event,
    on: "udp",
    next: "completed",
    source: ANSWERED,
    effects: [...stops(state), "send ACK", "deliver", "start timerD 32000"],
  },
  // Timer D is zero: nothing can be retransmitted.
  {
    state,
    event,
    on: "reliable",
    next: "terminated",
    source: ANSWERED,
    effects: [...stops(state), "send ACK", "deliver", "terminate"],
  },
];

const stops = (state: string): string[] => (state === "calling" ? ["stop timerA", "stop timerB"] : []);

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { state: "calling", event: "timerA", on: "both", next: "calling", effects: ["send INVITE", "start timerA 1000"], source: ANSWERED },
  { state: "calling", event: "timerB", on: "both", next: "terminated", effects: ["timeout", "terminate"], source: ANSWERED },
  { state: "calling", event: "abandon", on: "both", next: "calling", effects: ["stop timerA"], source: "RFC 3261 9.1" },
  ...["calling", "proceeding"].flatMap((state): Row[] => [
    { state, event: "100", on: "both", next: "proceeding", effects: [...stops(state), "deliver"], source: ANSWERED },
    { state, event: "183", on: "both", next: "proceeding", effects: [...stops(state), "deliver"], source: ANSWERED },
    { state, event: "200", on: "both", next: "accepted", effects: [...stops(state), "start timerM 32000", "deliver"], source: ACCEPTED },
    { state, event: "299", on: "both", next: "accepted", effects: [...stops(state), "start timerM 32000", "deliver"], source: ACCEPTED },
    ...failure(state, "300"), ...failure(state, "486"), ...failure(state, "699"),
  ]),
  { state: "completed", event: "300", on: "both", next: "completed", effects: ["send earlier ACK"], source: ANSWERED },
  { state: "completed", event: "486", on: "both", next: "completed", effects: ["send earlier ACK"], source: ANSWERED },
  { state: "completed", event: "699", on: "both", next: "completed", effects: ["send earlier ACK"], source: ANSWERED },
  { state: "completed", event: "timerD", on: "both", next: "terminated", effects: ["terminate"], source: ANSWERED },
  { state: "accepted", event: "200", on: "both", next: "accepted", effects: ["deliver"], source: ACCEPTED },
  { state: "accepted", event: "299", on: "both", next: "accepted", effects: ["deliver"], source: ACCEPTED },
  { state: "accepted", event: "timerM", on: "both", next: "terminated", effects: ["terminate"], source: ACCEPTED },
];

function machineIn(state: InviteClientState["state"], reliable: boolean): InviteClientState {
  const ack = state === "completed" ? "earlier ACK" : null;
  return { machine: "invite-client", state, reliable, settings: RFC_TIMERS, request: "INVITE", ack, intervalMs: 500 };
}

function feed(machine: InviteClientState, event: string) {
  if (event.startsWith("timer")) return fireInviteClientTimer(machine, event as TransactionTimer);
  if (event === "abandon") return abandonInviteClient(machine);
  return receiveInviteResponse(machine, Number(event), () => "ACK");
}

const CELLS = cellsOf(STATES, EVENTS, ROWS);

test("the table has every cell", () => expect(CELLS).toHaveLength(2 * 5 * 20));

test.each(CELLS)(
  "$transport, $state: $event → $next ($source)",
  ({ state, event, transport, next, effects, source }) => {
    const machine = machineIn(state as InviteClientState["state"], transport === "reliable");
    const before = { ...machine };
    expect(describeEffects(feed(machine, event))).toEqual(effects);
    expect(machine.state).toBe(next);
    if (source === "ignored") expect(machine).toEqual(before);
  },
);

describe("the start", () => {
  test.each([
    [false, ["send INVITE", "start timerB 32000", "start timerA 500"]],
    [true, ["send INVITE", "start timerB 32000"]],
  ])("reliable %s (RFC 3261 section 17.1.1.2)", (reliable, effects) => {
    expect(describeEffects(startInviteClient(machineIn("calling", reliable)))).toEqual(effects);
  });

  test("retransmissions double without a ceiling until timer B: the INVITE goes out seven times", () => {
    const machine = machineIn("calling", false);
    startInviteClient(machine);
    const intervals: number[] = [];
    for (let at = 500; at < 32_000; at += machine.intervalMs) {
      fireInviteClientTimer(machine, "timerA");
      intervals.push(machine.intervalMs);
    }
    expect(intervals).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000]);
  });

  test("other settings scale it", () => {
    const machine = {
      ...machineIn("calling", false),
      settings: { t1: 100, t2: 400, t4: 500, timerB: 3000, timerF: 9000 },
    };
    expect(describeEffects(startInviteClient(machine))).toEqual([
      "send INVITE",
      "start timerB 3000",
      "start timerA 100",
    ]);
    expect(describeEffects(receiveInviteResponse(machine, 200, () => ""))).toContain("start timerM 6400");
  });
});
