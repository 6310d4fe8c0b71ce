// Plays a ladder against the engine: the peers say their lines, and what Demarc says must be its lines, all of them and
// no other, each by the rules of RFC 3261. With a message lost on the way, the peers repeat themselves as UDP asks of
// them, Demarc may repeat itself too, and the ladder must come to the same end.
import { expect } from "vitest";
import { type Message, readMessage } from "../engine/peer.ts";
import { type PeerName, Rig, type RigOptions } from "../engine/rig.ts";
import { differencesOfMessage } from "./expectation.ts";
import {
  DEMARC,
  type MessageStep,
  nameOf,
  type OutsideStep,
  parseLadder,
  type RecordStep,
  type Step,
  type WaitStep,
} from "./ladder-script.ts";
import { MediaBooks } from "./media-books.ts";
import { statusOf } from "./message-eyes.ts";
import { MessageRules, OTHER_TAG } from "./message-rules.ts";
import { RepeatingPeers } from "./repeating-peers.ts";
import { Stage } from "./stage.ts";

export interface RunOptions {
  /** Which of the messages that Demarc sends is lost, counted from 1; null for none. */
  readonly lose?: number | null;
  /** Which of the peers' messages arrives twice, counted from 1; null for none. */
  readonly double?: number | null;
  /** Loses it each time that it is sent again, too. */
  readonly loseRepetitions?: boolean;
  /** Changes what the rules get to see of what Demarc says, to see that they notice. */
  readonly distort?: (text: string) => string;
  /** See RigOptions. */
  readonly rig?: RigOptions;
}

export interface RunReport {
  /** How many messages Demarc has sent, and how many it was given. */
  readonly sent: number;
  readonly given: number;
  /** The first line of the one that was lost. */
  readonly lost: string | null;
  /** All that Demarc has sent, in order. */
  readonly texts: readonly string[];
}

/** More than the longest of the timers that repeat a message or give it up (64 x T1). */
const PATIENCE_MS = 40_000;
const STEP_MS = 100;
const WATCH_MS = 10;

/** @throws what vitest throws where the call does not go as written */
export function playLadder(text: string, options: RunOptions = {}): RunReport {
  const steps = parseLadder(text);
  const run = new LadderRun(steps, options);
  for (const step of steps) run.play(step);
  return run.finish();
}

class LadderRun {
  readonly #rig: Rig;
  readonly #stage: Stage;
  readonly #media = new MediaBooks();
  readonly #rules = new MessageRules();
  readonly #options: RunOptions;
  readonly #peers: RepeatingPeers | null;
  /** Arrived at its peer, not yet met by a line. */
  readonly #arrived = new Map<PeerName, string[]>();
  readonly #records: RecordStep[] = [];
  readonly #weaknesses: string[] = [];
  #sent = 0;
  #given = 0;
  #lost: { readonly to: PeerName; readonly text: string } | null = null;
  #lostWasMissed = false;

  constructor(steps: readonly Step[], options: RunOptions) {
    this.#options = options;
    this.#stage = new Stage(steps);
    this.#rig = new Rig(this.#stage.settings, { besides: this.#stage.besides, ...options.rig });
    const disturbed = (options.lose ?? options.double ?? null) !== null;
    this.#peers = disturbed ? new RepeatingPeers((peer, text) => this.#give(peer, text)) : null;
  }

  play(step: Step): void {
    if (step.kind === "record") this.#records.push(step);
    else if (step.kind === "weakness") this.#weaknesses.push(step.rule);
    else if (step.kind === "wait") this.#wait(step);
    else if (step.kind === "media") this.#media.expect(step, this.#rig.media);
    else if (step.kind === "keys") this.#media.expectKeys(step, this.#rig.media, this.#stage.keys);
    else if (step.kind === "handshakes") this.#media.expectTerms(step, this.#rig.media);
    else if (step.kind === "checks") this.#media.expectChecks(step, this.#rig.media, this.#stage.keys);
    else if (step.kind === "outside") this.#decide(step);
    else if (step.kind !== "message") return;
    else if (step.from === DEMARC) this.#expect(step);
    else this.#speak(step, step.from);
  }

