// The figures at /metrics, in the words of Prometheus.

import { Counter, collectDefaultMetrics, Registry } from "@prometheus-io/client";
import { type EmergencySources, registerEmergencies } from "./emergency-metrics.ts";
import { registerCounter, registerGauge, type Setter } from "./register.ts";

/** Where the figures are read, each time that somebody asks for them. */
export interface MetricsSources extends EmergencySources {
  /** Live calls by state, each state named even at 0. */
  calls(): Readonly<Record<string, number>>;
  /** `longest…` since the last reading. */
  loop(): {
    readonly handled: number;
    readonly failed: number;
    readonly timers: number;
    readonly longestTurnMs: number;
    readonly longestWaitMs: number;
  };
  /** Targets of which it is known whether they can be called. */
  targets(): readonly { readonly trunk: string; readonly target: string; readonly up: boolean }[];
  /** Each trunk that registers, and whether its registration stands. */
  registrations(): readonly { readonly trunk: string; readonly registered: boolean }[];
  relayUp(): boolean;
  /** Read before each scrape. */
  media(): Promise<MediaFigures>;
  /** Messages since the start, by transport: `udp`, `tcp` … */
  transports(): Readonly<Record<string, TransportFigures>>;
  /** Null where none is configured. */
  policy(): PolicyFigures | null;
  /** Until when each certificate of ours is good, in Unix milliseconds. */
  certificates(): readonly { readonly certificate: string; readonly validTo: number }[];
  hooks(): readonly HookFigures[];
  /** Numbers that were looked up by ENUM since the start, by what became of it: `found`, `none`, `failed`. */
  numbers(): Readonly<Record<"found" | "none" | "failed", number>>;
}

