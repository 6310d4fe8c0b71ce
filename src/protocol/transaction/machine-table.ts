// For the tests of the machines: a state × event table as data, with every cell that it does not name asserted to do nothing.

import type { TransactionEffect } from "./effects.ts";
import type { TransactionTimer } from "./timers.ts";

export const ALL_TIMERS: readonly TransactionTimer[] = [
  "timerA",
  "timerB",
  "timerD",
  "timerE",
  "timerF",
  "timerG",
  "timerH",
  "timerI",
  "timerJ",
  "timerK",
  "timerL",
  "timerM",
];

export type Transport = "udp" | "reliable";

/** One cell that does something. */
export interface Row {
  readonly state: string;
  readonly event: string;
  readonly on: Transport | "both";
  readonly next: string;
  /** `send X`, `start timerA 500`, `stop timerA`, `deliver`, `timeout`, `terminate`; in order. */
  readonly effects: readonly string[];
  /** Where the RFC says so. */
  readonly source: string;
}

export interface Cell {
  readonly state: string;
  readonly event: string;
  readonly transport: Transport;
  readonly next: string;
  readonly effects: readonly string[];
  readonly source: string;
}

/** Every state with every event over both transports: what the rows say, else nothing. */
export function cellsOf(states: readonly string[], events: readonly string[], rows: readonly Row[]): Cell[] {
  const cells: Cell[] = [];
  for (const transport of ["udp", "reliable"] as const) {
    for (const state of states) {
      for (const event of events) {
        const found = rows.filter(
          (row) => row.state === state && row.event === event && (row.on === "both" || row.on === transport),
        );
        if (found.length > 1) throw new Error(`two rows for ${state}, ${event} over ${transport}`);
        const { next = state, effects = [], source = "ignored" } = found[0] ?? {};
        cells.push({ state, event, transport, next, effects, source });
      }
    }
  }
  const used = rows.length + rows.filter(({ on }) => on === "both").length;
  if (cells.filter(({ source }) => source !== "ignored").length !== used) throw new Error("a row is in no cell");
  return cells;
}

export function describeEffects(effects: readonly TransactionEffect[]): string[] {
  return effects.map((effect) => {
    switch (effect.kind) {
      case "send":
        return `send ${effect.text}`;
      case "start":
        return `start ${effect.timer} ${effect.afterMs}`;
      case "stop":
        return `stop ${effect.timer}`;
      default:
        return effect.kind;
    }
  });
}
