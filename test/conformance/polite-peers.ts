// Peers that answer whatever comes, so that a call can end that went otherwise than its ladder: nothing is left without an answer,
// an ACK, a PRACK, and what comes twice gets the same word twice.
import { readMessage } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { type MessageStep, nameOf, parseMessageLine } from "./ladder-script.ts";
import type { Leg } from "./leg-books.ts";
import { hasDescription, isSuccess, methodOf, statusOf, tagOf } from "./message-eyes.ts";
import type { Stage } from "./stage.ts";

/** Labels that no ladder has. */
const FIRST_LABEL = 9000;

export class PolitePeers {
  readonly #stage: Stage;
  readonly #say: (peer: PeerName, text: string) => void;
  /** What was said to each text that came, by peer and text; empty where nothing was. */
  readonly #words = new Map<string, string>();
  #label = FIRST_LABEL;

  constructor(stage: Stage, say: (peer: PeerName, text: string) => void) {
    this.#stage = stage;
    this.#say = say;
  }

  /** A line of the ladder has met the message. */
  meet(peer: PeerName, step: MessageStep, text: string): void {
    this.#stage.label(step, { text, message: readMessage(text), peer, spoken: false });
    this.#words.set(`${peer} ${text}`, "");
  }

  /** Whether the peer has met the same message before; it says what it said then. */
  repeats(peer: PeerName, text: string): boolean {
    const word = this.#words.get(`${peer} ${text}`);
    if (word !== undefined && word !== "") this.#say(peer, word);
    return word !== undefined;
  }

  react(peer: PeerName, text: string): void {
    const label = this.#nextLabel();
    const name = nameOf(peer);
    const message = readMessage(text);
    const status = statusOf(message);
    const request = status === null ? null : this.#stage.requestOf(message);
    const of = request === null ? "" : ` of ${request}`;
    const line = `Demarc -> ${name}: ${status ?? methodOf(message)} ${label}${of}`;
    this.meet(peer, parseMessageLine(line), text);
    const word = status === null ? answerTo(message) : acknowledgementOf(message, status);
    if (word !== null)
      this.#speak(peer, `${name} -> Demarc: ${word.replace("*", `${this.#nextLabel()} of ${label}`)}`, text);
  }

  /** The peer ends its legs. */
  hangUp(peer: PeerName, legs: readonly Leg[]): void {
    for (const leg of legs) {
      if (leg.peer !== peer) continue;
      const [label, name] = [this.#nextLabel(), nameOf(peer)];
      const line = parseMessageLine(`Demarc -> ${name}: 200 ${label}`);
      this.#stage.label(line, { text: leg.answer, message: readMessage(leg.answer), peer, spoken: !leg.said });
      this.#speak(peer, `${name} -> Demarc: BYE ${this.#nextLabel()} of ${label}`, null);
    }
  }

  #speak(peer: PeerName, line: string, to: string | null): void {
    const word = this.#stage.speak(parseMessageLine(line));
    if (to !== null) this.#words.set(`${peer} ${to}`, word);
    this.#say(peer, word);
  }

  #nextLabel(): string {
    this.#label += 1;
    return `F${this.#label}`;
  }
}

type Heard = ReturnType<typeof readMessage>;

/** A star where its label goes. */
function answerTo(request: Heard): string | null {
  const method = methodOf(request);
  if (method === "ACK") return null;
  if (method === "INVITE") return tagOf(request, "To") === "" ? "486 *" : "488 *";
  return hasDescription(request) ? "488 *" : "200 *";
}

function acknowledgementOf(response: Heard, status: number): string | null {
  if (methodOf(response) !== "INVITE") return null;
  if (status >= 300) return "ACK *";
  if (isSuccess(response)) return "ACK *";
  return response.header("RSeq") === "" ? null : "PRACK *";
}
