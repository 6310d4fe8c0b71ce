// The one place that calls the engine: an input, then all of its actions, then the next input.

import { invariant, type Millis, unreachable } from "../base/index.ts";
import type {
  Action,
  Answer,
  CallRecord,
  CallSummary,
  EmergencyStep,
  Input,
  Question,
  ResolveResult,
} from "../engine/index.ts";
import type { MediaPlane } from "../media/index.ts";
import type { Flow, LocateQuery } from "../protocol/transport/index.ts";
import { type Alarm, createAlarm } from "./alarm.ts";
import type { Log } from "./telemetry/index.ts";
import { createTimers, type Timers } from "./timers.ts";

/** A question about a call, and until when its answer is of use, by the engine's clock. */
export interface Asked {
  readonly question: Question;
  readonly call: CallSummary;
  readonly until: Millis;
  /** Whether nobody makes this call: it is only explained. Default false. */
  readonly trial?: boolean;
}

export interface LoopOptions {
  readonly engine: { handle(input: Input, now: Millis): readonly Action[] };
  readonly transport: { send(flow: Flow, text: string): void };
  /** Its `onEvent` is set by the loop. */
  readonly media: MediaPlane;
  /** Never rejects: what goes wrong is a result. */
  readonly resolver: { resolve(query: LocateQuery): Promise<ResolveResult> };
  /** Asks those outside where calls go. Never rejects: what goes wrong is an answer. */
  readonly decider: { decide(asked: Asked): Promise<Answer> };
  readonly records: { write(record: CallRecord): void };
  readonly emergencies: { note(step: EmergencyStep): void };
  readonly log: Log;
  /** Milliseconds since 1970, fractions included, by a clock that never jumps: the engine's. */
  readonly clock: () => Millis;
  /** Node's own timers unless a test brings another. */
  readonly alarm?: Alarm;
}

export interface LoopStatistics {
  /** Inputs handled since the start, and how many of them made the engine or the world throw. */
  readonly handled: number;
  readonly failed: number;
  readonly timers: number;
  /** Of one input with all of its actions, the longest since the last reading, in milliseconds. */
  readonly longestTurnMs: Millis;
  /** That an input waited for others, the longest since the last reading, in milliseconds. */
  readonly longestWaitMs: Millis;
}

export interface Loop {
  /** Handles the input at once; one that arises while another is handled waits for its turn. Ignored after `stop`. */
  submit(input: Input): void;
  /** Reads the figures, and begins the longest ones anew. */
  statistics(): LoopStatistics;
  /** Takes no more inputs. What waits already is handled first. */
  stop(): void;
}

interface Waiting {
  readonly input: Input;
  readonly since: Millis;
}

export function createLoop(options: LoopOptions): Loop {
  return new EngineLoop(options);
}

class EngineLoop implements Loop {
  readonly #options: LoopOptions;
  readonly #timers: Timers;
  readonly #waiting: Waiting[] = [];
  readonly #figures = { handled: 0, failed: 0, longestTurnMs: 0, longestWaitMs: 0 };
  #state: "idle" | "handling" | "acting" = "idle";
  #stopped = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    const { clock, media, alarm = createAlarm() } = options;
    this.#timers = createTimers({ clock, alarm, onDue: (key) => this.submit({ kind: "timer", key }) });
    media.onEvent = (session, event) => this.submit({ kind: "media-event", session, event });
  }

  submit(input: Input): void {
    const { kind } = input;
    invariant(this.#state !== "handling", `the engine was entered again, with ${kind}, while it handles an input`);
    if (this.#stopped) return;
    this.#waiting.push({ input, since: this.#options.clock() });
    if (this.#state === "idle") this.#work();
  }

  statistics(): LoopStatistics {
    const reading = { ...this.#figures, timers: this.#timers.size };
    Object.assign(this.#figures, { longestTurnMs: 0, longestWaitMs: 0 });
    return reading;
  }

  stop(): void {
    this.#stopped = true;
    this.#timers.close();
  }

  #work(): void {
    const { clock } = this.#options;
    const figures = this.#figures;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const now = clock();
      figures.longestWaitMs = Math.max(figures.longestWaitMs, now - next.since);
      this.#act(this.#handle(next.input, now), next.input);
      figures.handled += 1;
      figures.longestTurnMs = Math.max(figures.longestTurnMs, clock() - now);
    }
    this.#state = "idle";
  }

  #handle(input: Input, now: Millis): readonly Action[] {
    this.#state = "handling";
    try {
      return this.#options.engine.handle(input, now);
    } catch (error) {
      this.#figures.failed += 1;
      this.#options.log.error("the engine failed on an input", { input: input.kind, error });
      return [];
    } finally {
      this.#state = "acting";
    }
  }

  #act(actions: readonly Action[], input: Input): void {
    for (const action of actions) {
      try {
        this.#perform(action);
      } catch (error) {
        this.#figures.failed += 1;
        this.#options.log.error("an action failed", { input: input.kind, action: action.kind, error });
      }
    }
  }

  #perform(action: Action): void {
    const { transport, media, resolver, decider, records, emergencies, log } = this.#options;
    switch (action.kind) {
      case "send":
        transport.send(action.flow, action.text);
        break;
      case "start-timer":
        this.#timers.start(action.key, action.at);
        break;
      case "stop-timer":
        this.#timers.stop(action.key);
        break;
      case "media": {
        const { token } = action;
        media.execute(action.command, (result) => this.submit({ kind: "media-reply", token, result }));
        break;
      }
      case "resolve": {
        const { token } = action;
        void resolver.resolve(action.query).then((result) => this.submit({ kind: "resolved", token, result }));
        break;
      }
      case "decide": {
        const { token } = action;
        void decider.decide(action).then((answer) => this.submit({ kind: "decided", token, answer }));
        break;
      }
      case "record":
        records.write(action.record);
        break;
      case "emergency":
        emergencies.note(action.step);
        break;
      case "log": {
        const { level, message, fields, call } = action;
        log[level](message, call === null ? fields : { ...fields, call });
        break;
      }
      default:
        unreachable(action);
    }
  }
}
