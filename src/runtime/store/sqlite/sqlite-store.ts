// Call records in one SQLite file. What arrives while a transaction runs goes into the next one together; what the disk
// refuses is kept in memory, up to a bound, and tried again.

import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { DemarcError, type Millis } from "../../../base/index.ts";
import type { CallRecord } from "../../../engine/index.ts";
import { type AuditStep, type EmergencyCall, emergencyCallOf } from "../audit-step.ts";
import type { CdrPage, EmergencyCallPage, PageQuery, Store, WrittenStep } from "../store.ts";
import type { StoreRequest } from "./database-request.ts";
import { DatabaseFailure, type DatabaseThread, startDatabaseThread } from "./database-thread.ts";

export interface SqliteStoreOptions {
  readonly file: string;
  /** Trouble came (a sentence) or went (null). Told once each time it changes. */
  readonly onTrouble: (detail: string | null) => void;
  /** The most records that wait for a disk in trouble. Default 10,000: some 20 MB, an hour of a busy office. */
  readonly waitingLimit?: number;
  /** How long to wait before the first new try; each further wait is twice as long. Default 500. */
  readonly retryMs?: Millis;
  /** How long `close` goes on trying to write what waits. Default 5,000. */
  readonly closeWithinMs?: Millis;
}

const BATCH_LIMIT = 1000;
/** How long a first record waits for company: at a thousand calls a second one transaction and one message carry a score of them. */
const GATHER_MS: Millis = 20;
const RETRY_LIMIT_MS: Millis = 30_000;

type Entry =
  | { readonly kind: "record"; readonly record: CallRecord }
  | { readonly kind: "step"; readonly written: WrittenStep };

interface Pending {
  readonly key: string;
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: DemarcError) => void;
}

function remedyOf(code: string | null, file: string): string {
  if (code?.startsWith("SQLITE_FULL")) return `Make room on the disk of ${file}; what waits is then written by itself.`;
  if (code === "SQLITE_NOTADB" || code?.startsWith("SQLITE_CORRUPT")) {
    return `Move ${file} and its -wal and -shm aside (keep them: records may be recovered) and start again.`;
  }
  if (code?.startsWith("SQLITE_BUSY")) return `See which other program holds ${file}; one Demarc uses one directory.`;
  return `See that ${file} and its directory exist and may be written by the user that runs Demarc.`;
}

function unavailable(error: unknown, file: string): DemarcError {
  const code = error instanceof DatabaseFailure ? error.code : null;
  const message = error instanceof Error ? error.message : String(error);
  const detail = code === null ? message : `${message} (${code})`;
  return new DemarcError("store-unavailable", `${file}: ${detail}`, { remedy: remedyOf(code, file), cause: error });
}

class SqliteStore implements Store {
  readonly #options: Required<SqliteStoreOptions>;
  #thread: DatabaseThread;
  /** In the order they came; the first of them may be in a transaction. */
  readonly #pending = new Map<string, Pending>();
  #writing: Promise<void> | null = null;
  #trouble: string | null = null;
  #wakeRetry: (() => void) | null = null;
  /** Readers that wait for what was written before them, to be let go when trouble comes. */
  readonly #releases: (() => void)[] = [];
  #closing = false;

  constructor(thread: DatabaseThread, options: Required<SqliteStoreOptions>) {
    this.#thread = thread;
    this.#options = options;
  }

  writeRecord(record: CallRecord): Promise<void> {
    return this.#write(record.id, { kind: "record", record }, this.#options.waitingLimit);
  }

  /** There is room for steps where there is none for records any more. */
  writeStep(step: AuditStep): Promise<void> {
    const id = randomUUID();
    return this.#write(stepKey(id), { kind: "step", written: { id, step } }, this.#options.waitingLimit * 2);
  }

  #write(key: string, entry: Entry, limit: number): Promise<void> {
    const { file } = this.#options;
    if (this.#closing) return Promise.reject(unavailable(new Error("the store is closed"), file));
    const same = this.#pending.get(key);
    if (same === undefined && this.#pending.size >= limit) {
      return Promise.reject(unavailable(new Error(`${this.#trouble ?? "the disk is slow"}; no room to wait`), file));
    }
    const written = new Promise<void>((resolve, reject) => {
      const after = { key, entry: same?.entry ?? entry, resolve, reject };
      this.#pending.set(key, same === undefined ? after : joined(same, after));
    });
    this.#writing ??= this.#writeAll();
    return written;
  }

