// The database's thread as seen from outside: requests become promises, and a thread that died is started again.

import { Worker } from "node:worker_threads";
import type { NumberedRequest, StoreAnswer, StoreFailure, StoreReply, StoreRequest } from "./database-request.ts";

/** A request that failed in the database, or whose thread died. */
export class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure";
  readonly code: string | null;

  constructor({ code, message }: StoreFailure) {
    super(message);
    this.code = code;
  }
}

export interface DatabaseThread {
  /** @throws DatabaseFailure */
  ask(request: StoreRequest): Promise<StoreAnswer>;
  /** Ends the thread at once. */
  terminate(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: StoreAnswer) => void;
  readonly reject: (failure: DatabaseFailure) => void;
}

/** Starts a thread on the file. @throws DatabaseFailure when the file cannot be opened */
export async function startDatabaseThread(file: string): Promise<DatabaseThread> {
  const waiting = new Map<number, Waiting>();
  let dead: StoreFailure | null = null;
  let last = 0;
  const worker = new Worker(new URL("./database-worker.ts", import.meta.url), { workerData: { file }, execArgv: [] });
  const die = (failure: StoreFailure): void => {
    dead ??= failure;
    for (const { reject } of waiting.values()) reject(new DatabaseFailure(failure));
    waiting.clear();
  };
  const opened = new Promise<StoreAnswer>((resolve, reject) => waiting.set(0, { resolve, reject }));
  worker.on("message", (reply: StoreReply) => {
    const entry = waiting.get(reply.number);
    waiting.delete(reply.number);
    if (reply.ok) entry?.resolve(reply.value);
    else entry?.reject(new DatabaseFailure(reply.failure));
  });
  worker.on("error", (error) => {
    die({ code: null, message: `the database's thread failed: ${error instanceof Error ? error.message : error}` });
  });
  worker.on("exit", () => die({ code: null, message: "the database's thread has ended" }));
  await opened;
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (dead !== null) {
          reject(new DatabaseFailure(dead));
          return;
        }
        last += 1;
        waiting.set(last, { resolve, reject });
        worker.postMessage({ number: last, request } satisfies NumberedRequest);
      }),
    terminate: async () => {
      await worker.terminate();
    },
  };
}
