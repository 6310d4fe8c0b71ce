// The one place that calls the engine: an input, then all of its actions, then the next input.

import { invariant, type Millis } from "../base/index.ts";
import type { Action, CallRecord, Input, ResolveResult } from "../engine/index.ts";
import type { MediaPlane } from "../media/index.ts";
import type { Flow } from "../protocol/transport/index.ts";
import { type Alarm, createAlarm } from "./alarm.ts";
import type { Log } from "./telemetry/index.ts";
import { createTimers } from "./timers.ts";

export interface LoopOptions {
  readonly engine: { handle(input: Input, now: Millis): readonly Action[] };
  readonly transport: { send(flow: Flow, text: string): void };
  /** Its `onEvent` is set by the loop. */
  readonly media: MediaPlane;
  /** Never rejects: what goes wrong is a result. */
  readonly resolver: { resolve(host: string): Promise<ResolveResult> };
  readonly records: { write(record: CallRecord): void };
  readonly log: Log;
  /** Monotonic milliseconds, fractions included. */
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
  const { engine, media, log, clock } = options;
  const waiting: Waiting[] = [];
  const figures = { handled: 0, failed: 0, longestTurnMs: 0, longestWaitMs: 0 };
  let state: "idle" | "handling" | "acting" | "stopped" = "idle";
  let stopping = false;

  const submit = (input: Input): void => {
    invariant(state !== "handling", `the engine was entered again, with ${input.kind}, while it handles an input`);
    if (stopping) return;
    waiting.push({ input, since: clock() });
    if (state === "idle") work();
  };
  const timers = createTimers({
    clock,
    alarm: options.alarm ?? createAlarm(),
    onDue: (key) => submit({ kind: "timer", key }),
  });
  const perform = createPerformer(options, { submit, timers });

  const turn = (input: Input, now: Millis): void => {
    let actions: readonly Action[] = [];
    try {
      state = "handling";
      actions = engine.handle(input, now);
    } catch (error) {
      figures.failed += 1;
      log.error("the engine failed on an input", { input: input.kind, error });
    }
    state = "acting";
    for (const action of actions) {
      try {
        perform(action);
      } catch (error) {
        figures.failed += 1;
        log.error("an action failed", { input: input.kind, action: action.kind, error });
      }
    }
  };
  const work = (): void => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const now = clock();
      figures.longestWaitMs = Math.max(figures.longestWaitMs, now - next.since);
      turn(next.input, now);
      figures.handled += 1;
      figures.longestTurnMs = Math.max(figures.longestTurnMs, clock() - now);
    }
    state = stopping ? "stopped" : "idle";
  };

  media.onEvent = (session, event) => submit({ kind: "media-event", session, event });
  return {
    submit,
    statistics() {
      const { longestTurnMs, longestWaitMs } = figures;
      Object.assign(figures, { longestTurnMs: 0, longestWaitMs: 0 });
      return { ...figures, longestTurnMs, longestWaitMs, timers: timers.size };
    },
    stop() {
      stopping = true;
      timers.close();
      if (state === "idle") state = "stopped";
    },
  };
}

type Performer = (action: Action) => void;

function createPerformer(
  { transport, media, resolver, records, log }: LoopOptions,
  { submit, timers }: { submit: (input: Input) => void; timers: ReturnType<typeof createTimers> },
): Performer {
  return (action) => {
    switch (action.kind) {
      case "send":
        return transport.send(action.flow, action.text);
      case "start-timer":
        return timers.start(action.key, action.at);
      case "stop-timer":
        return timers.stop(action.key);
      case "media": {
        const { token } = action;
        return media.execute(action.command, (result) => submit({ kind: "media-reply", token, result }));
      }
      case "resolve": {
        const { token } = action;
        void resolver.resolve(action.host).then((result) => submit({ kind: "resolved", token, result }));
        return;
      }
      case "record":
        return records.write(action.record);
      case "log":
        return log[action.level](action.message, {
          ...action.fields,
          ...(action.call === null ? {} : { call: action.call }),
        });
    }
  };
}