  finish(): RunReport {
    if (this.#peers === null) this.#expectNothingElse("the end");
    else {
      this.#pass(PATIENCE_MS);
      expect(this.#peers.unheard(), "what the peers say in vain").toEqual([]);
      for (const peer of this.#arrived.keys()) this.#dropRepetitions(peer);
      this.#expectNothingElse("the end");
    }
    this.#rules.finish();
    this.#expectNoComplaints();
    this.#rig.expectNothingLeft();
    const expected = this.#records.map(({ cause, status, endedBy }) => ({ cause, status, endedBy }));
    expect(this.#rig.records.map(({ cause, status, endedBy }) => ({ cause, status, endedBy }))).toEqual(expected);
    expect(this.#rig.logs.filter((line) => line.startsWith("error"))).toEqual([]);
    return {
      sent: this.#sent,
      given: this.#given,
      lost: this.#lost === null ? null : readMessage(this.#lost.text).firstLine,
      texts: this.#rig.everything.map(({ text }) => text),
    };
  }

  /** None but the weaknesses that the ladder names, and those for sure: one that is no more must not stay in the text. */
  #expectNoComplaints(): void {
    const { complaints } = this.#rules;
    const unknown = complaints.filter(({ rule }) => !this.#weaknesses.includes(rule)).map(({ about }) => about);
    if (unknown.length > 0) throw new Error(unknown.join("\n"));
    const overcome = this.#weaknesses.filter((weakness) => !complaints.some(({ rule }) => rule === weakness));
    if (overcome.length > 0) throw new Error(`no weakness any more: ${overcome.join("; ")}`);
  }

  #decide(step: OutsideStep): void {
    if (!this.#rig.decide(step.says, { again: step.again })) throw new Error(`nobody was asked: ${step.line}`);
    this.#collect();
  }

  #speak(step: MessageStep, peer: PeerName): void {
    this.#expectNothingElse(step.line);
    for (let time = 0; time < step.times; time += 1) {
      const text = this.#stage.speak(step);
      this.#peers?.spoke(peer, text, this.#rig.now);
      this.#give(peer, text);
    }
  }

  #expect(step: MessageStep): void {
    const peer = step.to as PeerName;
    for (let time = 0; time < step.times; time += 1) {
      if (step.again && this.#peers !== null) continue;
      const text = this.#next(step, peer);
      const message = readMessage(text);
      if (step.again) expect(text, step.line).toBe(this.#stage.labelled(step.label).text);
      else this.#meets(step, message);
      this.#stage.label(step, { text, message, peer, spoken: false });
    }
  }

  /** The message that the line speaks of: the next one to its peer. */
  #next(step: MessageStep, peer: PeerName): string {
    if (this.#peers === null) {
      const text = this.#arrived.get(peer)?.shift();
      if (text === undefined) throw new Error(`Demarc did not say: ${step.line}${this.#saidInstead()}`);
      return text;
    }
    // A provisional response that is not sent reliably is not repeated: the call goes on without it.
    const lost = this.#lost;
    if (
      isUnreliable(lost?.text) &&
      step.what.startsWith("1") &&
      lost?.to === peer &&
      !this.#lostWasMissed &&
      this.#fits(step, lost.text)
    ) {
      this.#lostWasMissed = true;
      return lost.text;
    }
    for (let waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
      this.#dropRepetitions(peer);
      const texts = this.#arrived.get(peer) ?? [];
      const index = texts.findIndex((text) => this.#fits(step, text));
      const [found] = index < 0 ? [] : texts.splice(index, 1);
      if (found !== undefined) return found;
      this.#pass(STEP_MS);
    }
    throw new Error(`Demarc never said: ${step.line}; lost was ${lost?.text}${this.#saidInstead()}`);
  }

  /** Whether the line can mean this message: what was lost may come after what followed it. */
  #fits(step: MessageStep, text: string): boolean {
    const message = readMessage(text);
    const status = statusOf(message);
    if (status === null) {
      const of = step.of === null ? null : this.#stage.labelled(step.of).message.header("Call-ID");
      return message.firstLine.startsWith(`${step.what} `) && (of === null || of === message.header("Call-ID"));
    }
    const request = step.of === null ? null : this.#stage.labelled(step.of).message;
    const answers =
      request === null ||
      (request.header("CSeq") === message.header("CSeq") && request.header("Call-ID") === message.header("Call-ID"));
    return step.what === String(status) && answers;
  }

  #meets(step: MessageStep, message: Message): void {
    const status = statusOf(message);
    const what = status === null ? message.firstLine.split(" ")[0] : String(status);
    expect(what, `${step.line}${this.#saidInstead()}`).toBe(step.what);
    const differences = differencesOfMessage(step, message, this.#stage);
    expect(differences, `${step.line}: ${differences.join("; ")}`).toEqual([]);
    if (step.number !== null) expect(message.firstLine, step.line).toContain(` sip:${step.number}@`);
    if (step.of === null) return;
    const of = this.#stage.labelled(step.of).message;
    expect(message.header("Call-ID"), step.line).toBe(of.header("Call-ID"));
    if (status === null) return;
    expect(message.header("CSeq"), step.line).toBe(of.header("CSeq"));
    expect(message.headers("Via"), step.line).toEqual(of.headers("Via"));
  }

  #wait({ ms, line, atMost }: WaitStep): void {
    this.#expectNothingElse(line);
    if (!atMost) {
      this.#pass(ms);
      return;
    }
    // With messages lost the next line waits for itself.
    for (let passed = 0; passed < ms && this.#peers === null && this.#saidInstead() === ""; passed += WATCH_MS)
      this.#pass(WATCH_MS);
  }

  #pass(ms: number): void {
    if (this.#peers === null) {
      this.#rig.pass(ms);
      this.#collect();
      return;
    }
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.#rig.pass(Math.min(STEP_MS, ms - passed));
      this.#collect();
      this.#peers.repeat(this.#rig.now);
    }
  }

  #give(peer: PeerName, text: string): void {
    this.#rules.heard(peer, text, this.#rig.now);
    this.#given += 1;
    const copies = this.#given === this.#options.double ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#rig.receive(peer, text);
      this.#collect();
    }
  }

