// RFC 3262: which provisional responses are reliable, their numbers, and the PRACK of each.
import {
  dialogOf,
  type Hold,
  hasDescription,
  isSuccess,
  lists,
  methodOf,
  type Noted,
  type RuleBook,
  sequenceOf,
  statusOf,
  transactionOf,
} from "./message-eyes.ts";

interface Reliable {
  readonly noted: Noted;
  /** The value of the RAck that belongs to it. */
  readonly rack: string;
  acknowledged: boolean;
}

export class ReliabilityRules implements RuleBook {
  readonly #hold: Hold;
  /** INVITEs of either end by transaction. */
  readonly #invites = new Map<string, Noted>();
  /** In order, by dialog and CSeq of the INVITE. */
  readonly #reliable = new Map<string, Reliable[]>();
  /** PRACKs that Demarc was given, by transaction: whether they acknowledge anything. */
  readonly #matching = new Map<string, boolean>();
  readonly #finished = new Set<string>();

  constructor(hold: Hold) {
    this.#hold = hold;
  }

  note(noted: Noted): void {
    const status = statusOf(noted.message);
    const method = methodOf(noted.message);
    if (status === null && method === "INVITE") this.#invites.set(transactionOf(noted), noted);
    if (status === null && method === "PRACK") this.#notePrack(noted);
    if (status !== null && method === "INVITE") this.#noteInviteResponse(noted, status);
    if (status !== null && status >= 200 && method === "PRACK" && noted.said) this.#judgePrackResponse(noted, status);
  }

  finish(): void {
    for (const responses of this.#reliable.values()) {
      for (const { noted, acknowledged } of responses) {
        const due = !noted.said && !this.#finished.has(transactionOf(noted));
        if (due) this.#hold(acknowledged, noted, "a PRACK of every reliable response (RFC 3262 section 4)");
      }
    }
  }

  #noteInviteResponse(noted: Noted, status: number): void {
    const { message, said } = noted;
    const rseq = message.header("RSeq");
    const required = lists(message, "Require", "100rel");
    if (said) this.#judgeMarks(noted, { status, rseq, required });
    if (status >= 200) {
      this.#finished.add(transactionOf(noted));
      if (said && isSuccess(message)) this.#judgeAnswer(noted);
    } else if (rseq !== "" && required) this.#noteReliable(noted, Number(rseq));
  }

  #judgeMarks(noted: Noted, about: { status: number; rseq: string; required: boolean }): void {
    const { status, rseq, required } = about;
    const provisional = status > 100 && status < 200;
    this.#hold((rseq !== "") === (required && provisional), noted, "RSeq with Require: 100rel (RFC 3262 section 3)");
    const invite = this.#invites.get(transactionOf(noted))?.message;
    if (invite === undefined || !provisional) return;
    const takes = lists(invite, "Supported", "100rel") || lists(invite, "Require", "100rel");
    this.#hold(takes || !required, noted, "reliable only to who takes it (RFC 3262 section 3)");
    const demanded = lists(invite, "Require", "100rel");
    this.#hold(!demanded || required, noted, "reliable where that is required (RFC 3262 section 3)");
  }

  /** One after the other, each number the next (section 3). */
  #noteReliable(noted: Noted, number: number): void {
    const key = `${dialogOf(noted)}|${sequenceOf(noted.message)}`;
    const before = this.#reliable.get(key) ?? [];
    const rack = `${number} ${noted.message.header("CSeq")}`;
    if (!noted.said && before.some((one) => one.rack === rack)) return;
    const last = before.at(-1);
    if (noted.said) {
      const expected = last === undefined ? null : Number.parseInt(last.rack, 10) + 1;
      const fits = expected === null ? number >= 1 && number < 2 ** 31 : number === expected;
      this.#hold(fits, noted, "the next RSeq (RFC 3262 section 3)");
      this.#hold(last?.acknowledged !== false, noted, "one reliable response at a time (RFC 3262 section 3)");
    }
    this.#reliable.set(key, [...before, { noted, rack, acknowledged: false }]);
  }

  #judgeAnswer(noted: Noted): void {
    const pending = (this.#reliable.get(`${dialogOf(noted)}|${sequenceOf(noted.message)}`) ?? []).some(
      (one) => !one.acknowledged && hasDescription(one.noted.message),
    );
    this.#hold(!pending, noted, "no 2xx before the PRACK of a description (RFC 3262 section 3)");
  }

  #notePrack(noted: Noted): void {
    const { message, said } = noted;
    const rack = message.header("RAck");
    const number = /^\d+ (\d+) INVITE$/.exec(rack)?.[1];
    const responses = this.#reliable.get(`${dialogOf(noted)}|${number}`) ?? [];
    const index = responses.findIndex((one) => one.rack === rack && one.noted.said !== said);
    const it = responses[index];
    if (!said) {
      const over = it !== undefined && this.#finished.has(transactionOf(it.noted));
      // With the final response the early dialog may be over: then either answer is right.
      if (!over) this.#matching.set(transactionOf(noted), it !== undefined && !it.acknowledged);
      if (it !== undefined) it.acknowledged = true;
      return;
    }
    this.#hold(it !== undefined, noted, "the RAck of a response that came (RFC 3262 section 4)");
    if (it === undefined) return;
    this.#hold(!it.acknowledged, noted, "one PRACK of each response (RFC 3262 section 4)");
    const acknowledged = responses.filter((one) => one.acknowledged).map((one) => Number.parseInt(one.rack, 10));
    const due = acknowledged.length === 0 ? index === 0 : Number.parseInt(rack, 10) === Math.max(...acknowledged) + 1;
    this.#hold(due, noted, "no PRACK of a response out of order (RFC 3262 section 4)");
    it.acknowledged = true;
  }

  #judgePrackResponse(noted: Noted, status: number): void {
    const matches = this.#matching.get(transactionOf(noted));
    if (matches === false) this.#hold(status === 481, noted, "481 to a PRACK of nothing (RFC 3262 section 3)");
    else if (matches === true) this.#hold(status !== 481, noted, "no 481 to a PRACK that matches (RFC 3262 section 3)");
  }
}
