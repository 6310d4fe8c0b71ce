// Every state of a call with every event: what goes out at once, and what the call is then. The table is read as it stands.
import { describe, expect, test } from "vitest";
import { EVENTS } from "./call-events.ts";
import { STATES } from "./call-states.ts";
import { CHANGING, OPENING, readTable } from "./call-table.ts";

/** What comes of an event: what the peers are sent, what the plane is asked, and what the call is then; null where it cannot happen. */
function outcomeOf(state: string, event: string): string | null {
  const scene = STATES[state]?.();
  if (scene === undefined) throw new Error(`no state is named ${state}`);
  const { rig } = scene;
  const asked = rig.media.length;
  const before = verdict(rig);
  if (EVENTS[event]?.(scene) !== true) return null;
  const sent = scene.read();
  const plane = rig.media.slice(asked).map(({ kind }) => kind);
  const after = verdict(rig);
  rig.expectNothingLeft();
  const parts = [
    ...sent,
    ...(plane.length === 0 ? [] : [`plane ${plane.join(" ")}`]),
    ...(after === before ? [] : [after]),
  ];
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

function verdict({ engine, records }: ReturnType<NonNullable<(typeof STATES)[string]>>["rig"]): string {
  const [record] = records;
  if (record !== undefined) return `ended: ${record.cause} by ${record.endedBy}`;
  return engine.liveCalls()[0]?.state ?? "forgotten";
}

const TABLE = readTable(OPENING + CHANGING);

test("the table has every state", () => {
  expect([...TABLE.keys()].sort()).toEqual(Object.keys(STATES).sort());
});

describe.each(Object.keys(STATES))("%s", (state) => {
  const expected = TABLE.get(state) ?? new Map<string, string>();

  test.each(Object.keys(EVENTS))("%s", (event) => {
    expect(outcomeOf(state, event)).toBe(expected.get(event) ?? null);
  });

  test("no other event is in its table", () => {
    expect([...expected.keys()].filter((event) => !Object.hasOwn(EVENTS, event))).toEqual([]);
  });
});
