// What the RFCs ask of every message that Demarc says, held against what it has said and heard before. It reads text with
// its own eyes; nothing of src/ is believed here. This file: form, responses, and the books of rules for the rest.
import { type Message, readMessage } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { DialogRules } from "./dialog-rules.ts";
import { ExtensionRules } from "./extension-rules.ts";
import { KeyRules } from "./key-rules.ts";
import { nameOf } from "./ladder-script.ts";
import {
  branchOf,
  type Hold,
  methodOf,
  type Noted,
  type RuleBook,
  same,
  sameTransaction,
  statusOf,
  tagOf,
  uriOf,
} from "./message-eyes.ts";
import { OfferAnswerRules } from "./offer-answer-rules.ts";
import { ReliabilityRules } from "./reliability-rules.ts";
import { SessionTimerRules } from "./session-timer-rules.ts";
import { SubscriptionRules } from "./subscription-rules.ts";

export const OTHER_TAG = "the tag of the other responses (section 9.2)";

export interface Complaint {
  /** What is wrong with which message, for people. */
  readonly about: string;
  readonly rule: string;
}

export class MessageRules {
  readonly complaints: Complaint[] = [];
  readonly #said: Noted[] = [];
  readonly #heard: Noted[] = [];
  readonly #books: readonly RuleBook[];

