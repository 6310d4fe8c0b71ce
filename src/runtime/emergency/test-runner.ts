// Has the way of emergency calls tried by the engine: by the schedule or when somebody asks, one trunk after the other, and keeps what came of it.

import { randomUUID } from "node:crypto";
import { DAY, MINUTE, type Millis, SECOND } from "../../base/index.ts";
import type { EmergencyStep, EmergencyTestOrder } from "../../engine/index.ts";
import { type Configuration, type EmergencyTestSettings, emergencyTrunksOf } from "../../model/index.ts";
import type { AuditStep, Store } from "../store/index.ts";
import { createTestSchedule, type TestSchedule } from "./test-schedule.ts";

/** What came of the last test over a trunk. */
export interface TestOutcome {
  readonly trunk: string;
  /** ISO 8601. */
  readonly at: string;
  readonly ok: boolean;
  /** In a word or two. */
  readonly detail: string;
  /** Its `id`, under which its audit record is. */
  readonly call: string;
}

export interface TestRunner {
  /** Reads what came of the tests of those before us. @throws DemarcError store-unavailable */
  resume(): Promise<void>;
  /** Begins to look at the clock. */
  start(): void;
  /** Every step of every emergency call. */
  hear(step: EmergencyStep): void;
  /** Tries these trunks, or null for those of the configuration, behind what is being tried. Gives their names, or why nothing is tried. */
  tryNow(trunks: readonly string[] | null): readonly string[] | { readonly why: string };
  outcomes(): readonly TestOutcome[];
  stop(): void;
}

export interface TestRunnerOptions {
  readonly store: Store;
  readonly configuration: () => Configuration;
  readonly submit: (order: EmergencyTestOrder) => void;
  /** Writes down and tells what the engine does not. */
  readonly note: (step: EmergencyStep) => void;
  /** Milliseconds since 1970. */
  readonly clock: () => Millis;
  readonly wait?: (ms: Millis, then: () => void) => () => void;
}

const LOOK_EVERY_MS: Millis = 15 * SECOND;
const LOOK_BACK_MS: Millis = 90 * DAY;
/** What a call takes besides ringing and talking: a name, a silent server, the end. */
const GRACE_MS: Millis = MINUTE;
/** Trunks that wait to be tried. */
const QUEUE_MOST = 200;

function waitByTimer(ms: Millis, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
}

export function createTestRunner(options: TestRunnerOptions): TestRunner {
  return new Runner(options);
}

interface Running {
  readonly trunk: string;
  readonly settings: EmergencyTestSettings;
  /** Of the call, once it is there. */
  call: string | null;
  answered: boolean;
  readonly takeBack: () => void;
}

class Runner implements TestRunner {
  readonly #options: Required<TestRunnerOptions>;
  readonly #schedule: TestSchedule = createTestSchedule();
  readonly #outcomes = new Map<string, TestOutcome>();
  readonly #queue: string[] = [];
  #running: Running | null = null;
  #takeBackLook: (() => void) | null = null;

  constructor(options: TestRunnerOptions) {
    this.#options = { wait: waitByTimer, ...options };
  }

  async resume(): Promise<void> {
    const { store, clock } = this.#options;
    const steps = await store.stepsSince(new Date(clock() - LOOK_BACK_MS).toISOString());
    const trunks = new Map<string, string>();
    const answered = new Set<string>();
    for (const step of steps) {
      const trunk = trunks.get(step.call);
      if (step.kind === "begun" && step.test?.by === "schedule") trunks.set(step.call, step.test.trunk);
      else if (step.kind === "answered") answered.add(step.call);
      else if (trunk !== undefined) this.#keep(outcomeOf(step, trunk, answered.has(step.call)));
    }
  }

  start(): void {
    this.#look();
  }

  stop(): void {
    this.#takeBackLook?.();
    this.#running?.takeBack();
    this.#queue.length = 0;
  }

