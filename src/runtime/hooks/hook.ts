// One hook: how it is asked, what its answers are worth, and how it stands.

import { readFile } from "node:fs/promises";
import { Agent as ClearAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { resolve } from "node:path";
import { type Millis, type Result, success } from "../../base/index.ts";
import type { Answer, CallSummary, Question } from "../../engine/index.ts";
import { type Configuration, type Hook, parseHookAnswer } from "../../model/index.ts";
import type { Log } from "../telemetry/index.ts";
import { HookGuard, type HookState } from "./hook-guard.ts";
import { askOverHttp } from "./http-question.ts";

/** What became of the questions. */
export const OUTCOMES = [
  /** It said where the call goes, or that it does not care. */
  "answered",
  /** It said something that cannot be used. */
  "invalid",
  /** It could not be reached, kept silent, or refused. */
  "failed",
  /** It was left alone, as it has failed before. */
  "left-alone",
  /** As many questions were under way as there may be. */
  "too-many",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface HookStatus {
  readonly hook: string;
  /** Without what stands behind a question mark. */
  readonly url: string;
  readonly state: HookState;
  /** ISO 8601, UTC: since when it is in this state. */
  readonly since: string;
  /** Questions under way. */
  readonly waiting: number;
  /** Since the start. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The time that its answers took in all, in milliseconds. */
  readonly answersTookMs: number;
  /** Why it gave no answer last, and when; null where it always has. */
  readonly lastFailure: { readonly at: string; readonly detail: string } | null;
}

export interface HookParts {
  readonly log: Log;
  /** Milliseconds since 1970, by a clock that never jumps. */
  readonly clock: () => Millis;
  /** Where relative paths of the configuration begin. */
  readonly directory: string;
}

export type HookQuestion = Extract<Question, { kind: "hook" }>;

/** A line in the log for answers that cannot be used, no more often. */
const REMARK_EVERY: Millis = 60_000;
/** Connections that nobody needs are closed after so long. */
const IDLE_MS: Millis = 20_000;

export class HookClient {
  readonly #name: string;
  readonly #settings: Hook;
  readonly #parts: HookParts;
  readonly #guard = new HookGuard();
  readonly #outcomes = Object.fromEntries(OUTCOMES.map((one) => [one, 0])) as Record<Outcome, number>;
  #agent: Promise<Result<ClearAgent, string>> | null = null;
  #waiting = 0;
  #closing = false;
  #since: Millis;
  #answersTookMs = 0;
  #lastFailure: HookStatus["lastFailure"] = null;
  #remarkedAt = Number.NEGATIVE_INFINITY;

  constructor(name: string, settings: Hook, parts: HookParts) {
    this.#name = name;
    this.#settings = settings;
    this.#parts = parts;
    this.#since = parts.clock();
  }

  /** Whether it would be asked in the same way by these settings. */
  isLike(settings: Hook): boolean {
    const { headers, ...plain } = settings;
    const { headers: own, ...ownPlain } = this.#settings;
    const texts = (of: Hook["headers"]) => Object.entries(of).map(([name, secret]) => [name, secret.reveal()]);
    return (
      JSON.stringify(plain) === JSON.stringify(ownPlain) &&
      JSON.stringify(texts(headers)) === JSON.stringify(texts(own))
    );
  }

  /** Lets go of its connections when nobody waits any more. */
  close(): void {
    this.#closing = true;
    if (this.#waiting === 0) void this.#agent?.then((agent) => agent.ok && agent.value.destroy());
  }

  status(): HookStatus {
    return {
      hook: this.#name,
      url: this.#settings.url.replace(/\?.*$/, ""),
      state: this.#guard.state,
      since: new Date(this.#since).toISOString(),
      waiting: this.#waiting,
      outcomes: { ...this.#outcomes },
      answersTookMs: Math.round(this.#answersTookMs),
      lastFailure: this.#lastFailure,
    };
  }

  /** Never rejects. */
  async ask(
    question: HookQuestion,
    about: {
      readonly call: CallSummary;
      readonly until: Millis;
      readonly trial?: boolean;
      readonly configuration: Configuration;
    },
  ): Promise<Answer> {
    const { clock } = this.#parts;
    const asked = clock();
    if (this.#waiting >= this.#settings.concurrent) return this.#none("too-many", "as many calls ask it as may");
    if (!this.#guard.enter(asked)) {
      const { failures } = this.#guard;
      return this.#none("left-alone", `it is left alone after ${failures} failures in a row`);
    }
    this.#waiting += 1;
    const body = bodyOf(question, about);
    const heard = await this.#post(body, Math.max(1, about.until - asked));
    this.#waiting -= 1;
    if (this.#closing) this.close();
    if (!heard.ok) {
      this.#noteFailed(heard.failure);
      return this.#none("failed", heard.failure);
    }
    this.#noteAnswered(clock() - asked);
    return this.#read(heard.value, about.configuration);
  }

  async #post(body: string, timeoutMs: Millis): Promise<Result<string | null, string>> {
    const { url, headers } = this.#settings;
    this.#agent ??= this.#openAgent();
    const agent = await this.#agent;
    if (!agent.ok) {
      // The file may be there next time.
      this.#agent = null;
      return agent;
    }
    const revealed = Object.fromEntries(Object.entries(headers).map(([name, secret]) => [name, secret.reveal()]));
    return askOverHttp({ url, agent: agent.value, headers: revealed, body, timeoutMs: Math.ceil(timeoutMs) });
  }

  async #openAgent(): Promise<Result<ClearAgent, string>> {
    const { url, caFile, concurrent } = this.#settings;
    const options = { keepAlive: true, maxSockets: concurrent, maxFreeSockets: 10, timeout: IDLE_MS };
    if (!url.startsWith("https:")) return success(new ClearAgent(options));
    if (caFile === null) return success(new SecureAgent({ ...options, rejectUnauthorized: true }));
    try {
      const ca = await readFile(resolve(this.#parts.directory, caFile), "utf8");
      return success(new SecureAgent({ ...options, rejectUnauthorized: true, ca }));
    } catch (error) {
      return { ok: false, failure: error instanceof Error ? error.message : String(error) };
    }
  }

  #read(text: string | null, configuration: Configuration): Answer {
    if (text === null) return this.#decided({ to: null, called: null, caller: null });
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      return this.#invalid("the answer is no JSON");
    }
    const parsed = parseHookAnswer(answer, configuration);
    return parsed.ok ? this.#decided(parsed.value) : this.#invalid(parsed.failure);
  }

  #decided(decision: Extract<Answer, { kind: "hook" }>["decision"]): Answer {
    this.#outcomes.answered += 1;
    return { kind: "hook", decision };
  }

  #invalid(detail: string): Answer {
    const now = this.#parts.clock();
    this.#lastFailure = { at: new Date(now).toISOString(), detail };
    if (now - this.#remarkedAt >= REMARK_EVERY) {
      this.#remarkedAt = now;
      this.#parts.log.warn("a hook's answer cannot be used; its calls go by their fallback", {
        hook: this.#name,
        detail,
      });
    }
    return this.#none("invalid", detail);
  }

  #none(outcome: Outcome, detail: string): Answer {
    this.#outcomes[outcome] += 1;
    return { kind: "none", detail: `hook ${this.#name}: ${detail}` };
  }

  #noteFailed(detail: string): void {
    const now = this.#parts.clock();
    this.#lastFailure = { at: new Date(now).toISOString(), detail };
    const before = this.#guard.state;
    this.#guard.failed(now);
    if (this.#guard.state === before) return;
    this.#since = now;
    const fields = { hook: this.#name, detail };
    if (this.#guard.state === "left-alone") this.#parts.log.error("a hook does not answer and is left alone", fields);
    else this.#parts.log.warn("a hook did not answer", fields);
  }

  #noteAnswered(tookMs: Millis): void {
    this.#answersTookMs += tookMs;
    const before = this.#guard.state;
    this.#guard.succeeded();
    if (before === "up") return;
    this.#since = this.#parts.clock();
    if (before === "left-alone") this.#parts.log.info("a hook answers again", { hook: this.#name });
  }
}

/** What it is told of the call: under the names of its record; `asked` is what routing has made of it by then. */
function bodyOf(
  { route, from, called, caller }: HookQuestion,
  { call, trial = false }: { readonly call: CallSummary; readonly trial?: boolean },
): string {
  return JSON.stringify({ ...call, emergency: false, route, asked: { from, caller, called }, trial });
}