export interface HookFigures {
  readonly hook: string;
  readonly state: string;
  /** Questions under way. */
  readonly waiting: number;
  /** Since the start, by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly answersTookMs: number;
}

/** What carries media, and how. */
export interface MediaFigures {
  /** Each rtpengine; none where the embedded relay carries media. */
  readonly instances: readonly { readonly name: string; readonly up: boolean; readonly sessions: number }[];
  /** Null where there is none at present. */
  readonly relay: {
    readonly streams: number;
    /** How packets come: `io_uring` or `epoll`. */
    readonly wire: string;
    /** `on`, or why the kernel passes none on. */
    readonly kernel: string;
    /** Directions of streams that the kernel passes on, and those of them that go as frames (XDP). */
    readonly kernelFlows: number;
    readonly frameFlows: number;
  } | null;
}

export interface PolicyFigures {
  readonly state: string;
  /** How often its process ended by itself, or had to be ended. */
  readonly restarts: number;
  /** Since the start, by hook and by what came of it. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface TransportFigures {
  readonly received: number;
  readonly sent: number;
  /** Could not be sent. */
  readonly failed: number;
  /** Keep-alives and such, dropped before the engine saw them. */
  readonly ignored: number;
  readonly connections: number;
}

export interface Metrics {
  /** A call has ended. `cause` is one of the stable words of the call record. */
  countCall(cause: string): void;
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  const media: { latest: MediaFigures } = { latest: { instances: [], relay: null } };
  collectDefaultMetrics({ register: registry });
  registerLoop(registry, sources);
  registerTransports(registry, sources);
  registerGauge(registry, {
    name: "demarc_calls",
    help: "Calls that have not ended, by state.",
    labelNames: ["state"],
    read: (set) => {
      for (const [state, count] of Object.entries(sources.calls())) set(count, { state });
    },
  });
  registerGauge(registry, {
    name: "demarc_certificate_expiry_timestamp_seconds",
    help: "When a certificate of ours expires, as Unix time.",
    labelNames: ["certificate"],
    read: (set) => {
      for (const { certificate, validTo } of sources.certificates()) set(validTo / 1000, { certificate });
    },
  });
  registerTrunks(registry, sources);
  registerGauge(registry, {
    name: "demarc_relay_up",
    help: "1 while the media relay answers, else 0.",
    read: (set) => set(sources.relayUp() ? 1 : 0),
  });
  registerMedia(registry, () => media.latest);
  registerEmergencies(registry, sources);
  registerPolicy(registry, sources);
  registerOutside(registry, sources);
  const ended = new Counter({
    name: "demarc_calls_total",
    help: "Calls that have ended, by cause.",
    labelNames: ["cause"],
    registers: [registry],
  });
  return {
    countCall: (cause) => ended.inc({ cause }),
    render: async () => {
      media.latest = await sources.media();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function registerTrunks(registry: Registry, sources: MetricsSources): void {
  registerGauge(registry, {
    name: "demarc_trunk_registered",
    help: "1 while our registration with the trunk's peer stands, else 0; of trunks that register.",
    labelNames: ["trunk"],
    read: (set) => {
      for (const { trunk, registered } of sources.registrations()) set(registered ? 1 : 0, { trunk });
    },
  });
  registerGauge(registry, {
    name: "demarc_target_up",
    help: "1 while a target can be called, 0 while it is out; of targets of which it is known.",
    labelNames: ["trunk", "target"],
    read: (set) => {
      for (const { trunk, target, up } of sources.targets()) set(up ? 1 : 0, { trunk, target });
    },
  });
}

function registerMedia(registry: Registry, read: () => MediaFigures): void {
  const instances = (name: string, help: string, pick: (instance: MediaFigures["instances"][number]) => number) =>
    registerGauge(registry, {
      name,
      help,
      labelNames: ["instance"],
      read: (set) => {
        for (const instance of read().instances) set(pick(instance), { instance: instance.name });
      },
    });
  instances("demarc_rtpengine_up", "1 while an rtpengine answers, else 0.", ({ up }) => (up ? 1 : 0));
  instances("demarc_rtpengine_sessions", "Calls whose media an rtpengine carries.", ({ sessions }) => sessions);
  registerGauge(registry, {
    name: "demarc_relay_info",
    help: "How the media relay works here: by which wire, and whether the kernel helps, or why not.",
    labelNames: ["wire", "kernel"],
    read: (set) => {
      const { relay } = read();
      if (relay !== null) set(1, { wire: relay.wire, kernel: relay.kernel });
    },
  });
  registerGauge(registry, {
    name: "demarc_relay_streams",
    help: "Streams that the media relay has.",
    read: (set) => set(read().relay?.streams ?? 0),
  });
  registerGauge(registry, {
    name: "demarc_relay_flows",
    help: "Directions of streams that the kernel passes on, from the queue of an interface or as frames (XDP).",
    labelNames: ["path"],
    read: (set) => {
      const { kernelFlows = 0, frameFlows = 0 } = read().relay ?? {};
      set(kernelFlows - frameFlows, { path: "queue" });
      set(frameFlows, { path: "frames" });
    },
  });
}

/** Who is asked where calls go. */
function registerOutside(registry: Registry, sources: MetricsSources): void {
  const each = (pick: (hook: HookFigures) => number) => (set: Setter) => {
    for (const figures of sources.hooks()) set(pick(figures), { hook: figures.hook });
  };
  registerGauge(registry, {
    name: "demarc_hook_up",
    help: "1 while a hook is asked, 0 while it is left alone as it does not answer.",
    labelNames: ["hook"],
    read: each(({ state }) => (state === "left-alone" ? 0 : 1)),
  });
  registerGauge(registry, {
    name: "demarc_hook_waiting",
    help: "Questions to a hook that are under way.",
    labelNames: ["hook"],
    read: each(({ waiting }) => waiting),
  });
  registerCounter(registry, {
    name: "demarc_hook_questions_total",
    help: "Questions to a hook, by what became of them: answered, invalid, failed, left-alone, too-many.",
    labelNames: ["hook", "outcome"],
    read: (set) => {
      for (const { hook, outcomes } of sources.hooks())
        for (const [outcome, count] of Object.entries(outcomes)) set(count, { hook, outcome });
    },
  });
  registerCounter(registry, {
    name: "demarc_hook_answer_seconds_total",
    help: "The time that a hook's answers took in all.",
    labelNames: ["hook"],
    read: each(({ answersTookMs }) => answersTookMs / 1000),
  });
  registerCounter(registry, {
    name: "demarc_enum_numbers_total",
    help: "Numbers that were looked up by ENUM: found, none, failed.",
    labelNames: ["outcome"],
    read: (set) => {
      for (const [outcome, count] of Object.entries(sources.numbers())) set(count, { outcome });
    },
  });
}

/** Nothing where no policy is configured. */
function registerPolicy(registry: Registry, { policy }: MetricsSources): void {
  registerGauge(registry, {
    name: "demarc_policy_up",
    help: "1 while the process of the policy runs, else 0.",
    read: (set) => {
      const figures = policy();
      if (figures !== null) set(figures.state === "running" ? 1 : 0);
    },
  });
  registerCounter(registry, {
    name: "demarc_policy_restarts_total",
    help: "How often the process of the policy ended by itself, or had to be ended.",
    read: (set) => set(policy()?.restarts ?? 0),
  });
  registerCounter(registry, {
    name: "demarc_policy_decisions_total",
    help: "What the policy was asked or told, by hook and by what came of it: decided, failed, late, unavailable.",
    labelNames: ["hook", "outcome"],
    read: (set) => {
      for (const [hook, outcomes] of Object.entries(policy()?.outcomes ?? {}))
        for (const [outcome, count] of Object.entries(outcomes)) set(count, { hook, outcome });
    },
  });
}

/** Reading the loop begins its longest figures anew, so it is read once a scrape, by whichever figure comes first. */
function registerLoop(registry: Registry, sources: MetricsSources): void {
  let reading: ReturnType<MetricsSources["loop"]> | null = null;
  const read = (): ReturnType<MetricsSources["loop"]> => {
    if (reading === null) {
      reading = sources.loop();
      queueMicrotask(() => {
        reading = null;
      });
    }
    return reading;
  };
  registerCounter(registry, {
    name: "demarc_inputs_total",
    help: "What the engine has handled: messages, timers, answers of the media plane and of the resolver.",
    read: (set) => set(read().handled),
  });
  registerCounter(registry, {
    name: "demarc_input_failures_total",
    help: "Inputs that made the engine or an action fail: mistakes in Demarc, each with a line in the log.",
    read: (set) => set(read().failed),
  });
  registerGauge(registry, {
    name: "demarc_timers",
    help: "Timers that are running.",
    read: (set) => set(read().timers),
  });
  registerGauge(registry, {
    name: "demarc_handle_longest_seconds",
    help: "The longest that one input took with all of its actions, since the last scrape.",
    read: (set) => set(read().longestTurnMs / 1000),
  });
  registerGauge(registry, {
    name: "demarc_loop_lag_seconds",
    help: "The longest that an input waited for others, since the last scrape.",
    read: (set) => set(read().longestWaitMs / 1000),
  });
}

function registerTransports(registry: Registry, sources: MetricsSources): void {
  const each = (pick: (figures: TransportFigures) => number) => (set: Setter) => {
    for (const [transport, figures] of Object.entries(sources.transports())) set(pick(figures), { transport });
  };
  const counters = {
    received: "Messages and datagrams that came in, by transport.",
    sent: "Messages that went out, by transport.",
    failed: "Messages that could not be sent, by transport.",
    ignored: "Keep-alives and empty datagrams, by transport.",
  } as const;
  for (const [name, help] of Object.entries(counters)) {
    registerCounter(registry, {
      name: `demarc_messages_${name}_total`,
      help,
      labelNames: ["transport"],
      read: each((figures) => figures[name as keyof typeof counters]),
    });
  }
  registerGauge(registry, {
    name: "demarc_connections",
    help: "Connections that are open, by transport.",
    labelNames: ["transport"],
    read: each((figures) => figures.connections),
  });
}