  constructor() {
    const hold: Hold = (holds, noted, rule) => this.#hold(holds, noted, rule);
    this.#books = [
      new DialogRules(hold),
      new OfferAnswerRules(hold),
      new KeyRules(hold),
      new ReliabilityRules(hold),
      new SessionTimerRules(hold),
      new SubscriptionRules(hold),
      new ExtensionRules(hold),
    ];
  }

  /** Demarc was given this. */
  heard(peer: PeerName, text: string, at: number): void {
    const again = this.#heard.some((earlier) => earlier.peer === peer && earlier.text === text);
    const noted = { message: readMessage(text), text, peer, at, said: false };
    this.#heard.push(noted);
    if (!again) for (const book of this.#books) book.note(noted);
  }

  /** Demarc says this. What it says again is judged once, but for whether it still may. */
  said(peer: PeerName, text: string, at: number): void {
    const noted = { message: readMessage(text), text, peer, at, said: true };
    if (this.#said.some((earlier) => earlier.peer === peer && earlier.text === text)) {
      this.#judgeRepetition(noted);
      return;
    }
    this.#judgeForm(noted);
    if (statusOf(noted.message) !== null) this.#judgeResponse(noted);
    for (const book of this.#books) book.note(noted);
    this.#said.push(noted);
  }

  /** Demarc was told that a peer cannot be reached. */
  failed(peer: PeerName): void {
    for (const book of this.#books) book.fail?.(peer);
  }

  /** The call is over: nothing may be owed. */
  finish(): void {
    for (const book of this.#books) book.finish?.();
  }

  #hold(holds: boolean, noted: Noted, rule: string): void {
    if (holds) return;
    this.complaints.push({ about: `${noted.message.firstLine} to ${nameOf(noted.peer)}: ${rule}`, rule });
  }

  #judgeForm(noted: Noted): void {
    const { message } = noted;
    for (const name of ["From", "To", "Call-ID", "CSeq", "Content-Length"]) {
      this.#hold(message.headers(name).length === 1, noted, `exactly one ${name} (section 8.1.1)`);
    }
    this.#hold(message.headers("Via").length > 0, noted, "a Via (section 8.1.1.7)");
    this.#hold(
      Number(message.header("Content-Length")) === message.body.length,
      noted,
      "Content-Length (section 20.14)",
    );
    const typed = message.header("Content-Type") !== "";
    this.#hold(typed === (message.body !== ""), noted, "Content-Type with a body and only then (section 20.15)");
  }

  /** An answer to an INVITE is repeated until its ACK comes, and not after it (section 13.3.1.4; RFC 3262 section 3 of a PRACK). */
  #judgeRepetition(noted: Noted): void {
    const { message, peer } = noted;
    const status = statusOf(message) ?? 0;
    if (methodOf(message) !== "INVITE" || status < 101 || status >= 300) return;
    const ends = status < 200 ? "PRACK" : "ACK";
    const settles = ({ message: heard, peer: by }: Noted): boolean => {
      if (by !== peer || !heard.firstLine.startsWith(`${ends} `) || !sameDialog(heard, message)) return false;
      if (status < 200) return heard.header("RAck") === `${message.header("RSeq")} ${message.header("CSeq")}`;
      return Number.parseInt(heard.header("CSeq"), 10) === Number.parseInt(message.header("CSeq"), 10);
    };
    const settled = this.#heard.findLastIndex(settles);
    // A repeated INVITE is answered once more by what was said to it last (section 17.2.1).
    const askedAgain = this.#heard.slice(settled + 1).some(({ message: heard }) => sameTransaction(heard, message));
    this.#hold(settled < 0 || askedAgain, noted, `no more when the ${ends} has come (section 13.3.1.4, RFC 3262)`);
  }

  #judgeResponse(noted: Noted): void {
    const { message, peer } = noted;
    const request = this.#heard.findLast(
      (earlier) =>
        earlier.peer === peer && statusOf(earlier.message) === null && sameTransaction(earlier.message, message),
    )?.message;
    this.#hold(request !== undefined, noted, "answers a request (section 8.2.6)");
    if (request === undefined) return;
    const status = statusOf(message) ?? 0;
    for (const name of ["Via", "From", "Call-ID", "CSeq"]) {
      const copied = same(message.headers(name), request.headers(name));
      this.#hold(copied, noted, `${name} as in the request (section 8.2.6.2)`);
    }
    this.#hold(uriOf(message, "To") === uriOf(request, "To"), noted, "To as in the request (section 8.2.6.2)");
    if (status > 100) this.#judgeTag(noted, request);
    this.#judgeFinality(noted, status);
    if (methodOf(message) !== "INVITE" || status <= 100 || status >= 300) return;
    this.#hold(/^<sip:[^>]+>$/.test(message.header("Contact")), noted, "a Contact (section 12.1.1)");
    if (tagOf(request, "To") !== "") return;
    const routes = same(message.headers("Record-Route"), request.headers("Record-Route"));
    this.#hold(routes, noted, "Record-Route as in the request (section 12.1.1)");
  }

  /** One final response to a request, and nothing new after it (section 17.2). */
  #judgeFinality(noted: Noted, status: number): void {
    const final = this.#said.find(
      ({ peer, message }) =>
        peer === noted.peer && (statusOf(message) ?? 0) >= 200 && sameTransaction(message, noted.message),
    );
    if (final !== undefined) this.#hold(false, noted, `one final response, not ${status} after it (section 17.2)`);
  }

  /** One tag for all that answers one INVITE, its CANCEL included (sections 8.2.6.2 and 9.2), but for forks that are passed on. */
  #judgeTag(noted: Noted, request: Message): void {
    const tag = tagOf(noted.message, "To");
    this.#hold(tag !== "", noted, "a tag in To (section 8.2.6.2)");
    const given = tagOf(request, "To");
    if (given !== "") this.#hold(tag === given, noted, "the dialog's tag in To (section 12.2.2)");
    const others = this.#said.filter(
      ({ peer, message }) =>
        peer === noted.peer &&
        statusOf(message) !== null &&
        branchOf(message) === branchOf(noted.message) &&
        tagOf(message, "To") !== "",
    );
    const one = others.every(({ message }) => tagOf(message, "To") === tag);
    this.#hold(one, noted, OTHER_TAG);
  }
}

function sameDialog(request: Message, response: Message): boolean {
  return request.header("Call-ID") === response.header("Call-ID") && tagOf(request, "To") === tagOf(response, "To");
}
