// Says what goes wrong in a policy, each thing at most once in a while: a fault that every call meets is one line and not one a call.

import type { PolicyLog } from "./policy-log.ts";
import type { PolicyFault } from "./policy-message.ts";

const AGAIN_AFTER_MS = 10_000;
/** Faults that are told apart. */
const MOST_KNOWN = 100;

export class FaultLog {
  readonly #log: PolicyLog;
  readonly #said = new Map<string, { at: number; unsaid: number }>();

  constructor(log: PolicyLog) {
    this.#log = log;
  }

  note(message: string, fault: PolicyFault, fields: Readonly<Record<string, unknown>>): void {
    const { file, line, column } = fault;
    const name = `${message}|${file}|${line}|${column}`;
    const known = this.#said.get(name);
    const now = performance.now();
    if (known !== undefined && now - known.at < AGAIN_AFTER_MS) {
      known.unsaid += 1;
      return;
    }
    if (this.#said.size >= MOST_KNOWN) this.#said.clear();
    this.#said.set(name, { at: now, unsaid: 0 });
    const repeated = known === undefined || known.unsaid === 0 ? {} : { repeated: known.unsaid };
    this.#log.warn(message, { ...fields, file, line, column, detail: fault.message, ...repeated });
  }
}
