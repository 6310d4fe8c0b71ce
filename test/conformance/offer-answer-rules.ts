// Which description is an offer and which its answer, in every message that may bring one (RFC 3261 section 13.2.1, RFC 3262
// section 5, RFC 3264, RFC 3311 section 5, RFC 6337): one exchange at a time in each dialog, begun and ended as they say.
import type { Message } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { AnswerRules } from "./answer-rules.ts";
import {
  dialogOf,
  type Hold,
  hasDescription,
  isSuccess,
  methodOf,
  type Noted,
  type RuleBook,
  sequenceOf,
  statusOf,
  transactionOf,
} from "./message-eyes.ts";

/** An offer without its answer. */
interface Offer {
  readonly said: boolean;
  /** Of the request that brought it, or whose response did. */
  readonly transaction: string;
  readonly inResponse: boolean;
  readonly body: string;
}

interface Exchange {
  open: Offer | null;
  /** By transaction: the description that a reliable response of it has brought. */
  readonly told: Map<string, string>;
  /** The same in a response that may be lost: what it answers is not answered yet, but the answer will be this one. */
  readonly previewed: Map<string, string>;
  /** The m= lines agreed on last: later offers keep their number. */
  streams: number;
}

interface Request {
  readonly noted: Noted;
  readonly offers: boolean;
}

export class OfferAnswerRules implements RuleBook {
  readonly #hold: Hold;
  readonly #answers: AnswerRules;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #requests = new Map<string, Request>();
  /** What a request of a peer that came at the wrong time must be answered with. */
  readonly #untimely = new Map<string, readonly number[]>();

  constructor(hold: Hold) {
    this.#hold = hold;
    this.#answers = new AnswerRules(hold);
  }

  note(noted: Noted): void {
    const { message, said } = noted;
    if (said && hasDescription(message)) this.#answers.judgeVersion(noted);
    const status = statusOf(message);
    const method = methodOf(message);
    if (status === null && method === "ACK") this.#noteAck(noted);
    else if (status === null && (method === "INVITE" || method === "UPDATE" || method === "PRACK"))
      this.#noteRequest(noted);
    else if (status !== null && method === "INVITE") this.#noteInviteResponse(noted, status);
    else if (status !== null && (method === "UPDATE" || method === "PRACK")) this.#noteResponse(noted, status);
  }

  /** An offer that could not be sent is none. */
  fail(peer: PeerName): void {
    for (const exchange of this.#exchanges.values()) {
      const { open } = exchange;
      if (open?.said === true && !open.inResponse && open.transaction.startsWith(`${peer}|`)) exchange.open = null;
    }
  }

