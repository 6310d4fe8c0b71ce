// Puts together everything that takes calls: store, media relay, sockets, engine, loop.

import { dirname, join, resolve } from "node:path";
import { type Millis, SECOND } from "../base/index.ts";
import { type CallRecord, createEngine, type Engine, type Input } from "../engine/index.ts";
import type { ServicePort } from "../media/index.ts";
import type { Configuration } from "../model/index.ts";
import { createHooks, type Hooks } from "../runtime/hooks/index.ts";
import {
  createDecider,
  createDigestHash,
  createLoop,
  createSystemRandom,
  createSystemResolver,
  type Decider,
  type Loop,
  startLoadGauge,
} from "../runtime/index.ts";
import type { PolicyHost } from "../runtime/policy/index.ts";
import { openSqliteStore, type Store } from "../runtime/store/index.ts";
import { createMetrics, type Log, type Metrics } from "../runtime/telemetry/index.ts";
import { openTransports, type Transports } from "../runtime/transport/index.ts";
import { withBoundPorts } from "./bound-ports.ts";
import type { Current } from "./current.ts";
import { type Emergencies, openEmergencies } from "./open-emergencies.ts";
import { type MediaPart, mediaSources, openMedia } from "./open-media.ts";
import { askPolicy, openPolicy } from "./open-policy.ts";
import type { Undo } from "./undo.ts";

/**
 * A name that is not found in time counts as a target that fails. Long enough for a name server that keeps silent on NAPTR and on SRV, as
 * some in front of small offices do, and then gives the address.
 */
const RESOLVE_DEADLINE_MS: Millis = 4 * SECOND;

const clock = (): Millis => performance.timeOrigin + performance.now();

export interface Parts {
  readonly log: Log;
  readonly store: Store;
  readonly emergencies: Emergencies;
  readonly media: MediaPart;
  readonly transports: Transports;
  readonly engine: Engine;
  readonly policy: PolicyHost;
  readonly loop: Loop;
  readonly hooks: Hooks;
  readonly decider: Decider;
  /** Milliseconds since 1970, fractions included, by a clock that never jumps. */
  readonly clock: () => Millis;
}

/** Tells of the record and keeps it, or puts it into the log when the store will not have it: no call goes unrecorded. */
function keepRecord(
  record: CallRecord,
  { store, metrics, policy, log }: Pick<Parts, "store" | "policy" | "log"> & { readonly metrics: Metrics },
): void {
  metrics.countCall(record.cause);
  policy.end(record);
  store.writeRecord(record).catch((error: unknown) => {
    log.error("the store did not keep a call record; this line is its only copy", { call: record.id, record, error });
  });
}

function countByState(engine: Engine): Readonly<Record<string, number>> {
  const counts = { routing: 0, ringing: 0, answered: 0, ending: 0 };
  for (const { state } of engine.liveCalls()) counts[state] += 1;
  return counts;
}

function registrationsOf(engine: Engine) {
  return engine.trunkActivity(Date.now()).flatMap(({ trunk, registration }) => {
    return registration === null ? [] : [{ trunk, registered: registration.until !== null }];
  });
}

function targetsOf(engine: Engine) {
  return engine.trunkActivity(Date.now()).flatMap(({ trunk, targets }) => {
    return targets.flatMap(({ target, state }) => (state === "unknown" ? [] : [{ trunk, target, up: state === "up" }]));
  });
}

/** What the metrics read of the engine. */
function figuresOf(engine: Engine) {
  return {
    calls: () => countByState(engine),
    registrations: () => registrationsOf(engine),
    targets: () => targetsOf(engine),
  };
}

async function openStore(dataDir: string, { log, undo }: { log: Log; undo: Undo }): Promise<Store> {
  const store = await openSqliteStore({
    file: join(dataDir, "demarc.db"),
    onTrouble: (detail) => {
      if (detail === null) log.info("the store takes records again");
      else log.error("the store takes no records; they wait in memory", { detail });
    },
  });
  undo.push(() => store.close());
  return store;
}

/** Those outside who are asked: name servers, hooks and the policy, which say where calls go. */
function openOutside(
  configuration: Configuration,
  { policy, directory, log, undo }: { policy: PolicyHost; directory: string; log: Log; undo: Undo },
) {
  const resolver = createSystemResolver({
    deadlineMs: RESOLVE_DEADLINE_MS,
    random: createSystemRandom(),
    clock: () => performance.now(),
  });
  const hooks = createHooks(configuration, { log, clock, directory });
  undo.push(() => hooks.close());
  const decider = createDecider({ hooks, resolver, policy: (question) => askPolicy(policy, question) });
  return { resolver, hooks, decider };
}

function metricsOf(parts: Omit<Parts, "log" | "store" | "loop" | "clock"> & { readonly loop: () => Loop }): Metrics {
  const { engine, media, policy, transports, emergencies, hooks, decider, loop } = parts;
  return createMetrics({
    ...figuresOf(engine),
    loop: () => loop().statistics(),
    ...mediaSources(media),
    policy: () => policy.status(),
    transports: () => transports.counters(),
    certificates: () => transports.certificateTerms(),
    recipients: () => emergencies.desk.recipients(),
    emergencyTests: () => emergencies.tests.outcomes(),
    hooks: () => hooks.status(),
    numbers: () => decider.numbers,
  });
}

/** Opens everything that takes calls. What was opened is in `undo`, also when this fails halfway. */
export async function openParts(
  configuration: Configuration,
  { file, dataDir, log, undo }: { file: string; dataDir: string; log: Log; undo: Undo },
) {
  const current: Current = { configuration };
  const policy = await openPolicy(current, { file, log, undo });
  const store = await openStore(dataDir, { log, undo });
  let loop: Loop | null = null;
  const submit = (input: Input): void => loop?.submit(input);
  const emergencies = await openEmergencies(current, { store, log, submit, undo });
  const services: ServicePort[] = [configuration.api.listen];
  const media = await openMedia(configuration, { dataDir, log, undo, services });
  // Messages that come before the loop is there are lost as on the wire: their senders repeat them.
  const transports = await openTransports(
    configuration.networks,
    {
      onMessage: (flow, text) => loop?.submit({ kind: "datagram", flow, text }),
      onError: (flow, detail) => loop?.submit({ kind: "transport-error", flow, detail }),
      onUnreachable: (flow, quoted) => loop?.submit({ kind: "unreachable", flow, quoted }),
      onClose: (flow) => loop?.submit({ kind: "flow-closed", flow }),
      log,
    },
    { certificates: configuration.certificates, directory: dirname(resolve(file)) },
  );
  undo.push(() => transports.close());
  services.push(...transports.listeners);
  const engine = createEngine({
    configuration: withBoundPorts(configuration, transports.listeners),
    random: createSystemRandom(),
    hash: createDigestHash(),
  });
  const { resolver, hooks, decider } = openOutside(configuration, {
    policy,
    directory: dirname(resolve(file)),
    log,
    undo,
  });
  const metrics = metricsOf({ engine, media, policy, transports, emergencies, hooks, decider, loop: () => running });
  const running = createLoop({
    engine,
    transport: transports,
    media,
    resolver,
    decider,
    records: { write: (record) => keepRecord(record, { store, metrics, policy, log }) },
    emergencies,
    log,
    clock,
  });
  loop = running;
  undo.push(() => running.stop());
  const gauge = startLoadGauge((sample) => running.submit({ kind: "load", ...sample }));
  undo.push(() => gauge.stop());
  const parts = { log, store, emergencies, media, transports, engine, policy, loop: running, hooks, decider, clock };
  return { parts, metrics, current };
}
