// What peers on UDP do when a message may have been lost: they repeat requests until these are answered, answers to an
// INVITE until these are acknowledged, and their own last word when they hear something twice (RFC 3261 section 17).
import { type Message, readMessage } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { branchOf, methodOf, sequenceOf, statusOf } from "./message-eyes.ts";

interface Unheard {
  readonly peer: PeerName;
  readonly text: string;
  readonly message: Message;
  intervalMs: number;
  nextAt: number;
  readonly giveUpAt: number;
}

const T1_MS = 500;
const T2_MS = 4000;

export class RepeatingPeers {
  readonly #say: (peer: PeerName, text: string) => void;
  #unheard: Unheard[] = [];
  /** What each peer answered to what it heard, by peer and text. */
  readonly #lastWords = new Map<string, string>();
  readonly #heard = new Map<PeerName, { readonly text: string; readonly message: Message }[]>();

  constructor(say: (peer: PeerName, text: string) => void) {
    this.#say = say;
  }

  /** First lines of what was repeated to the end without an answer, or still is repeated. */
  unheard(): string[] {
    return this.#unheard.map(({ peer, message }) => `${peer}: ${message.firstLine}`);
  }

  /** A peer says its line. */
  spoke(peer: PeerName, text: string, now: number): void {
    const message = readMessage(text);
    const prompt = this.#heard.get(peer)?.findLast((heard) => isPrompt(heard.message, message));
    if (prompt !== undefined) this.#lastWords.set(`${peer} ${prompt.text}`, text);
    if (!isRepeated(message)) return;
    // A final response takes the place of what the peer has said before: a reliable one before it is repeated no more.
    this.#unheard = this.#unheard.filter((one) => one.peer !== peer || !isPrompt(one.message, message));
    this.#unheard.push({ peer, text, message, intervalMs: T1_MS, nextAt: now + T1_MS, giveUpAt: now + 64 * T1_MS });
  }

  /** Something arrives at a peer. */
  hear(peer: PeerName, text: string): void {
    const message = readMessage(text);
    this.#unheard = this.#unheard.filter((one) => one.peer !== peer || !settles(message, one.message));
    const heard = this.#heard.get(peer) ?? [];
    this.#heard.set(peer, [...heard, { text, message }]);
    const lastWord = heard.some((earlier) => earlier.text === text)
      ? this.#lastWords.get(`${peer} ${text}`)
      : undefined;
    if (lastWord !== undefined) this.#say(peer, lastWord);
  }

  /** Says again what is due. */
  repeat(now: number): void {
    for (const one of this.#unheard.filter(({ nextAt, giveUpAt }) => nextAt <= now && now <= giveUpAt)) {
      one.intervalMs = Math.min(one.intervalMs * 2, T2_MS);
      one.nextAt = now + one.intervalMs;
      this.#say(one.peer, one.text);
    }
  }
}

/** Requests but ACK, final responses to INVITE, and reliable ones before them (RFC 3262 section 3). */
function isRepeated(message: Message): boolean {
  const status = statusOf(message);
  if (status === null) return methodOf(message) !== "ACK";
  return methodOf(message) === "INVITE" && (status >= 200 || message.header("RSeq") !== "");
}

function isRack(prack: Message, response: Message): boolean {
  return statusOf(prack) === null && prack.header("RAck") === `${response.header("RSeq")} ${response.header("CSeq")}`;
}

/** Whether `word` is what one says to `heard`: a response to its request, ACK to a final response. */
function isPrompt(heard: Message, word: Message): boolean {
  if (heard.header("Call-ID") !== word.header("Call-ID")) return false;
  if (statusOf(word) !== null) {
    return (
      statusOf(heard) === null && branchOf(heard) === branchOf(word) && heard.header("CSeq") === word.header("CSeq")
    );
  }
  const acknowledges = methodOf(word) === "ACK" && methodOf(heard) === "INVITE" && (statusOf(heard) ?? 0) >= 200;
  return acknowledges && sequenceOf(word) === sequenceOf(heard);
}

/** Whether hearing `message` ends the repetition of `said`. */
function settles(message: Message, said: Message): boolean {
  if (message.header("Call-ID") !== said.header("Call-ID")) return false;
  if (statusOf(said) === null) {
    const status = statusOf(message) ?? 0;
    const enough = methodOf(said) === "INVITE" ? 100 : 200;
    return status >= enough && branchOf(message) === branchOf(said) && message.header("CSeq") === said.header("CSeq");
  }
  if (methodOf(message) === "PRACK") return isRack(message, said);
  return methodOf(message) === "ACK" && sequenceOf(message) === sequenceOf(said);
}
