// The numbered steps from an empty database to the present one. A step that was released is never changed.

import type Database from "better-sqlite3";

/** `DMRC`, so that nobody else's database is taken for ours. */
export const APPLICATION_ID = 0x444d5243;

/**
 * 1: columns for what is filtered by, and the whole record beside them. Times are ISO 8601 in UTC with milliseconds, which
 * sort as text. `WITHOUT ROWID` is not used: the records are long and the primary key is not how they are listed.
 * 2: what was done for emergency calls, line by line; the database itself keeps anybody from changing it.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE calls (
     id TEXT PRIMARY KEY,
     started_at TEXT NOT NULL,
     answered_at TEXT,
     ended_at TEXT NOT NULL,
     duration_ms INTEGER NOT NULL,
     caller TEXT NOT NULL,
     called TEXT NOT NULL,
     ingress_trunk TEXT,
     egress_trunk TEXT,
     status INTEGER NOT NULL,
     cause TEXT NOT NULL,
     ended_by TEXT NOT NULL,
     emergency INTEGER NOT NULL,
     record TEXT NOT NULL
   ) STRICT;
   CREATE INDEX calls_by_start ON calls (started_at, id);
   CREATE INDEX calls_by_caller ON calls (caller, started_at);
   CREATE INDEX calls_by_called ON calls (called, started_at);`,
  `CREATE TABLE emergency_steps (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     call TEXT NOT NULL,
     at TEXT NOT NULL,
     kind TEXT NOT NULL,
     step TEXT NOT NULL
   ) STRICT;
   CREATE INDEX emergency_steps_by_call ON emergency_steps (call, seq);
   CREATE INDEX emergency_calls_by_start ON emergency_steps (at, call) WHERE kind = 'begun';
   CREATE TRIGGER emergency_steps_stay BEFORE DELETE ON emergency_steps
     BEGIN SELECT RAISE(ABORT, 'what is written of emergency calls stays'); END;
   CREATE TRIGGER emergency_steps_stand BEFORE UPDATE ON emergency_steps
     BEGIN SELECT RAISE(ABORT, 'what is written of emergency calls stays'); END;`,
];

export const SCHEMA_VERSION = STEPS.length;

/** Why the database is not one of ours; null when it is, or is empty. */
export function foreignness(database: Database.Database): string | null {
  const version = Number(database.pragma("user_version", { simple: true }));
  const application = Number(database.pragma("application_id", { simple: true }));
  const tables = Number(database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get());
  if (application !== APPLICATION_ID && (tables > 0 || version > 0)) return "it is a database of another program";
  if (version > SCHEMA_VERSION)
    return `it was written by a newer Demarc (schema ${version}, this one knows ${SCHEMA_VERSION})`;
  return null;
}

/** Takes the steps that are missing, all or none. */
export function migrate(database: Database.Database): void {
  const run = database.transaction(() => {
    const version = Number(database.pragma("user_version", { simple: true }));
    for (const step of STEPS.slice(version)) database.exec(step);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  run.immediate();
}