  /** Writes until nothing waits. */
  async #writeAll(): Promise<void> {
    let retryMs = this.#options.retryMs;
    while (this.#pending.size > 0) {
      if (this.#trouble === null && !this.#closing) await this.#pause(GATHER_MS);
      const batch = [...this.#pending.values()].slice(0, BATCH_LIMIT);
      try {
        await this.#thread.ask(requestOf(batch));
        for (const { key } of batch) {
          // Looked up again: the same record may have been given a second time meanwhile.
          this.#pending.get(key)?.resolve();
          this.#pending.delete(key);
        }
        if (this.#pending.size === 0) this.#releases.length = 0;
        this.#report(null);
        retryMs = this.#options.retryMs;
      } catch (error) {
        this.#report(unavailable(error, this.#options.file).message);
        await this.#pause(retryMs);
        retryMs = Math.min(RETRY_LIMIT_MS, retryMs * 2);
        if (this.#pending.size > 0) await this.#revive();
      }
    }
    this.#writing = null;
  }

  /** A thread that died is started again; one that lives is kept. */
  async #revive(): Promise<void> {
    try {
      await this.#thread.ask({ kind: "find", id: "" });
    } catch (failure) {
      if (failure instanceof DatabaseFailure && failure.code !== null) return;
      await this.#thread.terminate();
      const next = await startDatabaseThread(this.#options.file).catch(() => null);
      if (next === null) return;
      // Closed while it started: nobody else would end it.
      if (this.#closing && this.#pending.size === 0) await next.terminate();
      else this.#thread = next;
    }
  }

  #pause(ms: Millis): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeRetry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #report(detail: string | null): void {
    if ((detail === null) === (this.#trouble === null)) return;
    this.#trouble = detail;
    if (detail !== null) for (const release of this.#releases.splice(0)) release();
    this.#options.onTrouble(detail);
  }

  /** Resolves when what was given to us before is in the database, or the database is in trouble. */
  #settled(): Promise<void> {
    const last = [...this.#pending.values()].at(-1);
    if (last === undefined || this.#trouble !== null) return Promise.resolve();
    return new Promise((release) => {
      this.#pending.set(last.key, joined(last, { ...last, resolve: release, reject: () => release() }));
      this.#releases.push(release);
    });
  }

  async #ask(request: Parameters<DatabaseThread["ask"]>[0]) {
    try {
      return await this.#thread.ask(request);
    } catch (error) {
      throw unavailable(error, this.#options.file);
    }
  }

  async cdrs(query: Parameters<Store["cdrs"]>[0]): Promise<CdrPage> {
    await this.#settled();
    return (await this.#ask({ kind: "page", query })) as CdrPage;
  }

  async cdr(id: string): Promise<CallRecord | null> {
    const pending = this.#pending.get(id);
    if (pending?.entry.kind === "record") return pending.entry.record;
    return (await this.#ask({ kind: "find", id })) as CallRecord | null;
  }

  async emergencyCalls(query: PageQuery): Promise<EmergencyCallPage> {
    await this.#settled();
    return (await this.#ask({ kind: "emergency-page", query })) as EmergencyCallPage;
  }

  async emergencyCall(id: string): Promise<EmergencyCall | null> {
    await this.#settled();
    const written = (await this.#ask({ kind: "emergency-find", id })) as EmergencyCall | null;
    // What waits for a disk in trouble comes behind what is on it.
    const waiting = [...this.#pending.values()].flatMap(({ entry }) =>
      entry.kind === "step" && entry.written.step.call === id ? [entry.written.step] : [],
    );
    return emergencyCallOf([...(written?.steps ?? []), ...waiting]);
  }

  async stepsSince(from: string): Promise<readonly AuditStep[]> {
    await this.#settled();
    return (await this.#ask({ kind: "emergency-since", from })) as readonly AuditStep[];
  }

  state(): ReturnType<Store["state"]> {
    const detail = this.#closing ? "the store is closed" : this.#trouble;
    return { up: detail === null, detail, waiting: this.#pending.size };
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const { file, closeWithinMs } = this.#options;
    let timer: NodeJS.Timeout | null = null;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeWithinMs);
    });
    this.#wakeRetry?.();
    await Promise.race([this.#writing, deadline]);
    if (timer !== null) clearTimeout(timer);
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    this.#wakeRetry?.();
    for (const { reject } of lost) reject(unavailable(new Error("closed before the record was written"), file));
    await this.#thread.ask({ kind: "close" }).catch(() => null);
    await this.#thread.terminate();
  }
}

/** Never a call's id. */
function stepKey(id: string): string {
  return `step ${id}`;
}

function requestOf(batch: readonly Pending[]): StoreRequest {
  const records = batch.flatMap(({ entry }) => (entry.kind === "record" ? [entry.record] : []));
  const steps = batch.flatMap(({ entry }) => (entry.kind === "step" ? [entry.written] : []));
  return { kind: "write", records: JSON.stringify(records), steps: JSON.stringify(steps) };
}

/** Two that wait for the same record. */
function joined(one: Pending, other: Pending): Pending {
  const resolve = (): void => {
    one.resolve();
    other.resolve();
  };
  const reject = (error: DemarcError): void => {
    one.reject(error);
    other.reject(error);
  };
  return { ...one, resolve, reject };
}

/**
 * Opens the file, or creates it with its directory.
 * @throws DemarcError store-unavailable, with what to do
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file } = options;
  try {
    await mkdir(dirname(file), { recursive: true });
    const thread = await startDatabaseThread(file);
    return new SqliteStore(thread, { waitingLimit: 10_000, retryMs: 500, closeWithinMs: 5000, ...options });
  } catch (error) {
    throw unavailable(error, file);
  }
}
