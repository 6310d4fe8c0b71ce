// The database, and its table of calls, synchronously: what the worker thread does with the database.

import Database from "better-sqlite3";
import type { CallRecord } from "../../../engine/index.ts";
import { formatCursor, parseCursor } from "../cursor.ts";
import type { CdrPage, CdrQuery, WrittenStep } from "../store.ts";
import { type AuditTable, prepareAudit } from "./audit-table.ts";
import { foreignness, migrate } from "./migrations.ts";

export interface RecordTable {
  /** All in one transaction, on the disk when it returns. Ids that are there already are passed over. */
  insert(records: readonly CallRecord[], steps: readonly WrittenStep[]): void;
  page(query: CdrQuery): CdrPage;
  find(id: string): CallRecord | null;
  readonly audit: AuditTable;
  close(): void;
}

const INSERT = `INSERT INTO calls
  (id, started_at, answered_at, ended_at, duration_ms, caller, called, ingress_trunk, egress_trunk,
   status, cause, ended_by, emergency, record)
  VALUES (@id, @startedAt, @answeredAt, @endedAt, @durationMs, @caller, @called, @ingressTrunk, @egressTrunk,
   @status, @cause, @endedBy, @emergency, @record)
  ON CONFLICT (id) DO NOTHING`;

function toRow(record: CallRecord) {
  const { id, startedAt, answeredAt, endedAt, durationMs, caller, called, ingressTrunk, egressTrunk } = record;
  const { status, cause, endedBy } = record;
  const columns = { id, startedAt, answeredAt, endedAt, durationMs, caller, called, ingressTrunk, egressTrunk };
  return { ...columns, status, cause, endedBy, emergency: record.emergency ? 1 : 0, record: JSON.stringify(record) };
}

/** A number column against what is wanted: equal, or beginning with what stands before the star. */
function numberTerm(column: string, wanted: string): { term: string; value: string } {
  if (!wanted.endsWith("*")) return { term: `${column} = ?`, value: wanted };
  const prefix = wanted.slice(0, -1);
  // No wildcard of SQL can be smuggled in with the number.
  return { term: `substr(${column}, 1, ${[...prefix].length}) = ?`, value: prefix };
}

function whereOf(query: CdrQuery): { sql: string; values: readonly string[] } {
  const terms: string[] = [];
  const values: string[] = [];
  const add = (term: string, ...more: string[]): void => {
    terms.push(term);
    values.push(...more);
  };
  const after = query.cursor === null ? null : parseCursor(query.cursor);
  if (after !== null) add("(started_at, id) < (?, ?)", after.startedAt, after.id);
  if (query.from !== null) add("started_at >= ?", query.from);
  if (query.to !== null) add("started_at < ?", query.to);
  if (query.trunk !== null) add("(ingress_trunk = ? OR egress_trunk = ?)", query.trunk, query.trunk);
  if (query.cause !== null) add("cause = ?", query.cause);
  for (const [column, wanted] of [["caller", query.caller] as const, ["called", query.called] as const]) {
    if (wanted === null) continue;
    const { term, value } = numberTerm(column, wanted);
    add(term, value);
  }
  return { sql: terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`, values };
}

function prepare(database: Database.Database): RecordTable {
  const insert = database.prepare(INSERT);
  const audit = prepareAudit(database);
  const insertAll = database.transaction((records: readonly CallRecord[], steps: readonly WrittenStep[]) => {
    for (const record of records) insert.run(toRow(record));
    audit.insert(steps);
  });
  const find = database.prepare("SELECT record FROM calls WHERE id = ?").pluck();
  return {
    insert: (records, steps) => insertAll.immediate(records, steps),
    page: (query) => {
      const { sql, values } = whereOf(query);
      const select = database
        .prepare(`SELECT record FROM calls ${sql} ORDER BY started_at DESC, id DESC LIMIT ?`)
        .pluck();
      const found = (select.all(...values, query.limit + 1) as string[]).map((text) => JSON.parse(text) as CallRecord);
      const items = found.slice(0, query.limit);
      const last = items.at(-1);
      return { items, next: last === undefined || found.length <= query.limit ? null : formatCursor(last) };
    },
    find: (id) => {
      const text = find.get(id) as string | undefined;
      return text === undefined ? null : (JSON.parse(text) as CallRecord);
    },
    audit,
    close: () => database.close(),
  };
}

/**
 * Opens or creates the database. Throws what SQLite throws, or an Error whose message says why the file is not ours.
 * `synchronous = FULL` with a write-ahead log: a transaction that returned is on the disk.
 */
export function openRecordTable(file: string): RecordTable {
  const database = new Database(file, { timeout: 5000 });
  try {
    const foreign = foreignness(database);
    if (foreign !== null) throw new Error(foreign);
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    migrate(database);
    return prepare(database);
  } catch (error) {
    database.close();
    throw error;
  }
}
