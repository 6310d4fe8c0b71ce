// Brings notices to their recipients: at once, again after pauses that grow, given up after an hour. Those of one call reach a recipient in their order,
// and nobody waits for a recipient that is slow.

import { HOUR, type Millis, SECOND } from "../../base/index.ts";
import type { Notice } from "./notice.ts";

export interface Errand {
  readonly recipient: string;
  readonly notice: Notice;
}

/** How an errand ended. */
export interface ErrandEnd {
  readonly told: boolean;
  readonly tries: number;
  /** What the recipient's server said, or what went wrong. */
  readonly detail: string;
}

export interface CourierOptions {
  /** Resolves to what the other side said once it has taken the notice; rejects where it has not. */
  readonly deliver: (errand: Errand, signal: AbortSignal) => Promise<string>;
  /** Each try that failed. */
  readonly onFailure: (errand: Errand, failure: { readonly tries: number; readonly detail: string }) => void;
  /** Once for each errand that ended. */
  readonly onEnd: (errand: Errand, end: ErrandEnd) => void;
  /** Milliseconds since 1970. */
  readonly clock: () => Millis;
  /** Calls back after a time; gives what takes that back. Node's own timers unless a test brings others. */
  readonly wait?: (ms: Millis, then: () => void) => () => void;
}

export interface CourierFigures {
  readonly waiting: number;
  readonly told: number;
  readonly untold: number;
  /** Tries that failed. */
  readonly failures: number;
  /** The last failure, with its time (ISO 8601); null since the last success. */
  readonly trouble: { readonly at: string; readonly detail: string } | null;
}

export interface Courier {
  send(errand: Errand): void;
  /** Of a recipient since the start. */
  figures(recipient: string): CourierFigures;
  /** Waits a moment for what is under way; what is not delivered then is left to the next process. */
  close(): Promise<void>;
}

/** A recipient for which more wait is told no more: whoever floods it must not fill the memory. */
const WAITING_MOST = 1000;
/** At a time for one recipient: a call must not wait for the timeouts of others. */
const UNDER_WAY_MOST = 8;
const FIRST_PAUSE_MS: Millis = SECOND;
const LONGEST_PAUSE_MS: Millis = 300 * SECOND;
const GIVE_UP_AFTER_MS: Millis = HOUR;
const CLOSE_WITHIN_MS: Millis = 2 * SECOND;

interface Lane {
  readonly errands: Errand[];
  /** Takes a pause back; null while none runs. */
  pause: (() => void) | null;
  tries: number;
  underWay: boolean;
}

interface Desk {
  /** By call. */
  readonly lanes: Map<string, Lane>;
  waiting: number;
  underWay: number;
  told: number;
  untold: number;
  failures: number;
  trouble: CourierFigures["trouble"];
}

function waitByTimer(ms: Millis, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
}

export function createCourier(options: CourierOptions): Courier {
  return new PatientCourier(options);
}

class PatientCourier implements Courier {
  readonly #options: Required<CourierOptions>;
  readonly #desks = new Map<string, Desk>();
  readonly #tries = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: CourierOptions) {
    this.#options = { wait: waitByTimer, ...options };
  }

  send(errand: Errand): void {
    if (this.#abort.signal.aborted) return;
    const desk = this.#deskOf(errand.recipient);
    if (desk.waiting >= WAITING_MOST) {
      desk.untold += 1;
      this.#options.onEnd(errand, { told: false, tries: 0, detail: `${WAITING_MOST} others wait for this recipient` });
      return;
    }
    const { id } = errand.notice.call;
    const lane = desk.lanes.get(id) ?? { errands: [], pause: null, tries: 0, underWay: false };
    desk.lanes.set(id, lane);
    lane.errands.push(errand);
    desk.waiting += 1;
    this.#go(desk);
  }

  figures(recipient: string): CourierFigures {
    const { waiting, told, untold, failures, trouble } = this.#desks.get(recipient) ?? emptyDesk();
    return { waiting, told, untold, failures, trouble };
  }

  async close(): Promise<void> {
    const { wait } = this.#options;
    for (const { lanes } of this.#desks.values()) for (const { pause } of lanes.values()) pause?.();
    let takeBack = (): void => {};
    const late = new Promise<void>((done) => {
      takeBack = wait(CLOSE_WITHIN_MS, done);
    });
    await Promise.race([Promise.allSettled([...this.#tries]), late]);
    takeBack();
    this.#abort.abort();
    await Promise.allSettled([...this.#tries]);
  }

  #deskOf(recipient: string): Desk {
    const desk = this.#desks.get(recipient) ?? emptyDesk();
    this.#desks.set(recipient, desk);
    return desk;
  }

  /** Begins what may begin. */
  #go(desk: Desk): void {
    for (const [call, lane] of desk.lanes) {
      if (desk.underWay >= UNDER_WAY_MOST || this.#abort.signal.aborted) return;
      const [errand] = lane.errands;
      if (errand === undefined || lane.underWay || lane.pause !== null) continue;
      lane.underWay = true;
      desk.underWay += 1;
      const run = this.#try(errand, { desk, lane, call }).finally(() => this.#tries.delete(run));
      this.#tries.add(run);
    }
  }

  async #try(errand: Errand, { desk, lane, call }: { desk: Desk; lane: Lane; call: string }): Promise<void> {
    const { deliver, onEnd } = this.#options;
    let detail = "";
    let told = false;
    try {
      detail = await deliver(errand, this.#abort.signal);
      told = true;
    } catch (error) {
      detail = error instanceof Error ? error.message : String(error);
    }
    lane.underWay = false;
    desk.underWay -= 1;
    // It was taken back, and is the next process's: nothing is said of it.
    if (!told && this.#abort.signal.aborted) return;
    lane.tries += 1;
    if (!told) {
      this.#noteFailure(errand, { desk, tries: lane.tries, detail });
      if (this.#options.clock() - Date.parse(errand.notice.at) < GIVE_UP_AFTER_MS) {
        this.#pause(desk, lane);
        this.#go(desk);
        return;
      }
      desk.untold += 1;
    } else {
      desk.told += 1;
      desk.trouble = null;
    }
    onEnd(errand, { told, tries: lane.tries, detail });
    lane.errands.shift();
    lane.tries = 0;
    desk.waiting -= 1;
    if (lane.errands.length === 0) desk.lanes.delete(call);
    this.#go(desk);
  }

  #noteFailure(errand: Errand, { desk, tries, detail }: { desk: Desk; tries: number; detail: string }): void {
    desk.failures += 1;
    desk.trouble = { at: new Date(this.#options.clock()).toISOString(), detail };
    this.#options.onFailure(errand, { tries, detail });
  }

  #pause(desk: Desk, lane: Lane): void {
    const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (lane.tries - 1));
    lane.pause = this.#options.wait(ms, () => {
      lane.pause = null;
      this.#go(desk);
    });
  }
}

function emptyDesk(): Desk {
  return { lanes: new Map(), waiting: 0, underWay: 0, told: 0, untold: 0, failures: 0, trouble: null };
}
