// What is done about emergency calls outside the engine: each step goes into the call's audit record, and those who are to be told are told.

import { randomUUID } from "node:crypto";
import { HOUR, type Millis } from "../../base/index.ts";
import type { EmergencyStep } from "../../engine/index.ts";
import type { Configuration, EmergencyEvent, Recipient } from "../../model/index.ts";
import { type AuditStep, emergencyCallOf, type Store } from "../store/index.ts";
import type { Log } from "../telemetry/index.ts";
import { type Courier, type CourierFigures, createCourier, type Errand, type ErrandEnd } from "./courier.ts";
import { type Delivery, deliverNotice } from "./deliver.ts";

export interface RecipientStatus extends CourierFigures {
  readonly name: string;
  readonly by: "webhook" | "mail";
}

export interface EmergencyDesk {
  /** Never throws and never waits. */
  note(step: EmergencyStep): void;
  /** Goes on where a process before this one was: closes the calls that it died in, and tells who is still owed. To be awaited before the first `note`. */
  resume(): Promise<void>;
  recipients(): readonly RecipientStatus[];
  close(): Promise<void>;
}

export interface EmergencyDeskOptions {
  readonly store: Store;
  readonly log: Log;
  /** As it is in use now. */
  readonly configuration: () => Configuration;
  /** Milliseconds since 1970. */
  readonly clock: () => Millis;
  readonly deliver?: (delivery: Delivery) => Promise<string>;
  /** Calls back after a time; gives what takes that back. Node's own timers unless a test brings others. */
  readonly wait?: (ms: Millis, then: () => void) => () => void;
}

/** The longest that a call may be (`limits.maxDuration`). */
const LOOK_BACK_MS: Millis = 30 * 24 * HOUR;
/** How long the beginning waits for the number that the call shows: that is known as soon as its INVITE goes out. */
const SHOWN_WITHIN_MS: Millis = 500;
/** Calls that are watched: more are recorded, and nobody is told of them. */
const WATCHED_MOST = 10_000;

interface Watched {
  readonly steps: AuditStep[];
  /** A test of ours: of it is told that it failed, and nothing else. */
  readonly isTest: boolean;
  /** Takes back the waiting for the number; null once the beginning is told. */
  unbegun: (() => void) | null;
}

export function createEmergencyDesk(options: EmergencyDeskOptions): EmergencyDesk {
  return new Desk(options);
}

class Desk implements EmergencyDesk {
  readonly #options: Required<EmergencyDeskOptions>;
  readonly #courier: Courier;
  readonly #watched = new Map<string, Watched>();

