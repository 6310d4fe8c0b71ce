// Keeps the policy that the configuration names: has its process run, run again when it ends, and replaced when its files change; asks it about
// calls, and never waits longer than a deadline.

import { resolve } from "node:path";
import type { PolicyHook } from "../../engine/index.ts";
import {
  type AnswerDecision,
  type CallDecision,
  type DecisionGrounds,
  type PolicySettings,
  parseAnswerDecision,
  parseCallDecision,
} from "../../model/index.ts";
import { FaultLog } from "./fault-log.ts";
import { PolicyChild, type PolicyReply, type PolicyStart } from "./policy-child.ts";
import type { PolicyLog } from "./policy-log.ts";
import { POLICY_HOOKS, type PolicyFault } from "./policy-message.ts";
import { type FilesWatch, fingerprintOfFiles, watchFiles } from "./watch-files.ts";

const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 60_000;
/** One that ran this long counts as sound: the next start after it waits for nothing. */
const SOUND_AFTER_MS = 60_000;
/** A process is given this long at least before it counts as one that does nothing any more. */
const LEAST_STUCK_MS = 500;
/** Questions at a time: a call beyond them is not decided about. */
const MOST_WAITING = 10_000;

/** What came of a question: a decision, checked, or why there is none. */
export type Outcome<Decision> =
  | { readonly ok: true; readonly decision: Decision }
  | { readonly ok: false; readonly fault: PolicyFault };

export type OutcomeKind = "decided" | "failed" | "late" | "unavailable";

/** What can be seen of a policy. */
export interface PolicyStatus {
  readonly file: string;
  readonly state: "running" | "starting" | "down";
  /** Unix milliseconds. */
  readonly since: number;
  readonly hooks: readonly PolicyHook[];
  /** Why the files as they are now are not in use; null where they are. */
  readonly refused: PolicyFault | null;
  /** The last that went wrong; null where nothing has. */
  readonly lastFault: (PolicyFault & { readonly at: number }) | null;
  /** How often its process ended by itself, or had to be ended. */
  readonly restarts: number;
  /** Questions since the start. */
  readonly outcomes: Readonly<Record<PolicyHook, Readonly<Record<OutcomeKind, number>>>>;
}

export interface PolicyHostOptions {
  /** What paths in the configuration are relative to. */
  readonly directory: string;
  readonly log: PolicyLog;
  /** What decisions may name now. */
  readonly grounds: () => DecisionGrounds;
}

