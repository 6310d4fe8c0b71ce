// One life of the process of a policy, from its start to its end, as Demarc sees it.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { PolicyHook } from "../../engine/index.ts";
import {
  type HookPlace,
  type Hooks,
  Lines,
  type PolicyFault,
  type PolicyReport,
  type PolicyRequest,
  readReport,
} from "./policy-message.ts";

const PROGRAM = fileURLToPath(new URL("policy-process.ts", import.meta.url));
const LOAD_WITHIN_MS = 10_000;
/** Of its JavaScript, and of all that the process has, in MiB. */
const HEAP_MIB = 128;
const RESIDENT_MIB = 512;
const WATCH_EVERY_MS = 500;
/** More that waits to be heard is a process that hears nothing. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
/** Of what it writes: to standard output a second, and of one line. */
const LINES_A_SECOND = 20;
const MOST_WRITTEN = 1000;
/** Demarc does not stop later for it. */
const FINISH_WITHIN_MS = 1000;
/** Longer than any call waits. */
const RETIRE_WITHIN_MS = 10_000;
const LAST_WORDS_MS = 200;

/** What came of a question. */
export type PolicyReply =
  | { readonly kind: "answer"; readonly decision: unknown }
  | { readonly kind: "failed"; readonly fault: PolicyFault }
  /** The process ended. */
  | { readonly kind: "gone"; readonly fault: PolicyFault };

export interface PolicyChildOptions {
  readonly file: string;
  /** A process that does nothing at all for this long, while something is asked of it, is ended. */
  readonly stuckAfterMs: number;
  /** A line that the policy wrote. */
  readonly onWritten: (text: string) => void;
  readonly onFault: (hook: PolicyHook, fault: PolicyFault) => void;
  /** Once, when a process that was ready is gone. */
  readonly onEnd: (fault: PolicyFault) => void;
}

/** What came of loading a policy. */
export type PolicyStart =
  | { readonly ok: true; readonly child: PolicyChild; readonly files: readonly string[] }
  | { readonly ok: false; readonly fault: PolicyFault; readonly files: readonly string[] };

export class PolicyChild {
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #options: PolicyChildOptions;
  readonly #waiting = new Map<number, { readonly hook: PolicyHook; readonly answer: (reply: PolicyReply) => void }>();
  #hooks: Hooks = {};
  #loaded: ((start: PolicyStart) => void) | null = null;
  #lastId = 0;
  /** That has not been answered; null while none is. */
  #ping: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;
  /** Why we ended it; null while we did not. */
  #sentence: string | null = null;
  #lastWords = "";
  #crash: PolicyFault | null = null;
  #retired = false;
  #drained: (() => void) | null = null;
  #ended = false;

  /** Never rejects: a policy that does not load is a fault, with its place. */
  static start(options: PolicyChildOptions): Promise<PolicyStart> {
    return new Promise((loaded) => {
      const done = (start: PolicyStart): void => {
        clearTimeout(late);
        loaded(start);
      };
      const late = setTimeout(() => child?.end(`it did not load within ${LOAD_WITHIN_MS / 1000} s`), LOAD_WITHIN_MS);
      let child: PolicyChild | null = null;
      try {
        child = new PolicyChild(options, done);
      } catch (error) {
        // There is no room for another process.
        const message = error instanceof Error ? error.message : String(error);
        done({ ok: false, fault: { file: options.file, line: null, column: null, message }, files: [options.file] });
      }
    });
  }