  #exchangeOf(noted: Noted): Exchange | null {
    const dialog = dialogOf(noted);
    if (dialog === null) return null;
    const known = this.#exchanges.get(dialog);
    if (known !== undefined) return known;
    const invite = this.#requests.get(transactionOf(noted));
    const offers = invite?.offers === true && methodOf(noted.message) === "INVITE";
    const exchange: Exchange = {
      open: offers && invite !== undefined ? offerIn(invite.noted) : null,
      told: new Map(),
      previewed: new Map(),
      streams: 0,
    };
    this.#exchanges.set(dialog, exchange);
    return exchange;
  }

  #noteRequest(noted: Noted): void {
    const { message, said } = noted;
    const brings = hasDescription(message);
    const exchange = this.#exchangeOf(noted);
    const answers = methodOf(message) === "PRACK" && exchange?.open?.inResponse === true && exchange.open.said !== said;
    this.#requests.set(transactionOf(noted), { noted, offers: brings && !answers });
    if (exchange === null) return;
    if (answers) this.#closeByAnswer(noted, exchange, "the answer in the PRACK (RFC 3262 section 5)");
    else if (brings) this.#open(noted, exchange);
  }

  #open(noted: Noted, exchange: Exchange): void {
    const { open } = exchange;
    if (open === null) {
      exchange.open = offerIn(noted);
      if (noted.said) this.#answers.judgeOffer(noted, exchange.streams);
    } else if (noted.said) this.#hold(false, noted, "one offer at a time (RFC 3264 section 4)");
    else this.#untimely.set(transactionOf(noted), refusalsDuring(open, methodOf(noted.message)));
  }

  /** ACK of a 2xx: the answer to the offer that the 2xx brought, and nothing otherwise (RFC 3261 section 13.2.2.4). */
  #noteAck(noted: Noted): void {
    const exchange = this.#exchangeOf(noted);
    if (exchange === null) return;
    const { open } = exchange;
    const due = open?.inResponse === true && open.said !== noted.said;
    if (due && sequenceIn(open.transaction) === sequenceOf(noted.message))
      this.#closeByAnswer(noted, exchange, "the answer in the ACK (section 13.2.2.4)");
    else if (noted.said) this.#hold(noted.message.body === "", noted, "no description in this ACK (section 13.2.2.4)");
  }

  #closeByAnswer(noted: Noted, exchange: Exchange, rule: string): void {
    const { open } = exchange;
    if (noted.said) this.#hold(hasDescription(noted.message), noted, rule);
    if (noted.said && open !== null && hasDescription(noted.message)) this.#answers.judgeAnswer(noted, open.body);
    if (open !== null && hasDescription(noted.message)) exchange.streams = countStreams(open.body);
    exchange.open = null;
  }

  #noteInviteResponse(noted: Noted, status: number): void {
    const { message, said } = noted;
    const transaction = transactionOf(noted);
    if (said && status >= 300) this.#judgeFailure(noted, status);
    if (status === 100) return;
    if (status >= 300) {
      // It ends the INVITE in every early dialog that the INVITE made.
      for (const one of this.#exchanges.values()) if (one.open?.transaction === transaction) one.open = null;
      return;
    }
    const exchange = this.#exchangeOf(noted);
    const request = this.#requests.get(transaction);
    if (exchange === null || request === undefined) return;
    const reliable = isSuccess(message) || message.header("RSeq") !== "";
    if (isSuccess(message) && said) this.#judgeTimeliness(noted, status);
    if (hasDescription(message)) this.#noteDescription(noted, exchange, { offers: request.offers, reliable });
    else if (isSuccess(message) && said) {
      const rule = request.offers ? "the answer in the 2xx (section 13.2.1)" : "an offer in the 2xx (section 13.2.1)";
      this.#hold(exchange.told.has(transaction), noted, rule);
    }
  }

  #noteDescription(noted: Noted, exchange: Exchange, about: { offers: boolean; reliable: boolean }): void {
    const { message, said } = noted;
    const transaction = transactionOf(noted);
    const before = exchange.told.get(transaction) ?? exchange.previewed.get(transaction);
    if (said && before !== undefined)
      this.#hold(before === message.body, noted, "the same answer as before (section 13.2.1)");
    if (!about.reliable) {
      if (said) this.#hold(about.offers, noted, "no offer in what may be lost (section 13.2.1)");
      if (said && about.offers && exchange.open !== null) this.#answers.judgeAnswer(noted, exchange.open.body);
      exchange.previewed.set(transaction, before ?? message.body);
      return;
    }
    if (exchange.told.has(transaction)) return;
    exchange.told.set(transaction, message.body);
    if (!about.offers) exchange.open = { said, transaction, inResponse: true, body: message.body };
    else if (exchange.open?.transaction === transaction) this.#closeByAnswer(noted, exchange, "an answer");
  }

  /** To UPDATE and PRACK. */
  #noteResponse(noted: Noted, status: number): void {
    const { message, said } = noted;
    if (status < 200) return;
    if (said && status >= 300) this.#judgeFailure(noted, status);
    if (said && status < 300) this.#judgeTimeliness(noted, status);
    const exchange = this.#exchangeOf(noted);
    const transaction = transactionOf(noted);
    const request = this.#requests.get(transaction);
    if (exchange === null || request === undefined) return;
    const owns = exchange.open?.transaction === transaction && !exchange.open.inResponse;
    if (owns && status >= 300) exchange.open = null;
    else if (owns) this.#closeByAnswer(noted, exchange, "the answer in the 2xx (RFC 3311 section 5.2)");
    else if (said && !request.offers) this.#hold(message.body === "", noted, "no description that nobody asked for");
  }

  #judgeFailure(noted: Noted, status: number): void {
    this.#hold(!hasDescription(noted.message), noted, "no description in a failure");
    this.#judgeTimeliness(noted, status);
  }

  /** RFC 3261 section 14.2 and RFC 3311 section 5.2: 491 while an offer of ours is open, 500 while one of the peer's is. */
  #judgeTimeliness(noted: Noted, status: number): void {
    const due = this.#untimely.get(transactionOf(noted));
    if (due === undefined) return;
    const rule = `${due.join(" or ")} to an offer at the wrong time (section 14.2, RFC 3311 section 5.2)`;
    this.#hold(due.includes(status), noted, rule);
    if (status === 500) this.#hold(isShortRetry(noted.message), noted, "Retry-After of 0 to 10 seconds (section 14.2)");
  }
}

/** While the ACK of a 2xx with our offer is missing, both are true: an offer of ours is open, and an INVITE of theirs not over. */
function refusalsDuring({ said, inResponse }: Offer, method: string): readonly number[] {
  // RFC 3262 has no word for it: an offer in a PRACK that comes too early is a mistake of the peer's.
  if (method === "PRACK") return [488, 491, 500];
  if (said && inResponse) return [491, 500];
  return said ? [491] : [500];
}

function isShortRetry(message: Message): boolean {
  const value = message.header("Retry-After");
  return /^\d+$/.test(value) && Number(value) <= 10;
}

function offerIn(noted: Noted): Offer {
  return { said: noted.said, transaction: transactionOf(noted), inResponse: false, body: noted.message.body };
}

function sequenceIn(transaction: string): number {
  return Number.parseInt(transaction.split("|")[2] ?? "", 10);
}

function countStreams(body: string): number {
  return body.match(/^m=/gm)?.length ?? 0;
}
