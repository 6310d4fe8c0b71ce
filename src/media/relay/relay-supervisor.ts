// Keeps a relay process running: starts it, starts it again when it dies, sets its streams up as they were, and lets
// commands wait for it as long as their deadline allows.

import { closeSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DemarcError } from "../../base/index.ts";
import type { MediaLog } from "../media-log.ts";
import { findRelay, listSessions } from "./find-relay.ts";
import { type ChildOptions, RelayChild } from "./relay-child.ts";
import type { RelayCommand, RelayReport, RelayResult, SessionNote } from "./relay-message.ts";
import { openStreamMemory } from "./stream-memory.ts";

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5000;
/** One that lived this long counts as sound: the next start after it waits for nothing. */
const SOUND_AFTER_MS = 10_000;
/** Setting up again is many commands in one breath. */
const RESTORE_WITHIN_MS = 10_000;

export interface SupervisorOptions {
  /** Made, with mode 0700, when it is not there. */
  readonly socketDir: string;
  /** The most streams at a time. */
  readonly slots: number;
  /** Of packets, in the relay process. */
  readonly threads: number;
  readonly withoutIoUring: boolean;
  /** How long a relay carries its sessions without a signalling process. */
  readonly graceMs: number;
  /** How long a command may take, waiting for a relay included. */
  readonly commandDeadlineMs: number;
  readonly log: MediaLog;
  /** All that a new relay must be told to be what the last one was. */
  readonly restore: () => readonly RelayCommand[];
  /** A relay could not carry this part of `restore` out. */
  readonly onLost: (command: RelayCommand, detail: string) => void;
  readonly onEvent: (report: Exclude<RelayReport, { id: number }>) => void;
  /** What a relay still carries that an earlier signalling process left, before the first command. */
  readonly onAdopted: (sessions: readonly SessionNote[]) => void;
}