export class PolicyHost {
  readonly #options: PolicyHostOptions;
  readonly #faults: FaultLog;
  readonly #outcomes = Object.fromEntries(
    POLICY_HOOKS.map((hook) => [hook, { decided: 0, failed: 0, late: 0, unavailable: 0 }]),
  ) as Record<PolicyHook, Record<OutcomeKind, number>>;
  #settings: PolicySettings | null = null;
  #child: PolicyChild | null = null;
  #state: PolicyStatus["state"] = "down";
  #since = Date.now();
  #startedAt = 0;
  #failures = 0;
  #restarts = 0;
  #refused: PolicyFault | null = null;
  #lastFault: PolicyStatus["lastFault"] = null;
  #watch: FilesWatch | null = null;
  #backoff: NodeJS.Timeout | null = null;
  /** One load after another. */
  #loading: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  /** Questions that wait for a process that is being started. */
  readonly #starting = new Set<() => void>();

  constructor(options: PolicyHostOptions) {
    this.#options = options;
    this.#faults = new FaultLog(options.log);
  }

  /**
   * Takes a policy into use, another one, or none. Resolves to null when it is; to what keeps the new one from it, while the one before stays.
   * The same file is not loaded again: that is done when it changes.
   */
  use(settings: PolicySettings | null): Promise<PolicyFault | null> {
    const before = this.#settings;
    if (settings === null) {
      this.#settings = null;
      this.#retire(this.#child);
      this.#stopWatching();
      this.#become("down");
      return Promise.resolve(null);
    }
    if (before?.file === settings.file) {
      this.#settings = settings;
      return Promise.resolve(null);
    }
    return this.#load(settings);
  }

  /** Resolves within the deadline, to a decision that was checked or to what kept the policy from one. */
  async decide(hook: "onCall" | "onRoute", call: unknown): Promise<Outcome<CallDecision>> {
    return this.#ask(hook, call, (said) => parseCallDecision(said, this.#options.grounds()));
  }

  /** Likewise of a call that was answered. */
  async judge(call: unknown): Promise<Outcome<AnswerDecision>> {
    return this.#ask("onAnswer", call, parseAnswerDecision);
  }

  /** Tells of a call that has ended. Nobody waits for what comes of it. */
  end(record: unknown): void {
    if (this.#child?.has("onEnd") !== true) return;
    this.#child.tell("onEnd", record);
    this.#outcomes.onEnd.decided += 1;
  }

  /** Null where none is configured. */
  status(): PolicyStatus | null {
    if (this.#settings === null) return null;
    return {
      file: this.#settings.file,
      state: this.#state,
      since: this.#since,
      hooks: POLICY_HOOKS.filter((hook) => this.#child?.has(hook) === true),
      refused: this.#refused,
      lastFault: this.#lastFault,
      restarts: this.#restarts,
      outcomes: this.#outcomes,
    };
  }

  /** Ends the process, when it has heard of the calls that have ended. What waits is not decided about. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWatching();
    if (this.#backoff !== null) clearTimeout(this.#backoff);
    const child = this.#child;
    this.#child = null;
    this.#become("down");
    await child?.finish("Demarc is stopping");
  }

  async #ask<Decision>(
    hook: PolicyHook,
    call: unknown,
    read: (
      said: unknown,
    ) => { readonly ok: true; readonly value: Decision } | { readonly ok: false; readonly failure: string },
  ): Promise<Outcome<Decision>> {
    const settings = this.#settings;
    if (settings === null) return this.#fail(hook, "unavailable", faultAt(null, "there is no policy"));
    if (this.#waiting >= MOST_WAITING)
      return this.#fail(hook, "unavailable", faultAt(settings.file, "too many calls wait for it"));
    this.#waiting += 1;
    const reply = await this.#askInTime(hook, call, settings);
    this.#waiting -= 1;
    if (reply === "late")
      return this.#fail(hook, "late", this.#faultIn(hook, `${hook} did not decide within ${settings.deadline} ms`));
    if (reply === "down") return this.#fail(hook, "unavailable", faultAt(settings.file, "it does not run"));
    if (reply.kind === "gone") return this.#fail(hook, "failed", reply.fault);
    if (reply.kind === "failed") return this.#fail(hook, "failed", reply.fault);
    const decision = read(reply.decision);
    if (!decision.ok) return this.#fail(hook, "failed", this.#faultIn(hook, `${hook} decided ${decision.failure}`));
    this.#outcomes[hook].decided += 1;
    return { ok: true, decision: decision.value };
  }

  #askInTime(hook: PolicyHook, call: unknown, { deadline }: PolicySettings): Promise<PolicyReply | "late" | "down"> {
    return new Promise((resolve) => {
      const late = setTimeout(() => done("late"), deadline);
      const done = (reply: PolicyReply | "late" | "down"): void => {
        clearTimeout(late);
        this.#starting.delete(ask);
        resolve(reply);
      };
      const ask = (): void => {
        if (this.#child === null) done("down");
        // What the policy has no hook for it lets go on.
        else if (!this.#child.has(hook)) done({ kind: "answer", decision: null });
        else void this.#child.ask(hook, call).then(done);
      };
      if (this.#state === "starting" && this.#child === null) this.#starting.add(ask);
      else ask();
    });
  }

  #wake(): void {
    for (const ask of [...this.#starting]) ask();
    this.#starting.clear();
  }

  #become(state: PolicyStatus["state"]): void {
    if (this.#state !== state) this.#since = Date.now();
    this.#state = state;
    if (state === "down") this.#wake();
  }

  #faultIn(hook: PolicyHook, message: string): PolicyFault {
    const place = this.#child?.placeOf(hook) ?? null;
    return place === null ? faultAt(this.#settings?.file ?? null, message) : { ...place, message };
  }

  #fail(hook: PolicyHook, kind: OutcomeKind, fault: PolicyFault): { readonly ok: false; readonly fault: PolicyFault } {
    this.#outcomes[hook][kind] += 1;
    this.#note(fault, "a call was not decided about by the policy", { hook });
    return { ok: false, fault };
  }

  #note(fault: PolicyFault, message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#lastFault = { ...fault, at: Date.now() };
    this.#faults.note(message, fault, fields);
  }

  #load(settings: PolicySettings): Promise<PolicyFault | null> {
    const loading = this.#loading.then(() => this.#loadNext(settings));
    this.#loading = loading;
    return loading;
  }

  async #loadNext(settings: PolicySettings): Promise<PolicyFault | null> {
    if (this.#closed) return null;
    const file = resolve(this.#options.directory, settings.file);
    if (this.#child === null) this.#become("starting");
    const known = await fingerprintOfFiles([file]);
    const start = await this.#startChild(file, settings);
    // Null while none runs: then this one is the first, or the next.
    const replaces = this.#child;
    if (this.#closed) {
      if (start.ok) start.child.end("Demarc is stopping");
      return null;
    }
    this.#watchFiles(start.files, start.files.length === 1 ? known : await fingerprintOfFiles(start.files), settings);
    if (!start.ok) {
      this.#refused = start.fault;
      if (replaces === null) this.#become("down");
      return start.fault;
    }
    this.#settings = settings;
    this.#refused = null;
    this.#child = start.child;
    this.#startedAt = performance.now();
    this.#become("running");
    this.#wake();
    this.#retire(replaces);
    const hooks = POLICY_HOOKS.filter((hook) => start.child.has(hook)).join(", ");
    this.#options.log.info("the policy is in use", { file, hooks, pid: start.child.pid });
    return null;
  }

  #startChild(file: string, { deadline }: PolicySettings): Promise<PolicyStart> {
    const own: { child: PolicyChild | null } = { child: null };
    const started = PolicyChild.start({
      file,
      stuckAfterMs: Math.max(deadline, LEAST_STUCK_MS),
      onWritten: (text) => this.#options.log.info("the policy wrote a line", { text }),
      onFault: (hook, fault) => {
        this.#outcomes[hook].failed += 1;
        this.#note(fault, "the policy failed on what it was told", { hook });
      },
      onEnd: (fault) => this.#onEnd(own.child, fault),
    });
    return started.then((start) => {
      if (start.ok) own.child = start.child;
      return start;
    });
  }

  /** Those that wait for it are waited for; it is asked nothing more. */
  #retire(child: PolicyChild | null): void {
    if (child === null) return;
    if (this.#child === child) this.#child = null;
    child.retire();
  }

  #onEnd(child: PolicyChild | null, fault: PolicyFault): void {
    if (this.#closed || child === null || this.#child !== child) return;
    this.#child = null;
    this.#restarts += 1;
    this.#lastFault = { ...fault, at: Date.now() };
    if (performance.now() - this.#startedAt >= SOUND_AFTER_MS) this.#failures = 0;
    const afterMs = this.#startLater();
    this.#options.log.error("the policy's process ended; it is started again", { ...fault, afterMs });
  }

  /** The first time at once, and less often each time that it does not last. Returns after how long. */
  #startLater(): number {
    const afterMs = this.#failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1));
    this.#failures += 1;
    this.#become(afterMs === 0 ? "starting" : "down");
    if (this.#backoff !== null) clearTimeout(this.#backoff);
    this.#backoff = setTimeout(() => void this.#startAgain(), afterMs).unref();
    return afterMs;
  }

  async #startAgain(): Promise<void> {
    const settings = this.#settings;
    if (settings === null || this.#closed || this.#child !== null) return;
    const fault = await this.#load(settings);
    if (fault === null) return;
    const afterMs = this.#startLater();
    this.#options.log.error("the policy does not load; calls are not decided about", { ...fault, afterMs });
  }

  #watchFiles(files: readonly string[], known: string, settings: PolicySettings): void {
    this.#stopWatching();
    this.#watch = watchFiles(files, known, {
      onChange: () => void this.#reload(this.#settings ?? settings),
      onBlind: (folder, error) =>
        this.#options.log.error("a folder of the policy is no longer watched; restart to have changes seen", {
          folder,
          error,
        }),
    });
  }

  async #reload(settings: PolicySettings): Promise<void> {
    if (this.#closed) return;
    // Whoever writes it anew may have mended it.
    this.#failures = 0;
    const fault = await this.#load(settings);
    if (fault === null) return;
    const stays = this.#child === null ? "none is in use" : "the one before stays in use";
    this.#options.log.error(`the changed policy does not load; ${stays}`, { ...fault });
  }

  #stopWatching(): void {
    this.#watch?.close();
    this.#watch = null;
  }
}

function faultAt(file: string | null, message: string): PolicyFault {
  return { file, line: null, column: null, message };
}
