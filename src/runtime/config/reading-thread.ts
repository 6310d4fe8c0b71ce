// Reading a configuration beside the calls: thousands of trunks take seconds, which no call may wait for.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Assembly, type Piece, type SecretText } from "./pieces.ts";
import type { ConfigurationReading, ReadOptions } from "./read-configuration.ts";

export type ReadingAnswer =
  | { readonly kind: "outline"; readonly outline: unknown }
  | { readonly kind: "piece"; readonly piece: Piece }
  | {
      readonly kind: "end";
      readonly rest: Omit<ConfigurationReading, "configuration">;
      readonly secrets: readonly SecretText[];
    };

/**
 * As `readConfigurationText`, in a thread of its own; what comes of it is taken over in pieces, a few milliseconds each. What was frozen is not any more.
 * A thread that dies is a fault of the whole file.
 */
export async function readConfigurationApart(
  file: string,
  text: string,
  { purpose, environment = process.env }: ReadOptions,
): Promise<ConfigurationReading> {
  const options = { purpose, environment: { ...environment } };
  let worker: Worker | null = null;
  try {
    worker = new Worker(new URL("./reading-worker.ts", import.meta.url), {
      workerData: { file, text, options },
      execArgv: [],
    });
    worker.unref();
    return await assemble(worker);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const message = `it could not be read: ${detail}; say so to who made Demarc, with the file if you can`;
    const faults = [{ file, line: null, column: null, message }];
    return { configuration: null, faults, warnings: [], fingerprint: null };
  } finally {
    await worker?.terminate();
  }
}

async function assemble(worker: Worker): Promise<ConfigurationReading> {
  let assembly: Assembly | null = null;
  for (;;) {
    const answer = await next(worker);
    if (answer.kind === "end") return { configuration: assembly?.finish(answer.secrets) ?? null, ...answer.rest };
    if (answer.kind === "outline") assembly = new Assembly(answer.outline);
    else assembly?.add(answer.piece);
    worker.postMessage("next");
  }
}

async function next(worker: Worker): Promise<ReadingAnswer> {
  const ended = new AbortController();
  const gone = once(worker, "exit", { signal: ended.signal }).then(() => {
    throw new Error("its thread ended");
  });
  try {
    const [answer] = await Promise.race([once(worker, "message"), gone]);
    return answer as ReadingAnswer;
  } finally {
    gone.catch(() => undefined);
    ended.abort();
  }
}
