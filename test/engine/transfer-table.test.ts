// Every state of a transfer with every event: what goes out at once, and what both calls are then. The table is read as it stands.
import { describe, expect, test } from "vitest";
import { readTable } from "./call-table.ts";
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

/** What comes of an event; null where it cannot happen. */
function outcomeOf(state: string, event: string): string | null {
  const scene = TRANSFER_STATES[state]?.();
  if (scene === undefined) throw new Error(`no state is named ${state}`);
  const { rig } = scene;
  const asked = rig.media.length;
  const before = verdicts(scene);
  if (TRANSFER_EVENTS[event]?.(scene) !== true) return null;
  const sent = scene.read();
  const plane = rig.media.slice(asked).map(({ kind }) => kind);
  const after = verdicts(scene).filter((verdict) => !before.includes(verdict));
  rig.expectNothingLeft();
  const parts = [...sent, ...(plane.length === 0 ? [] : [`plane ${plane.join(" ")}`]), ...after];
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

const TABLE = readTable(TRANSFERRING);

test("the table has every state", () => {
  expect([...TABLE.keys()].sort()).toEqual(Object.keys(TRANSFER_STATES).sort());
});

describe.each(Object.keys(TRANSFER_STATES))("%s", (state) => {
  const expected = TABLE.get(state) ?? new Map<string, string>();

  test.each(Object.keys(TRANSFER_EVENTS))("%s", (event) => {
    expect(outcomeOf(state, event)).toBe(expected.get(event) ?? null);
  });

  test("no other event is in its table", () => {
    expect([...expected.keys()].filter((event) => !Object.hasOwn(TRANSFER_EVENTS, event))).toEqual([]);
  });
});
