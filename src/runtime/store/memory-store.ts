// Call records that live as long as the process: for the lab and for tests.

import { DemarcError } from "../../base/index.ts";
import type { CallRecord } from "../../engine/index.ts";
import { type AuditStep, type EmergencyCall, emergencyCallOf } from "./audit-step.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import type { CdrFilter, CdrPage, CdrQuery, EmergencyCallPage, PageQuery, Store, StoreState } from "./store.ts";

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

interface Place {
  readonly startedAt: string;
  readonly id: string;
}

function pageOf<Item extends Place>(all: readonly Item[], { limit, cursor }: PageQuery) {
  const after = cursor === null ? null : parseCursor(cursor);
  const found = [...all].sort(newestFirst);
  const rest = after === null ? found : found.filter((one) => newestFirst(one, after) > 0);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last === undefined || rest.length <= limit ? null : formatCursor(last) };
}

/** Negative when `one` is newer. */
function newestFirst(one: Place, other: Place): number {
  if (one.startedAt !== other.startedAt) return one.startedAt > other.startedAt ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id > other.id ? -1 : 1;
}

/** @param limit the most records it keeps, from 1; beyond that the one written first goes */
export function createMemoryStore({ limit = 100_000 }: { readonly limit?: number } = {}): Store {
  const records = new Map<string, CallRecord>();
  const steps = new Map<string, AuditStep[]>();
  const emergencies = (): EmergencyCall[] => [...steps.values()].flatMap((all) => emergencyCallOf(all) ?? []);
  let closed = false;
  const refuseIfClosed = (): void => {
    if (closed) throw new DemarcError("store-unavailable", "the store is closed", { remedy: "Start Demarc again." });
  };
  return {
    async writeRecord(record: CallRecord): Promise<void> {
      refuseIfClosed();
      if (records.has(record.id)) return;
      const oldest = records.size >= limit ? records.keys().next() : null;
      if (oldest?.done === false) records.delete(oldest.value);
      records.set(record.id, record);
    },
    async cdrs(query: CdrQuery): Promise<CdrPage> {
      return pageOf(
        [...records.values()].filter((record) => matches(record, query)),
        query,
      );
    },
    cdr: async (id: string): Promise<CallRecord | null> => records.get(id) ?? null,
    async writeStep(step: AuditStep): Promise<void> {
      refuseIfClosed();
      const oldest = steps.size >= limit && !steps.has(step.call) ? steps.keys().next() : null;
      if (oldest?.done === false) steps.delete(oldest.value);
      steps.set(step.call, [...(steps.get(step.call) ?? []), step]);
    },
    emergencyCalls: async (query: PageQuery): Promise<EmergencyCallPage> => pageOf(emergencies(), query),
    emergencyCall: async (id: string): Promise<EmergencyCall | null> => emergencyCallOf(steps.get(id) ?? []),
    stepsSince: async (from: string): Promise<readonly AuditStep[]> =>
      emergencies()
        .filter(({ startedAt }) => startedAt >= from)
        .flatMap((call) => call.steps),
    state: (): StoreState => ({ up: !closed, detail: closed ? "the store is closed" : null, waiting: 0 }),
    close: async (): Promise<void> => {
      closed = true;
    },
  };
}