  private constructor(options: PolicyChildOptions, loaded: (start: PolicyStart) => void) {
    this.#options = options;
    this.#loaded = (start) => {
      this.#loaded = null;
      loaded(start);
    };
    const flags = [`--max-old-space-size=${HEAP_MIB}`, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
    const child = spawn(process.execPath, [...flags, PROGRAM, options.file, String(process.pid)], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      // A group of its own: it ends when we say so, not with whatever ends ours.
      detached: true,
    });
    // First: a process that could not be made says so by it.
    child.on("error", (error) => this.#over(error.message));
    this.#process = child;
    this.#socket = child.stdio[3] as Socket;
    const lines = new Lines();
    this.#socket.setEncoding("utf8").on("data", (text: string) => this.#hear(lines.push(text)));
    this.#socket.on("error", () => this.#socket.destroy());
    for (const stream of [child.stdout, child.stderr]) this.#listen(stream);
    child.on("exit", (code, signal) => {
      const reason = signal === null ? `it exited with ${code}` : `it was ended by ${signal}`;
      // Its last words first; whom it has started may keep them open.
      const soon = setTimeout(() => this.#over(reason), LAST_WORDS_MS);
      child.on("close", () => {
        clearTimeout(soon);
        this.#over(reason);
      });
    });
    // Neither it nor what it says keeps us alive.
    child.unref();
    this.#socket.unref();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Those that it has. */
  has(hook: PolicyHook): boolean {
    return Object.hasOwn(this.#hooks, hook);
  }

  /** Where a hook is written; null where nobody knows. */
  placeOf(hook: PolicyHook): HookPlace | null {
    return this.#hooks[hook] ?? null;
  }

  ask(hook: PolicyHook, call: unknown): Promise<PolicyReply> {
    if (this.#ended) return Promise.resolve({ kind: "gone", fault: this.#faultOfEnd("it has ended") });
    this.#lastId += 1;
    const ask = this.#lastId;
    return new Promise((answer) => {
      this.#waiting.set(ask, { hook, answer });
      this.#send({ ask, hook, call });
      this.#keepAsking();
    });
  }

  tell(hook: PolicyHook, call: unknown): void {
    if (this.#ended) return;
    this.#send({ tell: hook, call });
  }

  /** It is asked nothing more, and ends when what it was asked is answered, or soon. */
  retire(): void {
    this.#retired = true;
    if (this.#waiting.size === 0) this.end("another one has come in its place");
    else setTimeout(() => this.end("another one has come in its place"), RETIRE_WITHIN_MS).unref();
  }

  /** Ends it when all that it was told is done with, or soon. Resolves when it is told to. */
  async finish(reason: string): Promise<void> {
    if (!this.#ended && this.has("onEnd")) {
      await new Promise<void>((done) => {
        this.#drained = done;
        setTimeout(done, FINISH_WITHIN_MS);
        this.#send({ drain: true });
      });
    }
    this.end(reason);
  }

  /** At once, by force. What waits is answered `gone`. */
  end(reason: string): void {
    this.#sentence ??= reason;
    this.#process.kill("SIGKILL");
  }

  #send(request: PolicyRequest): void {
    if (this.#socket.writableLength > MOST_UNREAD_BYTES) this.end("it hears nothing any more");
    else this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  /** As long as something is asked, a ping is on its way: what does not answer that either does nothing for anybody. */
  #keepAsking(): void {
    if (this.#ping !== null || this.#waiting.size === 0) return;
    this.#ping = setTimeout(() => this.end(this.#stuckSentence()), this.#options.stuckAfterMs);
    this.#send({ ping: true });
  }

  #stuckSentence(): string {
    const [first] = this.#waiting.values();
    const hook = first === undefined ? "" : ` in ${first.hook}`;
    return `it did not come back${hook} within ${this.#options.stuckAfterMs} ms`;
  }

  #hear(lines: readonly string[] | null): void {
    if (lines === null) this.end("it said something too long");
    for (const line of lines ?? []) {
      const report = readReport(line);
      if (report !== null) this.#take(report);
    }
  }

  #take(report: PolicyReport): void {
    switch (report.kind) {
      case "ready":
        if (this.#loaded === null) return;
        this.#hooks = report.hooks;
        this.#watch = setInterval(() => this.#weigh(), WATCH_EVERY_MS).unref();
        this.#loaded({ ok: true, child: this, files: report.files });
        return;
      case "refused":
        this.#loaded?.({ ok: false, fault: report.fault, files: report.files });
        return;
      case "answer":
        this.#answer(report.id, report);
        return;
      case "failed":
        this.#answer(report.id, report);
        return;
      case "fault":
        this.#options.onFault(report.hook, report.fault);
        return;
      case "drained":
        this.#drained?.();
        return;
      case "crashed":
        this.#crash = report.fault;
        return;
      default:
        this.#pong();
    }
  }

  #pong(): void {
    if (this.#ping === null) return;
    clearTimeout(this.#ping);
    // The next one in a while: one that answers need not be asked all the time.
    this.#ping = setTimeout(() => {
      this.#ping = null;
      this.#keepAsking();
    }, this.#options.stuckAfterMs / 4);
  }

  #answer(id: number, reply: PolicyReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.answer(reply);
    if (this.#retired && this.#waiting.size === 0) this.retire();
  }

  /** Memory outside of its JavaScript's own is bounded by nothing but this. */
  #weigh(): void {
    try {
      const pages = Number(readFileSync(`/proc/${this.pid}/statm`, "latin1").split(" ")[1]);
      if (pages * 4096 > RESIDENT_MIB * 1024 * 1024) this.end(`it used more than ${RESIDENT_MIB} MiB of memory`);
    } catch {
      // Not on this system, or it has just ended.
    }
  }

  #listen(stream: NodeJS.ReadableStream | null): void {
    if (stream === null) return;
    let rest = "";
    let second = 0;
    let written = 0;
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-4 * MOST_WRITTEN);
      const parts = (rest + text).split("\n");
      rest = (parts.pop() ?? "").slice(0, MOST_WRITTEN);
      for (const line of parts) {
        const now = Math.floor(performance.now() / 1000);
        written = now === second ? written + 1 : 1;
        second = now;
        if (line !== "" && written <= LINES_A_SECOND) this.#options.onWritten(line.slice(0, MOST_WRITTEN));
      }
    });
    (stream as Socket).unref?.();
  }

  #over(ended: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drained?.();
    if (this.#ping !== null) clearTimeout(this.#ping);
    if (this.#watch !== null) clearInterval(this.#watch);
    const fault = this.#faultOfEnd(ended);
    for (const { answer } of this.#waiting.values()) answer({ kind: "gone", fault });
    this.#waiting.clear();
    if (this.#loaded !== null) this.#loaded({ ok: false, fault, files: [this.#options.file] });
    else this.#options.onEnd(fault);
  }

  #faultOfEnd(ended: string): PolicyFault {
    if (this.#sentence === null && this.#crash !== null) return this.#crash;
    const outOfMemory = /heap out of memory|heap limit/.test(this.#lastWords);
    const message = this.#sentence ?? (outOfMemory ? `it used more than ${HEAP_MIB} MiB of memory` : ended);
    const { file } = this.#options;
    return { ...(this.#placeOfEnd() ?? { file, line: null, column: null }), message };
  }

  /** Where the first hook is written that has not come back. */
  #placeOfEnd(): HookPlace | null {
    const [first] = this.#waiting.values();
    return first === undefined ? null : this.placeOf(first.hook);
  }
}