  hear(step: EmergencyStep): void {
    const running = this.#running;
    if (running === null) return;
    if (step.kind === "begun") {
      if (step.test?.by === "schedule" && step.test.trunk === running.trunk) running.call = step.call;
      return;
    }
    if (step.call !== running.call) return;
    if (step.kind === "answered") running.answered = true;
    const outcome = outcomeOf(step, running.trunk, running.answered);
    if (outcome === null) return;
    this.#keep(outcome);
    running.takeBack();
    this.#running = null;
    this.#next();
  }

  tryNow(trunks: readonly string[] | null): readonly string[] | { readonly why: string } {
    const { emergency, ...rest } = this.#options.configuration();
    if (emergency.test === null) return { why: "emergency.test is not configured: it says who calls" };
    const wanted = trunks ?? emergency.test.trunks ?? emergencyTrunksOf(rest);
    const unknown = wanted.find((name) => !Object.hasOwn(rest.trunks, name));
    if (unknown !== undefined) return { why: `there is no trunk ${unknown}` };
    const fresh = [...new Set(wanted)].filter((name) => !this.#queue.includes(name));
    if (this.#queue.length + fresh.length > QUEUE_MOST) return { why: "too many trunks wait to be tried" };
    this.#queue.push(...fresh);
    this.#next();
    return wanted;
  }

  outcomes(): readonly TestOutcome[] {
    return [...this.#outcomes.values()];
  }

  #look(): void {
    const { clock, wait, configuration } = this.#options;
    if (this.#schedule.isDue(configuration().emergency.test, clock())) this.tryNow(null);
    this.#takeBackLook = wait(LOOK_EVERY_MS, () => this.#look());
  }

  #next(): void {
    if (this.#running !== null) return;
    const trunk = this.#queue.shift();
    const settings = this.#options.configuration().emergency.test;
    if (trunk === undefined || settings === null) return;
    const { from, caller, talk: talkMs, answerWithin: answerWithinMs } = settings;
    const takeBack = this.#options.wait(talkMs + answerWithinMs + GRACE_MS, () => this.#giveUp());
    this.#running = { trunk, settings, call: null, answered: false, takeBack };
    this.#options.submit({ from, caller, trunk, talkMs, answerWithinMs });
  }

  /** Nothing has come of it, not even an end. */
  #giveUp(): void {
    const { note, clock, configuration } = this.#options;
    const running = this.#running;
    if (running === null) return;
    const { trunk, settings, call: begun } = running;
    const at = new Date(clock()).toISOString();
    const call = begun ?? `test-${randomUUID()}`;
    // What `note` brings back to `hear` ends the running test.
    running.call = call;
    if (begun === null) {
      const test = { by: "schedule", trunk } as const;
      const called = configuration().emergency.testNumber ?? "";
      const { caller, from: ingressTrunk } = settings;
      const rest = { callerName: null, recognisedBy: "number", from: "", location: null, said: null } as const;
      note({ kind: "begun", test, caller, called, ingressTrunk, ...rest, call, at });
    }
    note({ kind: "ended", status: 500, cause: "internal-error", endedBy: "demarc", durationMs: 0, call, at });
  }

  #keep(outcome: TestOutcome | null): void {
    if (outcome === null) return;
    const before = this.#outcomes.get(outcome.trunk);
    if (before === undefined || before.at <= outcome.at) this.#outcomes.set(outcome.trunk, outcome);
  }
}

/** Null while the call goes on. */
function outcomeOf(step: AuditStep, trunk: string, answered: boolean): TestOutcome | null {
  const { call, at } = step;
  if (step.kind === "interrupted") return { trunk, at, ok: false, detail: "interrupted", call };
  if (step.kind !== "ended" || step.cause === "shutdown") return null;
  return { trunk, at, ok: answered, detail: answered ? "answered" : `${step.cause} (${step.status})`, call };
}
