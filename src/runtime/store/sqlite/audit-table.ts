// The steps of emergency calls, synchronously: what the worker thread does with their table. Nothing of it is ever changed or removed.

import type Database from "better-sqlite3";
import { type AuditStep, type EmergencyCall, emergencyCallOf } from "../audit-step.ts";
import { formatCursor, parseCursor } from "../cursor.ts";
import type { EmergencyCallPage, PageQuery, WrittenStep } from "../store.ts";

export interface AuditTable {
  /** To be called inside a transaction. Ids that are there already are passed over. */
  insert(steps: readonly WrittenStep[]): void;
  page(query: PageQuery): EmergencyCallPage;
  find(call: string): EmergencyCall | null;
  /** Every step of the calls that began then or later, the newest calls first, each call's steps in order. */
  since(from: string): readonly AuditStep[];
}

/** The calls whose steps `since` reads: those of a start, to be gone through one by one. */
const CALLS_SINCE_MOST = 1000;

export function prepareAudit(database: Database.Database): AuditTable {
  const insert = database.prepare(
    `INSERT INTO emergency_steps (id, call, at, kind, step) VALUES (@id, @call, @at, @kind, @step)
     ON CONFLICT (id) DO NOTHING`,
  );
  const steps = database.prepare("SELECT step FROM emergency_steps WHERE call = ? ORDER BY seq").pluck();
  const stepsOf = (call: string): AuditStep[] =>
    (steps.all(call) as string[]).map((text) => JSON.parse(text) as AuditStep);
  const begun = "SELECT at, call FROM emergency_steps WHERE kind = 'begun'";
  const first = database.prepare(`${begun} ORDER BY at DESC, call DESC LIMIT ?`);
  const after = database.prepare(`${begun} AND (at, call) < (?, ?) ORDER BY at DESC, call DESC LIMIT ?`);
  const since = database
    .prepare(
      `SELECT call FROM emergency_steps WHERE kind = 'begun' AND at >= ? ORDER BY at DESC LIMIT ${CALLS_SINCE_MOST}`,
    )
    .pluck();
  return {
    insert: (written) => {
      for (const { id, step } of written) {
        const { call, at, kind } = step;
        insert.run({ id, call, at, kind, step: JSON.stringify(step) });
      }
    },
    page: ({ limit, cursor }) => {
      const place = cursor === null ? null : parseCursor(cursor);
      const rows = (place === null ? first.all(limit + 1) : after.all(place.startedAt, place.id, limit + 1)) as {
        at: string;
        call: string;
      }[];
      const items = rows.slice(0, limit).flatMap(({ call }) => emergencyCallOf(stepsOf(call)) ?? []);
      const last = rows[limit - 1];
      const more = last !== undefined && rows.length > limit;
      return { items, next: more ? formatCursor({ startedAt: last.at, id: last.call }) : null };
    },
    find: (call) => emergencyCallOf(stepsOf(call)),
    since: (from) => (since.all(from) as string[]).flatMap(stepsOf),
  };
}