  constructor(options: EmergencyDeskOptions) {
    const { deliver = deliverNotice, clock, wait = waitByTimer } = options;
    this.#options = { ...options, deliver, wait };
    this.#courier = createCourier({
      deliver: (errand, signal) => this.#deliver(errand, signal),
      onFailure: (errand, failure) => this.#onFailure(errand, failure),
      onEnd: (errand, end) => this.#onEnd(errand, end),
      clock,
      wait,
    });
  }

  note(step: EmergencyStep): void {
    this.#write(step);
    // Nobody is alarmed by a test that somebody dials.
    if (step.kind === "begun" && step.test?.by !== "dialled") this.#watch(step);
    const watched = this.#watched.get(step.call);
    if (watched === undefined) return;
    if (step.kind !== "begun") watched.steps.push(withoutDocument(step));
    if (watched.isTest) {
      this.#noteTest(step, watched);
      return;
    }
    // Whatever comes behind the INVITE, the number is known by then, or will not be.
    if (step.kind !== "begun" && step.kind !== "routed") this.#begin(watched);
    if (step.kind === "answered") this.#tell("answered", watched.steps);
    if (step.kind === "ended") {
      this.#watched.delete(step.call);
      this.#tell(wasInVain(watched.steps, step) ? "failed" : "ended", watched.steps);
    }
  }

  async resume(): Promise<void> {
    const { store, clock, log } = this.#options;
    const now = clock();
    const steps = await store.stepsSince(new Date(now - LOOK_BACK_MS).toISOString());
    for (const [call, own] of byCall(steps)) {
      for (const errand of this.#owed(own)) this.#courier.send(errand);
      if (own.some(({ kind }) => kind === "ended" || kind === "interrupted")) continue;
      const interrupted = { kind: "interrupted", call, at: new Date(now).toISOString() } as const;
      this.#write(interrupted);
      if ((emergencyCallOf(own)?.test ?? null) !== null) continue;
      log.error("Demarc ended in the middle of an emergency call; see whether its caller needs help", { call });
      this.#tell("interrupted", [...own, interrupted]);
    }
  }

  recipients(): readonly RecipientStatus[] {
    return this.#options.configuration().emergency.notify.map(({ name, webhook }) => {
      return { name, by: webhook === null ? "mail" : "webhook", ...this.#courier.figures(name) };
    });
  }

  async close(): Promise<void> {
    for (const watched of this.#watched.values()) this.#begin(watched);
    await this.#courier.close();
  }

  #write(step: AuditStep): void {
    const { store, log } = this.#options;
    const lost = (error: unknown): void => {
      const message = "the store did not keep a step of an emergency call; this line is its only copy";
      log.error(message, { call: step.call, step, error });
    };
    store.writeStep(step).catch(lost);
  }

  #watch(step: EmergencyStep): void {
    if (this.#watched.size >= WATCHED_MOST) {
      this.#options.log.error("too many emergency calls at once; nobody is told of this one", { call: step.call });
      return;
    }
    const isTest = step.kind === "begun" && step.test !== null;
    const watched: Watched = { steps: [withoutDocument(step)], isTest, unbegun: null };
    if (!isTest) watched.unbegun = this.#options.wait(SHOWN_WITHIN_MS, () => this.#begin(watched));
    this.#watched.set(step.call, watched);
  }

  #noteTest(step: EmergencyStep, { steps }: Watched): void {
    if (step.kind !== "ended") return;
    this.#watched.delete(step.call);
    // Of one that our own end ended nothing is known.
    if (step.cause === "shutdown" || steps.some(({ kind }) => kind === "answered")) return;
    const { call, status, cause } = step;
    this.#options.log.error("a test of the way of emergency calls failed", { call, status, cause });
    this.#tell("test-failed", steps);
  }

  #begin(watched: Watched): void {
    if (watched.unbegun === null) return;
    watched.unbegun();
    watched.unbegun = null;
    this.#tell("began", watched.steps);
  }

  /** @param steps of the call, as far as the event */
  #tell(event: EmergencyEvent, steps: readonly AuditStep[]): void {
    const call = emergencyCallOf([...steps]);
    const at = steps.at(-1)?.at;
    if (call === null || at === undefined) return;
    const { emergency, node } = this.#options.configuration();
    for (const { name: recipient } of emergency.notify.filter((one) => isConcerned(one, event, call.location?.name))) {
      const id = randomUUID();
      this.#write({ kind: "owed", notice: id, recipient, event, call: call.id, at });
      this.#courier.send({ recipient, notice: { id, event, at, node: node.name, call } });
    }
  }

  /** What was still to be told of a call when the process before this one ended. */
  #owed(steps: readonly AuditStep[]): readonly Errand[] {
    const done = new Set(
      steps.flatMap((step) => (step.kind === "told" || step.kind === "untold" ? [step.notice] : [])),
    );
    const { node } = this.#options.configuration();
    return steps.flatMap((step, place): readonly Errand[] => {
      if (step.kind !== "owed" || done.has(step.notice)) return [];
      const { notice: id, event, at, recipient } = step;
      const call = emergencyCallOf(steps.slice(0, place));
      return call === null ? [] : [{ recipient, notice: { id, event, at, node: node.name, call } }];
    });
  }

  #deliver({ recipient: name, notice }: Errand, signal: AbortSignal): Promise<string> {
    const { configuration, deliver, clock } = this.#options;
    const { emergency, mail } = configuration();
    const recipient = emergency.notify.find((one) => one.name === name);
    if (recipient === undefined) return Promise.reject(new Error("no recipient has this name any more"));
    return deliver({ recipient, notice, mail, signal, now: clock() });
  }

  #onFailure({ recipient, notice }: Errand, { tries, detail }: { tries: number; detail: string }): void {
    // The first says it; the others are in the metrics and in the status.
    if (tries > 1) return;
    const fields = { call: notice.call.id, recipient, event: notice.event, detail };
    this.#options.log.warn("a recipient could not be told of an emergency call; it is tried again", fields);
  }

  #onEnd({ recipient, notice }: Errand, { told, tries, detail }: ErrandEnd): void {
    const { log, clock } = this.#options;
    const { id, event, call } = notice;
    const at = new Date(clock()).toISOString();
    this.#write({ kind: told ? "told" : "untold", notice: id, recipient, event, tries, detail, call: call.id, at });
    const fields = { call: call.id, recipient, event, tries, detail };
    if (told) log.info("a recipient was told of an emergency call", fields);
    else log.error("a recipient was never told of an emergency call", fields);
  }
}

function waitByTimer(ms: Millis, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
}

/** Documents are in the record: what stands for as long as a call does is not to weigh them. */
function withoutDocument(step: EmergencyStep): EmergencyStep {
  if (step.kind === "tried") return { ...step, headers: [], document: null };
  return step.kind === "begun" && step.said !== null ? { ...step, said: "" } : step;
}

function byCall(steps: readonly AuditStep[]): ReadonlyMap<string, readonly AuditStep[]> {
  const calls = new Map<string, AuditStep[]>();
  for (const step of steps) {
    const own = calls.get(step.call);
    if (own === undefined) calls.set(step.call, [step]);
    else own.push(step);
  }
  return calls;
}

/** Whether nobody answered, and not because the caller did not wait. */
function wasInVain(steps: readonly AuditStep[], { cause }: EmergencyStep & { readonly kind: "ended" }): boolean {
  return cause !== "cancelled" && !steps.some(({ kind }) => kind === "answered");
}

function isConcerned({ on, locations }: Recipient, event: EmergencyEvent, location: string | undefined): boolean {
  return on.includes(event) && (locations === null || (location !== undefined && locations.includes(location)));
}
