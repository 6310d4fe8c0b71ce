// Call records that live as long as the process: for the lab and for tests.

import { DemarcError } from "../../base/index.ts";
import type { CallRecord } from "../../engine/index.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import type { CdrFilter, CdrPage, CdrQuery, Store, StoreState } from "./store.ts";

function numberMatches(number: string, wanted: string | null): boolean {
  if (wanted === null) return true;
  return wanted.endsWith("*") ? number.startsWith(wanted.slice(0, -1)) : number === wanted;
}

function matches(record: CallRecord, filter: CdrFilter): boolean {
  return (
    (filter.from === null || record.startedAt >= filter.from) &&
    (filter.to === null || record.startedAt < filter.to) &&
    (filter.trunk === null || record.ingressTrunk === filter.trunk || record.egressTrunk === filter.trunk) &&
    (filter.cause === null || record.cause === filter.cause) &&
    numberMatches(record.caller, filter.caller) &&
    numberMatches(record.called, filter.called)
  );
}

type Place = Pick<CallRecord, "startedAt" | "id">;

/** Negative when `one` is newer. */
function newestFirst(one: Place, other: Place): number {
  if (one.startedAt !== other.startedAt) return one.startedAt > other.startedAt ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id > other.id ? -1 : 1;
}

/** @param limit the most records it keeps, from 1; beyond that the one written first goes */
export function createMemoryStore({ limit = 100_000 }: { readonly limit?: number } = {}): Store {
  const records = new Map<string, CallRecord>();
  let closed = false;
  return {
    async writeRecord(record: CallRecord): Promise<void> {
      if (closed) {
        throw new DemarcError("store-unavailable", "the store is closed", { remedy: "Start Demarc again." });
      }
      if (records.has(record.id)) return;
      const oldest = records.size >= limit ? records.keys().next() : null;
      if (oldest?.done === false) records.delete(oldest.value);
      records.set(record.id, record);
    },
    async cdrs(query: CdrQuery): Promise<CdrPage> {
      const after = query.cursor === null ? null : parseCursor(query.cursor);
      const found = [...records.values()].filter((record) => matches(record, query)).sort(newestFirst);
      const rest = after === null ? found : found.filter((record) => newestFirst(record, after) > 0);
      const items = rest.slice(0, query.limit);
      const last = items.at(-1);
      return { items, next: last === undefined || rest.length <= query.limit ? null : formatCursor(last) };
    },
    cdr: async (id: string): Promise<CallRecord | null> => records.get(id) ?? null,
    state: (): StoreState => ({ up: !closed, detail: closed ? "the store is closed" : null, waiting: 0 }),
    close: async (): Promise<void> => {
      closed = true;
    },
  };
}
