// The thread that owns the database: signalling never waits for a disk.

import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../../base/index.ts";
import type { CallRecord } from "../../../engine/index.ts";
import type { WrittenStep } from "../store.ts";
import type { NumberedRequest, StoreAnswer, StoreFailure, StoreReply, StoreRequest } from "./database-request.ts";
import { openRecordTable, type RecordTable } from "./record-table.ts";

const port = parentPort;
invariant(port !== null, "the database's thread was started as a program");
const { file } = workerData as { readonly file: string };

function failureOf(error: unknown): StoreFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : null;
  return { code, message: error instanceof Error ? error.message : String(error) };
}

function answer(number: number, work: () => StoreAnswer): boolean {
  try {
    port?.postMessage({ number, ok: true, value: work() } satisfies StoreReply);
    return true;
  } catch (error) {
    port?.postMessage({ number, ok: false, failure: failureOf(error) } satisfies StoreReply);
    return false;
  }
}

function perform(table: RecordTable, request: StoreRequest): StoreAnswer {
  switch (request.kind) {
    case "write":
      table.insert(JSON.parse(request.records) as CallRecord[], JSON.parse(request.steps) as WrittenStep[]);
      return null;
    case "page":
      return table.page(request.query);
    case "find":
      return table.find(request.id);
    case "emergency-page":
      return table.audit.page(request.query);
    case "emergency-find":
      return table.audit.find(request.id);
    case "emergency-since":
      return table.audit.since(request.from);
    case "close":
      table.close();
      return null;
  }
}

let table: RecordTable | null = null;
const opened = answer(0, () => {
  table = openRecordTable(file);
  return null;
});
if (!opened) port.close();

port.on("message", ({ number, request }: NumberedRequest) => {
  answer(number, () => {
    invariant(table !== null, "a request came before the database was open");
    return perform(table, request);
  });
  if (request.kind === "close") port.close();
});