  /** Takes what Demarc has said since, loses what is to be lost, and brings the rest to its peers. */
  #collect(): void {
    const { lose, loseRepetitions = false, distort = (text: string) => text } = this.#options;
    for (const { to, text } of this.#rig.everything.splice(0)) {
      this.#rules.said(to, distort(text), this.#rig.now);
      this.#sent += 1;
      if (this.#sent === lose) this.#lost = { to, text };
      const lostAgain = loseRepetitions && this.#lost?.to === to && this.#lost.text === text;
      if (this.#sent === lose || lostAgain) continue;
      this.#arrived.set(to, [...(this.#arrived.get(to) ?? []), text]);
      this.#stage.hear(to, text);
      this.#peers?.hear(to, text);
    }
  }

  /** A message that its peer has met already is a repetition; where a known weakness says so, under another tag too. */
  #dropRepetitions(peer: PeerName): void {
    const untagged = (text: string): string => text.replace(/^(To: [^\r]*);tag=[^\r]*/m, "$1");
    const asTold = this.#weaknesses.includes(OTHER_TAG) ? untagged : (text: string): string => text;
    const met = new Set(this.#stage.metBy(peer).map(asTold));
    const texts = this.#arrived.get(peer) ?? [];
    this.#arrived.set(
      peer,
      texts.filter((text) => !met.has(asTold(text))),
    );
  }

  #expectNothingElse(before: string): void {
    if (this.#peers !== null && before !== "the end") return;
    expect(this.#saidInstead(), `before: ${before}`).toBe("");
  }

  #saidInstead(): string {
    const lines = [...this.#arrived].flatMap(([peer, texts]) =>
      texts.map((text) => `\n  Demarc -> ${nameOf(peer)}: ${readMessage(text).firstLine}`),
    );
    return lines.join("");
  }
}

function isUnreliable(text: string | undefined): boolean {
  return text !== undefined && readMessage(text).header("RSeq") === "";
}