export class RelaySupervisor {
  readonly #options: SupervisorOptions;
  #memory: number | null = null;
  #child: RelayChild | null = null;
  #failures = 0;
  #stopped = false;
  #backoff: NodeJS.Timeout | null = null;
  #starting: Promise<void> | null = null;
  readonly #waiting = new Set<(child: RelayChild | null) => void>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get up(): boolean {
    return this.#child !== null;
  }

  /** Null while none is running. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Throws DemarcError `relay-unavailable` when the first relay does not come up; nothing runs then. */
  async start(): Promise<void> {
    try {
      preparePrivateFolder(this.#options.socketDir);
      if (await this.#adopt()) return;
      this.#memory = openStreamMemory();
      await this.#startChild();
    } catch (error) {
      await this.stop();
      if (error instanceof DemarcError) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      throw new DemarcError("relay-unavailable", `the media relay cannot be started: ${detail}`, {
        remedy: "Read what the relay said; when its addon is missing, `npm start` builds it.",
        cause: error,
      });
    }
  }

  /** Ends the relay and waits until it is gone. Commands that wait are answered `unavailable`. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#backoff !== null) clearTimeout(this.#backoff);
    for (const take of [...this.#waiting]) take(null);
    // One that is just starting ends by itself as soon as it is there.
    await this.#starting?.catch(() => undefined);
    await this.#child?.stop();
    if (this.#memory !== null) closeSync(this.#memory);
    this.#memory = null;
  }

  /** Never rejects. What a relay that died had not answered is asked of the next one. */
  async request(command: RelayCommand): Promise<RelayResult> {
    const deadline = performance.now() + this.#options.commandDeadlineMs;
    for (;;) {
      const child = this.#stopped ? null : (this.#child ?? (await this.#childBefore(deadline)));
      const leftMs = deadline - performance.now();
      if (child === null || leftMs <= 0) break;
      const result = await child.ask(command, leftMs);
      if (result !== null) return result;
    }
    const detail = this.#stopped ? "the media relay is stopped" : "the media relay did not answer in time";
    return { kind: "failed", failure: "unavailable", detail };
  }

  #childBefore(deadline: number): Promise<RelayChild | null> {
    return new Promise((resolve) => {
      const take = (child: RelayChild | null) => {
        clearTimeout(late);
        this.#waiting.delete(take);
        resolve(child);
      };
      const late = setTimeout(() => take(null), Math.max(0, deadline - performance.now()));
      this.#waiting.add(take);
    });
  }

  /** True when there was a relay to take over. */
  async #adopt(): Promise<boolean> {
    const { slots, log, onAdopted } = this.#options;
    const found = await findRelay(socketPathIn(this.#options.socketDir), slots);
    if (found === null) return false;
    this.#memory = found.memory;
    let ended = false;
    const options = this.#childOptions(
      found.memory,
      () => child,
      () => {
        ended = true;
      },
    );
    const child: RelayChild = RelayChild.adopt(found.socket, found.pid, options);
    const sessions = await listSessions(child);
    onAdopted(sessions);
    // What it carries it has; what else a relay is told, its networks, may be other by now.
    const [configure] = this.#options.restore();
    if (configure !== undefined) await child.ask(configure, RESTORE_WITHIN_MS);
    if (ended) {
      // It died under our hands; the next one has its memory, and what it carried.
      await this.#startChild();
      return true;
    }
    this.#child = child;
    log.info("media relay found again", { pid: child.pid, sessions: sessions.length });
    return true;
  }

  #childOptions(memory: number, child: () => RelayChild, onEnd: () => void = () => undefined): ChildOptions {
    const { socketDir, slots, threads, withoutIoUring, graceMs, log, onEvent } = this.#options;
    return {
      socketPath: socketPathIn(socketDir),
      memory,
      slots,
      threads,
      withoutIoUring,
      graceMs,
      log,
      onEvent,
      onEnd: (reason) => {
        onEnd();
        this.#onChildEnd(child(), reason);
      },
    };
  }

  #startChild(): Promise<void> {
    this.#starting = this.#runChild().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #runChild(): Promise<void> {
    const { log } = this.#options;
    if (this.#memory === null) return;
    let ended = false;
    const options = this.#childOptions(
      this.#memory,
      () => child,
      () => {
        ended = true;
      },
    );
    const child: RelayChild = await RelayChild.start(options);
    await this.#restore(child);
    if (ended) throw new Error("it ended while it was set up");
    this.#child = child;
    if (this.#stopped) return;
    log.info("media relay started", { pid: child.pid, ...(await describeWays(child)) });
    for (const take of [...this.#waiting]) take(child);
  }

  /** All commands at once: the relay carries them out in order. */
  async #restore(child: RelayChild): Promise<void> {
    const commands = this.#options.restore();
    const results = await Promise.all(commands.map((command) => child.ask(command, RESTORE_WITHIN_MS)));
    for (const [index, result] of results.entries()) {
      const command = commands[index];
      if (command !== undefined && result?.kind === "failed") this.#options.onLost(command, result.detail);
    }
  }

  #onChildEnd(child: RelayChild, reason: string): void {
    // One that ended while it was being set up is dealt with where it is started.
    if (this.#child !== child) return;
    this.#child = null;
    if (this.#stopped) return;
    if (performance.now() - child.startedAt >= SOUND_AFTER_MS) this.#failures = 0;
    this.#options.log.error("media relay lost, starting it again", { pid: child.pid, reason });
    this.#startAgain();
  }

  #startAgain(): void {
    const delayMs = this.#failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1));
    this.#failures += 1;
    this.#backoff = setTimeout(() => {
      this.#startChild().catch((error: unknown) => {
        const detail = error instanceof Error ? error.message : String(error);
        if (this.#stopped) return;
        this.#options.log.error("media relay does not start", { detail });
        this.#startAgain();
      });
    }, delayMs);
  }
}

/** How its packets come and go: what an operator wants to know first when it is slow. */
async function describeWays(child: RelayChild): Promise<Readonly<Record<string, unknown>>> {
  const result = await child.ask({ op: "status" }, RESTORE_WITHIN_MS);
  if (result?.kind !== "status") return {};
  const { wire, threads, kernel } = result.status;
  return { wire, threads, kernelPath: kernel };
}

/** Whoever can open the socket can redirect calls: nobody but us may even look. */
function preparePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(folder);
  if ((mode & 0o077) === 0 && uid === process.getuid?.()) return;
  throw new DemarcError("relay-unavailable", `others have access to the relay's folder ${folder}`, {
    remedy: `chmod 700 ${folder}, as the user that runs Demarc.`,
  });
}

/** The kernel cuts longer paths off (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;

function socketPathIn(folder: string): string {
  const path = join(folder, "relay.sock");
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  throw new DemarcError("relay-unavailable", `the path of the relay's socket is too long: ${path}`, {
    remedy: "Choose a data directory with a shorter path.",
  });
}
