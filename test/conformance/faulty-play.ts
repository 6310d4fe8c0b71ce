// Plays a ladder while one thing goes wrong: the media plane fails or is silent, a message cannot be sent, our own code throws.
// The call may go otherwise than written then. Its peers say those of their lines that still make sense, are polite about
// everything else, and hang up in the end; what must hold however it went is held here.
import { expect } from "vitest";
import { type PeerName, Rig, type RigFault } from "../engine/rig.ts";
import { statusFits } from "./fits.ts";
import { DEMARC, type MessageStep, parseLadder, type Step } from "./ladder-script.ts";
import { LegBooks } from "./leg-books.ts";
import { MessageRules } from "./message-rules.ts";
import { PolitePeers } from "./polite-peers.ts";
import { Stage } from "./stage.ts";

/** Longer than any transaction, and than the deadline of a question to the media plane. */
const PATIENCE_MS = 70_000;
const STEP_MS = 500;

export interface FaultReport {
  /** How often each thing could have gone wrong. */
  readonly chances: Rig["chances"];
}

/** @throws what vitest throws where something does not hold */
export function playWithFault(text: string, fault: RigFault | null): FaultReport {
  const steps = parseLadder(text);
  const play = new FaultyPlay(steps, fault);
  for (const step of steps) play.play(step);
  return play.finish();
}

class FaultyPlay {
  readonly #rig: Rig;
  readonly #stage: Stage;
  readonly #rules = new MessageRules();
  readonly #legs = new LegBooks();
  readonly #polite: PolitePeers;
  readonly #fault: RigFault | null;
  readonly #weaknesses: readonly string[];
  /** Arrived at its peer, and not met by a line. */
  readonly #arrived = new Map<PeerName, string[]>();
  #caller: PeerName | null = null;

  constructor(steps: readonly Step[], fault: RigFault | null) {
    this.#fault = fault;
    this.#stage = new Stage(steps);
    this.#rig = new Rig(this.#stage.settings, { fault, besides: this.#stage.besides });
    this.#weaknesses = steps.flatMap((step) => (step.kind === "weakness" ? [step.rule] : []));
    this.#polite = new PolitePeers(this.#stage, (peer, text) => this.#give(peer, text));
  }

  play(step: Step): void {
    if (step.kind === "wait") this.#pass(step.ms, false);
    if (step.kind === "outside" && this.#rig.decide(step.says, { again: step.again })) this.#collect();
    if (step.kind !== "message") return;
    if (step.from === DEMARC) this.#meet(step, step.to as PeerName);
    else this.#speak(step, step.from);
  }

  finish(): FaultReport {
    this.#pass(PATIENCE_MS, true);
    if (this.#caller !== null) this.#polite.hangUp(this.#caller, this.#legs.standing());
    this.#pass(PATIENCE_MS, true);
    const ours = this.#fault?.what === "draw-throws";
    const { faults } = this.#rig.engine.status();
    expect(faults, "faults of our own").toBeLessThanOrEqual(ours ? 1 : 0);
    this.#rig.expectNothingLeft(faults);
    // After a mistake of our own a call is given up; what it still owed is not asked for.
    if (ours) return { chances: this.#rig.chances };
    const complaints = this.#rules.complaints.filter(({ rule }) => !this.#weaknesses.includes(rule));
    expect(complaints.map(({ about }) => about)).toEqual([]);
    expect(this.#legs.unacknowledged(), "2xx without ACK").toEqual([]);
    expect(this.#legs.standing(), "legs left").toEqual([]);
    return { chances: this.#rig.chances };
  }

  #speak(step: MessageStep, peer: PeerName): void {
    this.#caller ??= peer;
    const needed = [...(step.of === null ? [] : [step.of]), ...(step.again ? [step.label] : [])];
    if (!needed.every((label) => this.#stage.knows(label)) || !this.#canSpeak(step)) return;
    for (let time = 0; time < step.times; time += 1) this.#give(peer, this.#stage.speak(step));
  }

  /** Headers may name a dialog that never came to be. */
  #canSpeak(step: MessageStep): boolean {
    const named = step.headers.flatMap(({ value }) =>
      [...(value ?? "").matchAll(/\((F\d+)\)/g)].map(([, label]) => label),
    );
    return named.every((label) => label === undefined || this.#stage.knows(label));
  }

  #meet(step: MessageStep, peer: PeerName): void {
    if (step.again || (step.of !== null && !this.#stage.knows(step.of))) return;
    const texts = this.#arrived.get(peer) ?? [];
    const of = step.of === null ? null : this.#stage.labelled(step.of).message;
    const index = texts.findIndex((text) => statusFits(step.what, of, text));
    const [text] = index < 0 ? [] : texts.splice(index, 1);
    if (text !== undefined) this.#polite.meet(peer, step, text);
  }

  #pass(ms: number, politely: boolean): void {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.#rig.pass(Math.min(STEP_MS, ms - passed));
      this.#collect();
      if (!politely) continue;
      for (const [peer, texts] of this.#arrived) for (const text of texts.splice(0)) this.#polite.react(peer, text);
    }
  }

  #give(peer: PeerName, text: string): void {
    this.#rules.heard(peer, text, this.#rig.now);
    this.#legs.note({ peer, text, said: false, at: this.#rig.now });
    this.#rig.receive(peer, text);
    this.#collect();
  }

  #collect(): void {
    const failed = this.#rig.failedSends.splice(0);
    const noteFailed = (index: number): void => {
      for (const { to, text, after } of failed) if (after === index) this.#note(to, text);
    };
    const said = this.#rig.everything.splice(0);
    for (const [index, { to, text }] of said.entries()) {
      noteFailed(index);
      this.#note(to, text);
      this.#stage.hear(to, text);
      if (!this.#polite.repeats(to, text)) this.#arrived.set(to, [...(this.#arrived.get(to) ?? []), text]);
    }
    noteFailed(said.length);
    for (const { to } of failed) {
      this.#legs.fail(to);
      this.#rules.failed(to);
    }
  }

  #note(peer: PeerName, text: string): void {
    this.#rules.said(peer, text, this.#rig.now);
    this.#legs.note({ peer, text, said: true, at: this.#rig.now });
  }
}
