// What the tests of rtpengine's plane stand on: the real daemon, in user space, on addresses of the test's own.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { vi } from "vitest";
import type { MediaEvent } from "../../engine/index.ts";
import { loopback } from "../media-peers.contract.ts";
import { NgClient } from "./ng-client.ts";
import type { RtpenginePlaneOptions } from "./rtpengine-options.ts";
import { type RtpenginePlane, startRtpenginePlane } from "./rtpengine-plane.ts";

// A daemon is a process: on a busy machine it takes its time to start, and nothing here measures how long.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PROGRAM_PATH = `${process.env.PATH}:/usr/sbin`;
const NG_PORT = 2223;

/** Why tests with the daemon cannot run here; null when they can. Continuous integration installs it, or fails. */
export const WITHOUT_RTPENGINE =
  spawnSync("rtpengine", ["--version"], { env: { PATH: PROGRAM_PATH } }).error === undefined ||
  process.env.CI === "true"
    ? null
    : "skipped, not installed: rtpengine (Debian: rtpengine-daemon)";

export interface DaemonPlace {
  /** Where it takes commands. */
  readonly control: string;
  /** By the names of networks. */
  readonly interfaces: Readonly<Record<string, string>>;
  readonly portFrom: number;
  readonly portTo: number;
}

export const PLACE: DaemonPlace = {
  control: loopback(9),
  interfaces: { inside: loopback(1), outside: loopback(2) },
  portFrom: 42_000,
  portTo: 42_099,
};

/** The second of two. */
export const OTHER_PLACE: DaemonPlace = {
  control: loopback(19),
  interfaces: { inside: loopback(11), outside: loopback(12) },
  portFrom: 42_000,
  portTo: 42_099,
};

/** One rtpengine that has answered. */
export class Daemon {
  readonly place: DaemonPlace;
  #child: ChildProcess;

  private constructor(place: DaemonPlace) {
    this.place = place;
    this.#child = run(place);
  }

  static async start(place: DaemonPlace = PLACE): Promise<Daemon> {
    const daemon = new Daemon(place);
    await daemon.#untilItAnswers();
    return daemon;
  }

  get instance() {
    return { address: this.place.control, port: NG_PORT };
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  async restart(): Promise<void> {
    await this.kill();
    this.#child = run(this.place);
    await this.#untilItAnswers();
  }

  /** Stops and goes on, as a machine does that has no time. */
  freeze(frozen: boolean): void {
    this.#child.kill(frozen ? "SIGSTOP" : "SIGCONT");
    // A signal is on its way for a moment, in which it could still answer.
    while (frozen && !this.#standsStill());
  }

  /** Whether all of its threads are stopped, or it is gone. */
  #standsStill(): boolean {
    const threads = `/proc/${this.#child.pid}/task`;
    try {
      return readdirSync(threads).every((thread) => / [TZ] /.test(readFileSync(`${threads}/${thread}/stat`, "utf8")));
    } catch {
      return true;
    }
  }

  /** Each question is repeated until it is answered or refused, so that this waits for nothing else. */
  async #untilItAnswers(): Promise<void> {
    const gone = once(this.#child, "exit").then(() => Promise.reject(new Error("rtpengine ended")));
    gone.catch(() => undefined);
    const client = new NgClient(this.instance);
    const answer = async () => {
      while (!(await client.ask({ command: "ping" })).ok) await pause(20);
    };
    await Promise.race([answer(), gone]).finally(() => client.close());
  }
}

function run({ control, interfaces, portFrom, portTo }: DaemonPlace): ChildProcess {
  const args = [
    "--config-file=none",
    "--table=-1",
    "--foreground",
    "--log-stderr",
    "--log-level=3",
    "--num-threads=1",
    "--delete-delay=0",
  ];
  for (const [name, address] of Object.entries(interfaces)) args.push(`--interface=${name}/${address}`);
  args.push(
    `--listen-ng=${control}:${NG_PORT}`,
    `--listen-cli=${control}:${NG_PORT + 1}`,
    `--port-min=${portFrom}`,
    `--port-max=${portTo}`,
  );
  return spawn("rtpengine", args, { stdio: "ignore", env: { PATH: PROGRAM_PATH } });
}

export interface NgRig {
  readonly plane: RtpenginePlane;
  readonly events: { readonly session: string; readonly event: MediaEvent }[];
  readonly logged: string[];
}

export async function openPlane(
  daemons: readonly Daemon[],
  options: Partial<RtpenginePlaneOptions> = {},
): Promise<NgRig> {
  const logged: string[] = [];
  const keep = (message: string) => logged.push(message);
  const [first] = daemons;
  const networks = Object.entries(first?.place.interfaces ?? {}).map(([name, address]) => {
    return [name, { address, portFrom: first?.place.portFrom, portTo: first?.place.portTo, advertise: null }];
  });
  const plane = await startRtpenginePlane({
    instances: daemons.map(({ instance, place }) => ({ ...instance, addresses: place.interfaces })),
    networks: Object.fromEntries(networks),
    owner: "test",
    mediaTimeoutMs: 0,
    watchEveryMs: 20,
    log: { debug: keep, info: keep, warn: keep, error: keep },
    ...options,
  });
  const events: NgRig["events"] = [];
  plane.onEvent = (session, event) => events.push({ session, event });
  return { plane, events, logged };
}
