// The composition root: reads the command line, puts the parts together, and takes them apart again. The only file that
// knows everything.

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { type ApiPort, createApi } from "./api/index.ts";
import { DemarcError, type Millis, SECOND } from "./base/index.ts";
import { type Output, remarkFaults, runCli, type StartOptions } from "./cli/index.ts";
import { type CallRecord, createEngine, type Engine } from "./engine/index.ts";
import { type RelayPlane, startRelayPlane } from "./media/index.ts";
import type { Configuration } from "./model/index.ts";
import {
  applicableChange,
  type ConfigurationReading,
  formatFault,
  readConfiguration,
  watchConfiguration,
} from "./runtime/config/index.ts";
import { createLoop, createResolver, createSystemRandom, type Loop } from "./runtime/index.ts";
import { openSqliteStore, type Store } from "./runtime/store/index.ts";
import { createLog, createMetrics, type Log, type Metrics } from "./runtime/telemetry/index.ts";
import { type BoundListener, openTransports, type Transports } from "./runtime/transport/index.ts";

/** A call in which neither side was heard for so long is one that nobody is in. */
const MEDIA_TIMEOUT_MS: Millis = 300 * SECOND;
/** Below the shortest attemptTimeout that is of use: a name that is not found in time counts as a target that fails. */
const RESOLVE_DEADLINE_MS: Millis = 2 * SECOND;
/** How long hanging up every call may take when Demarc stops, and how long BYEs may still be repeated after it. */
const HANG_UP_WITHIN_MS: Millis = 5 * SECOND;
const LINGER_MS: Millis = 1 * SECOND;
const LOOK_AGAIN_MS: Millis = 20;

interface Parts {
  readonly log: Log;
  readonly store: Store;
  readonly media: RelayPlane;
  readonly transports: Transports;
  readonly engine: Engine;
  readonly loop: Loop;
}

/** What must be undone, in the order it was done. */
type Undo = (() => Promise<void> | void)[];

async function undoAll(undo: Undo): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

/** The configuration with the ports that are really bound: what peers are told is read from it. */
function withBoundPorts(configuration: Configuration, listeners: readonly BoundListener[]): Configuration {
  const networks = Object.entries(configuration.networks).map(([name, network]) => {
    const bound = listeners.filter((listener) => listener.network === name);
    const listen = network.listen.map((listener, index) => ({
      ...listener,
      port: bound[index]?.port ?? listener.port,
    }));
    return [name, { ...network, listen }] as const;
  });
  return { ...configuration, networks: Object.fromEntries(networks) };
}

function mediaNetworks({ networks }: Configuration) {
  return Object.fromEntries(
    Object.entries(networks).map(([name, { media, advertise }]) => {
      return [name, { address: media.address, portFrom: media.ports.from, portTo: media.ports.to, advertise }];
    }),
  );
}

/** Keeps the record, or puts it into the log when the store will not have it: no call goes unrecorded. */
function keepRecord(record: CallRecord, { store, metrics, log }: { store: Store; metrics: Metrics; log: Log }): void {
  metrics.countCall(record.cause);
  store.writeRecord(record).catch((error: unknown) => {
    log.error("the store did not keep a call record; this line is its only copy", { call: record.id, record, error });
  });
}

async function startMedia(configuration: Configuration, log: Log, undo: Undo): Promise<RelayPlane> {
  const socketDir = await mkdtemp(join(tmpdir(), "demarc-"));
  undo.push(() => rm(socketDir, { recursive: true, force: true }));
  const networks = mediaNetworks(configuration);
  const media = await startRelayPlane({ networks, socketDir, mediaTimeoutMs: MEDIA_TIMEOUT_MS, log });
  undo.push(() => media.close());
  return media;
}

function countByState(engine: Engine): Readonly<Record<string, number>> {
  const counts = { routing: 0, ringing: 0, answered: 0, ending: 0 };
  for (const { state } of engine.liveCalls()) counts[state] += 1;
  return counts;
}

/** Opens everything that takes calls. What was opened is in `undo`, also when this fails halfway. */
async function openParts(
  configuration: Configuration,
  { dataDir, log, undo }: { dataDir: string; log: Log; undo: Undo },
) {
  const store = await openSqliteStore({
    file: join(dataDir, "demarc.db"),
    onTrouble: (detail) => {
      if (detail === null) log.info("the store takes records again");
      else log.error("the store takes no records; they wait in memory", { detail });
    },
  });
  undo.push(() => store.close());
  const media = await startMedia(configuration, log, undo);
  // Messages that come before the loop is there are lost as on the wire: their senders repeat them.
  let loop: Loop | null = null;
  const transports = await openTransports(configuration.networks, {
    onMessage: (flow, text) => loop?.submit({ kind: "datagram", flow, text }),
    onError: (flow, detail) => loop?.submit({ kind: "transport-error", flow, detail }),
    log,
  });
  undo.push(() => transports.close());
  const engine = createEngine({
    configuration: withBoundPorts(configuration, transports.listeners),
    random: createSystemRandom(),
    epochOffsetMs: performance.timeOrigin,
  });
  const metrics = createMetrics({
    calls: () => countByState(engine),
    loop: () => running.statistics(),
    relayUp: () => media.up,
    transports: () => transports.counters(),
  });
  const running = createLoop({
    engine,
    transport: transports,
    media,
    resolver: createResolver({ deadlineMs: RESOLVE_DEADLINE_MS }),
    records: { write: (record) => keepRecord(record, { store, metrics, log }) },
    log,
    clock: () => performance.now(),
  });
  loop = running;
  undo.push(() => running.stop());
  return { parts: { log, store, media, transports, engine, loop: running } satisfies Parts, metrics };
}

