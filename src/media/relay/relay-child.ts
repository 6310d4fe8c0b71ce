// One life of the relay process, from its start to its end, as the signalling process sees it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { MediaLog } from "../media-log.ts";
import { frameMessage, MessageFrames } from "./message-frames.ts";
import {
  type RelayCommand,
  type RelayReport,
  type RelayRequest,
  type RelayResult,
  readReport,
} from "./relay-message.ts";

const PROGRAM = fileURLToPath(new URL("relay-process.ts", import.meta.url));
const READY_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 2000;
/** The relay begins with these while we go on. */
const FLUSH_BYTES = 16 * 1024;
/** What of the process's last words is told when it would not start. */
const MAX_WORDS_CHARACTERS = 2000;

export interface ChildOptions {
  readonly socketPath: string;
  /** Descriptor of the memory that the streams are kept in. */
  readonly memory: number;
  readonly slots: number;
  readonly threads: number;
  readonly withoutIoUring: boolean;
  /** How long it carries its sessions without us. */
  readonly graceMs: number;
  readonly log: MediaLog;
  readonly onEvent: (report: Exclude<RelayReport, { id: number }>) => void;
  /** Called once, when it is gone. */
  readonly onEnd: (reason: string) => void;
}

interface Waiting {
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly answer: (result: RelayResult | null) => void;
}

/** Its JavaScript runs when calls come, change and go, and not for packets: it needs no room for what is short-lived (2 kB less a stream). */
const FRUGAL = ["--max-semi-space-size=1"];

export class RelayChild {
  readonly pid: number;
  readonly startedAt = performance.now();
  /** Null for one that an earlier signalling process started. */
  readonly #process: ChildProcess | null;
  readonly #socket: Socket;
  readonly #options: ChildOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** Commands of this turn of the loop: they go in one piece, since each that goes alone wakes the relay. */
  #outgoing: Buffer[] = [];
  #outgoingBytes = 0;
  #watch: { readonly timeout: NodeJS.Timeout; readonly at: number } | null = null;
  #lastId = 0;
  #ended = false;

  private constructor(socket: Socket, options: ChildOptions, child: { process: ChildProcess | null; pid: number }) {
    this.pid = child.pid;
    this.#process = child.process;
    this.#socket = socket;
    this.#options = options;
    const frames = new MessageFrames();
    socket.on("data", (chunk) => this.#hear(frames.push(chunk)));
    socket.on("error", () => socket.destroy());
    // A process that closed its connection is on its way out; one that hangs there must not hold the ports.
    socket.on("close", () => this.kill());
    child.process?.on("exit", (code, signal) =>
      this.#end(signal === null ? `it exited with ${code}` : `it was ended by ${signal}`),
    );
  }

  /** Resolves when the process takes commands. Rejects, with nothing left behind, when it does not come to that. */
  static async start(options: ChildOptions): Promise<RelayChild> {
    const { socketPath, slots, threads, withoutIoUring, graceMs } = options;
    rmSync(socketPath, { force: true });
    const wire = withoutIoUring ? "plain" : "any";
    const args = [PROGRAM, socketPath, String(slots), String(threads), wire, String(graceMs)];
    // A group of its own: what ends ours by its group must not end the calls.
    const child = spawn(process.execPath, [...FRUGAL, ...args], {
      stdio: ["ignore", "pipe", "pipe", options.memory],
      detached: true,
    });
    try {
      await untilReady(child, options.log);
      const socket = connect(socketPath);
      await once(socket, "connect");
      return new RelayChild(socket, options, { process: child, pid: child.pid ?? 0 });
    } catch (error) {
      child.kill("SIGKILL");
      rmSync(socketPath, { force: true });
      throw error;
    }
  }

  /** Takes over a relay that an earlier signalling process left. */
  static adopt(socket: Socket, pid: number, options: ChildOptions): RelayChild {
    return new RelayChild(socket, options, { process: null, pid });
  }

  /**
   * Null when the process ended before it replied. One that does not reply within `withinMs` is ended: what it did and
   * did not do can then no longer be known, and the next one is set up from what we know.
   */
  ask(command: RelayCommand, withinMs: number): Promise<RelayResult | null> {
    if (this.#ended) return Promise.resolve(null);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((answer) => {
      const deadline = performance.now() + withinMs;
      this.#waiting.set(id, { deadline, answer });
      this.#wakeAt(deadline);
      this.#send({ ...command, id });
    });
  }

  /** At once, by force. */
  kill(): void {
    if (this.#process !== null) this.#process.kill("SIGKILL");
    else if (!this.#ended) killRelay(this.pid);
    this.#socket.destroy();
    if (this.#process === null) this.#end("its connection ended");
  }

  /** Ends it, and whatever it carries. Resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const gone = once(this.#process ?? this.#socket, this.#process === null ? "close" : "exit");
    this.#lastId += 1;
    this.#send({ op: "stop", id: this.#lastId });
    const late = setTimeout(() => this.kill(), STOP_WITHIN_MS);
    await gone;
    clearTimeout(late);
    rmSync(this.#options.socketPath, { force: true });
  }

  #send(request: RelayRequest): void {
    const frame = frameMessage(request);
    this.#outgoing.push(frame);
    this.#outgoingBytes += frame.length;
    if (this.#outgoingBytes >= FLUSH_BYTES) this.#flush();
    else if (this.#outgoing.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const frames = this.#outgoing;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    const [first] = frames;
    if (first !== undefined && !this.#ended) this.#socket.write(frames.length === 1 ? first : Buffer.concat(frames));
  }

  /** One alarm for all that wait: it looks again when the first of them could be late. */
  #watchDeadlines(): void {
    this.#watch = null;
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.#waiting.values()) next = Math.min(next, deadline);
    if (next <= now) this.kill();
    else if (this.#waiting.size > 0) this.#wakeAt(next);
  }

  #wakeAt(at: number): void {
    if (this.#watch !== null) {
      if (this.#watch.at <= at) return;
      clearTimeout(this.#watch.timeout);
    }
    const timeout = setTimeout(() => this.#watchDeadlines(), Math.ceil(at - performance.now()));
    this.#watch = { timeout, at };
  }

  #hear(messages: readonly unknown[] | null): void {
    for (const message of messages ?? [null]) {
      const report = readReport(message);
      if (report === null) {
        this.kill();
        return;
      }
      if ("event" in report) {
        this.#options.onEvent(report);
        continue;
      }
      const waiting = this.#waiting.get(report.id);
      this.#waiting.delete(report.id);
      waiting?.answer(report.result);
    }
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#watch !== null) clearTimeout(this.#watch.timeout);
    this.#socket.destroy();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#options.onEnd(reason);
    for (const { answer } of waiting) answer(null);
  }
}

/** Its number may be another's by now: only a process that runs our program is ended. */
function killRelay(pid: number): void {
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(PROGRAM)) process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Follows the process's output until it says that it listens; what it says on stderr goes to the log. */
async function untilReady(child: ChildProcess, log: MediaLog): Promise<void> {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    if (words.length < MAX_WORDS_CHARACTERS) words += text;
    const line = text.trim().slice(0, MAX_WORDS_CHARACTERS);
    if (line !== "") log.warn("relay process", { output: line });
  });
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("it was not ready in time")), READY_WITHIN_MS);
    const settle = (fault: Error | null) => {
      clearTimeout(late);
      if (fault === null) resolve();
      else reject(fault);
    };
    child.once("error", (error) => settle(error));
    child.once("close", (code, signal) => settle(new Error(words.trim() || `it ended with ${code ?? signal}`)));
    child.stdout?.once("data", () => settle(null));
  });
}
