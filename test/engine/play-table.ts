// Plays a table of states and events, as it stands: each event in each state is a test of what goes out at once, what the plane is asked, and what the calls
// are then.
import { describe, expect, test } from "vitest";
import type { Rig } from "./rig.ts";

interface PlayedScene {
  readonly rig: Rig;
  /** Reads what the peers have been sent: the first words of it, in order. */
  read(): string[];
}

export interface PlayedTable<Scene extends PlayedScene> {
  readonly text: string;
  readonly states: Readonly<Record<string, () => Scene>>;
  /** False where it cannot happen in that state. */
  readonly events: Readonly<Record<string, (scene: Scene) => boolean>>;
  /** What each call is, in their order. */
  readonly verdicts: (scene: Scene) => readonly string[];
}

/** By state and event. Throws on a line that is none. */
function readTable(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const table = new Map<string, Map<string, string>>();
  let cells = new Map<string, string>();
  for (const line of text.split("\n").filter((some) => some !== "")) {
    const [name = "", outcome = ""] = line.trim().split(/: (.*)/);
    if (!line.startsWith(" ")) {
      cells = new Map();
      table.set(line.replace(/:$/, ""), cells);
    } else if (name === "nothing") for (const event of outcome.split("; ")) cells.set(event, name);
    else if (outcome === "" || cells.has(name)) throw new Error(`not a line of a table: ${line}`);
    else cells.set(name, outcome);
  }
  return table;
}

/** What comes of an event; null where it cannot happen. */
function outcomeOf<Scene extends PlayedScene>(
  { states, events, verdicts }: PlayedTable<Scene>,
  state: string,
  event: string,
): string | null {
  const scene = states[state]?.();
  if (scene === undefined) throw new Error(`no state is named ${state}`);
  const { rig } = scene;
  const asked = rig.media.length;
  const before = verdicts(scene);
  if (events[event]?.(scene) !== true) return null;
  const sent = scene.read();
  const plane = rig.media.slice(asked).map(({ kind }) => kind);
  const after = verdicts(scene).filter((verdict) => !before.includes(verdict));
  rig.expectNothingLeft();
  const parts = [...sent, ...(plane.length === 0 ? [] : [`plane ${plane.join(" ")}`]), ...after];
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

/** Defines the tests. */
export function playTable<Scene extends PlayedScene>(played: PlayedTable<Scene>): void {
  const { text, states, events } = played;
  const table = readTable(text);

  test("the table has every state", () => {
    expect([...table.keys()].sort()).toEqual(Object.keys(states).sort());
  });

  describe.each(Object.keys(states))("%s", (state) => {
    const expected = table.get(state) ?? new Map<string, string>();

    test.each(Object.keys(events))("%s", (event) => {
      expect(outcomeOf(played, state, event)).toBe(expected.get(event) ?? null);
    });

    test("no other event is in its table", () => {
      expect([...expected.keys()].filter((event) => !Object.hasOwn(events, event))).toEqual([]);
    });
  });
}