function createApiPort({ store, media, engine, loop }: Parts, metrics: Metrics, current: () => Configuration): ApiPort {
  return {
    liveCalls: () => engine.liveCalls(),
    trunks: () => {
      const { trunks } = current();
      return engine.trunkActivity().flatMap((activity) => {
        const trunk = trunks[activity.trunk];
        return trunk === undefined ? [] : [{ trunk, activity }];
      });
    },
    hangUp: (id) => {
      const live = engine.liveCalls().some((call) => call.id === id);
      if (live) loop.submit({ kind: "hang-up", call: id });
      return live;
    },
    cdrs: (query) => store.cdrs(query),
    cdr: (id) => store.cdr(id),
    // Listeners are all bound or Demarc does not run: `openTransports` opens all or none.
    ready: () => ({ listeners: true, relay: media.up, store: store.state().up, draining: engine.status().draining }),
    metrics: () => metrics.render(),
  };
}

/** Applies valid changes of the file to what runs, and says what waits for the next start. */
function followFile(
  file: string,
  { fingerprint }: ConfigurationReading,
  { parts, current }: { parts: Parts; current: { configuration: Configuration } },
) {
  const { log, loop, transports } = parts;
  return watchConfiguration(
    file,
    {
      onChange: (changed, warnings) => {
        const { configuration, afterRestart } = applicableChange(current.configuration, changed);
        current.configuration = configuration;
        loop.submit({ kind: "configuration", configuration: withBoundPorts(configuration, transports.listeners) });
        log.info("the changed configuration is in use", { file });
        for (const warning of warnings) log.warn(formatFault(warning));
        if (afterRestart.length > 0)
          log.warn("some changes wait for the next start", { parts: afterRestart.join(", ") });
      },
      onInvalid: (faults) => {
        for (const fault of faults) log.error(formatFault(fault));
        log.error("the changed configuration is not valid; the one before stays in use", { file });
      },
    },
    { purpose: "start", fingerprint },
  );
}

/** Resolves at each signal that asks for the end; `reload` is called at SIGHUP. */
function listenForSignals(reload: () => void) {
  let wake: (signal: string) => void = () => {};
  const hear = (signal: string): void => wake(signal);
  const stops = ["SIGINT", "SIGTERM"] as const;
  for (const signal of stops) process.on(signal, hear);
  process.on("SIGHUP", reload);
  return {
    next: () =>
      new Promise<string>((resolve) => {
        wake = resolve;
      }),
    close: () => {
      for (const signal of stops) process.off(signal, hear);
      process.off("SIGHUP", reload);
    },
  };
}

async function waitWhile(condition: () => boolean, withinMs: Millis, given: { readonly up: boolean }): Promise<void> {
  const until = performance.now() + withinMs;
  while (condition() && performance.now() < until && !given.up) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Hangs up every call and waits for it, unless a second signal says that there is no time. */
async function hangUpAll({ engine, loop, log }: Parts, again: Promise<string>): Promise<void> {
  const given = { up: false };
  void again.then(() => {
    given.up = true;
  });
  const { calls } = engine.status();
  log.info("stopping", { calls });
  loop.submit({ kind: "drain", endCalls: true });
  await waitWhile(() => engine.status().calls > 0, HANG_UP_WITHIN_MS, given);
  if (calls > 0) await waitWhile(() => engine.status().kept > 0, LINGER_MS, given);
  const left = engine.status().calls;
  if (left > 0) log.warn("stopped before every call was over", { calls: left });
}

async function runUntilStopped(
  reading: ConfigurationReading,
  options: { file: string; dataDir: string | null; log: Log },
) {
  const { file, log } = options;
  const { configuration } = reading;
  if (configuration === null) return;
  const undo: Undo = [];
  try {
    const dataDir = options.dataDir ?? configuration.node.dataDir;
    const { parts, metrics } = await openParts(configuration, { dataDir, log, undo });
    const current = { configuration };
    const api = createApi({
      port: createApiPort(parts, metrics, () => current.configuration),
      listen: configuration.api.listen,
      onFault: (message, error) => log.error(message, { error }),
    });
    undo.push(() => api.stop());
    const bound = await api.start();
    const watch = followFile(file, reading, { parts, current });
    undo.push(() => watch.close());
    const signals = listenForSignals(() => void watch.reload());
    undo.push(() => signals.close());
    for (const { network, transport, address, port } of parts.transports.listeners) {
      log.info("listening", { network, transport, address, port });
    }
    log.info("ready", { node: configuration.node.name, api: `http://${bound.address}:${bound.port}`, dataDir });
    await signals.next();
    await hangUpAll(parts, signals.next());
  } finally {
    await undoAll(undo);
  }
  log.info("stopped");
}

async function start({ configFile, dataDir }: StartOptions, output: Output): Promise<number> {
  if (configFile === null) {
    const remedy = "Name one with --config FILE; examples/two-trunks.yaml is one to begin with.";
    throw new DemarcError("config-invalid", "no configuration was named", { remedy });
  }
  const reading = await readConfiguration(configFile, { purpose: "start" });
  remarkFaults(reading.faults, reading.warnings, output);
  if (reading.configuration === null) return 1;
  const terminal = process.stdout.isTTY === true;
  const log = createLog({ level: "info", form: terminal ? "text" : "json", color: terminal && pc.isColorSupported });
  await runUntilStopped(reading, { file: configFile, dataDir, log });
  return 0;
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}

const output: Output = {
  line: (text) => void process.stdout.write(`${text}\n`),
  remark: (text) => void process.stderr.write(`${text}\n`),
  color: process.stdout.isTTY === true && pc.isColorSupported,
};

// `demarc cdrs | head` closes our output early: that is an end, not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  output,
  start: (options) => start(options, output),
  version: versionOf(),
});
