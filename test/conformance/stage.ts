// Who stands on a ladder's stage: the voices of its peers, what has been said under which label, and how the trunks are set.
import { type Message, readMessage } from "../engine/peer.ts";
import { askingOutside, type PeerName, type Settings } from "../engine/rig.ts";
import type { Labelled } from "./dialog-place.ts";
import { KeyNames } from "./key-names.ts";
import { DEMARC, type MessageStep, type Step } from "./ladder-script.ts";
import { hasDescription, isSuccess, methodOf, sameTransaction, statusOf, tagOf } from "./message-eyes.ts";
import { Voice } from "./voice.ts";

export class Stage {
  readonly settings: Readonly<Partial<Record<PeerName, Settings>>>;
  /** Of the configuration besides its trunks. */
  readonly besides: Settings;
  /** Demarc's, by name. */
  readonly keys = new KeyNames();
  readonly #labels = new Map<string, Labelled>();
  readonly #belongsTo = new Map<string, string>();
  readonly #voices = new Map<string, Voice>();
  readonly #methods = new Map<PeerName, readonly string[]>();
  /** What Demarc said of its session last, by Call-ID. */
  readonly #descriptions = new Map<string, string>();

  constructor(steps: readonly Step[]) {
    const settings: Partial<Record<PeerName, Settings>> = {};
    for (const step of steps) {
      if (step.kind === "allow") this.#methods.set(step.peer, step.methods);
      if (step.kind === "trunk") settings[step.peer] = { ...settings[step.peer], ...step.settings };
    }
    this.settings = settings;
    const asks = steps.flatMap((step) => (step.kind === "asks" ? [step.called] : []));
    const asked = asks.filter((called) => called !== null);
    this.besides = {
      ...(asked.length === 0 ? {} : askingOutside(asked)),
      ...(asks.includes(null) ? { node: { policy: { file: "policy.ts", deadline: "10s" } } } : {}),
    };
  }

  /** The text of a line of a peer's or, in a recital, of Demarc's; with its label from now on. */
  speak(step: MessageStep): string {
    const demarc = step.from === DEMARC;
    const peer = (demarc ? step.to : step.from) as PeerName;
    const text = step.again ? this.labelled(step.label).text : this.#form(step, peer, demarc);
    this.label(step, { text, message: readMessage(text), peer, spoken: !demarc });
    return text;
  }

  #form(step: MessageStep, peer: PeerName, demarc: boolean): string {
    const of = step.of ?? (demarc && step.what !== "INVITE" ? this.#lastInDialog(peer) : null);
    return this.#voiceOf(peer, demarc).form(
      { ...step, of },
      {
        labelled: (label) => this.labelled(label),
        its: (label) => this.#its(label),
      },
    );
  }

  /** A request of Demarc's of which the ladder does not say to what it belongs goes on where the last one stood. */
  #lastInDialog(peer: PeerName): string | null {
    const ofPeer = [...this.#labels].filter(([, one]) => one.peer === peer && tagOf(one.message, "To") !== "");
    const answered = ofPeer.filter(([, { message }]) => isSuccess(message) && methodOf(message) === "INVITE");
    const standing = answered.map(([, { message }]) => message.header("Call-ID"));
    const inDialog = ofPeer.filter(([, { message }]) => standing.includes(message.header("Call-ID")));
    return inDialog.at(-1)?.[0] ?? null;
  }

  /** A message of Demarc's arrives at a peer. */
  hear(peer: PeerName, text: string): void {
    this.#voiceOf(peer, false).hear(readMessage(text));
  }

  /** In a recital: Demarc hears a peer. */
  hearAsDemarc(peer: PeerName, text: string): void {
    this.#voiceOf(peer, true).hear(readMessage(text));
  }

  label(step: MessageStep, labelled: Labelled): void {
    this.#labels.set(step.label, labelled);
    if (step.of !== null) this.#belongsTo.set(step.label, step.of);
    const { message, spoken } = labelled;
    if (!spoken && hasDescription(message)) this.#descriptions.set(message.header("Call-ID"), message.body);
  }

  labelled(label: string): Labelled {
    const labelled = this.#labels.get(label);
    if (labelled === undefined) throw new Error(`${label} has not come by yet`);
    return labelled;
  }

  knows(label: string): boolean {
    return this.#labels.has(label);
  }

  /** The label of the request that a response answers; null where it has none. */
  requestOf(response: Message): string | null {
    const found = [...this.#labels].find(
      ([, { message }]) => statusOf(message) === null && sameTransaction(message, response),
    );
    return found?.[0] ?? null;
  }

  /** All that a peer was sent and a line has met. */
  metBy(peer: PeerName): string[] {
    return [...this.#labels.values()].filter((one) => !one.spoken && one.peer === peer).map(({ text }) => text);
  }

  lastDescription(callId: string): string | null {
    return this.#descriptions.get(callId) ?? null;
  }

  #its(label: string): Labelled | null {
    const its = this.#belongsTo.get(label);
    return its === undefined ? null : this.labelled(its);
  }

  #voiceOf(peer: PeerName, demarc: boolean): Voice {
    const key = `${peer}|${demarc}`;
    const known = this.#voices.get(key);
    if (known !== undefined) return known;
    const voice = new Voice({ peer, demarc });
    const methods = this.#methods.get(peer);
    if (methods !== undefined && !demarc) voice.allow(methods);
    this.#voices.set(key, voice);
    return voice;
  }
}
