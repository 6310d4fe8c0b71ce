// RFC 4028: what Session-Expires and Min-SE say in requests of ours, in our answers, and in our refusals.
import {
  type Hold,
  isSuccess,
  lists,
  methodOf,
  type Noted,
  type RuleBook,
  statusOf,
  transactionOf,
} from "./message-eyes.ts";

/** Seconds: the least there is (section 5). */
const LEAST_S = 90;

interface Interval {
  readonly seconds: number;
  readonly refresher: string | null;
}

export class SessionTimerRules implements RuleBook {
  readonly #hold: Hold;
  readonly #requests = new Map<string, Noted>();
  /** The highest Min-SE that a peer asked for in a 422, by Call-ID. */
  readonly #asked = new Map<string, number>();

  constructor(hold: Hold) {
    this.#hold = hold;
  }

  note(noted: Noted): void {
    const method = methodOf(noted.message);
    if (method !== "INVITE" && method !== "UPDATE") return;
    const status = statusOf(noted.message);
    if (status === null) {
      this.#requests.set(transactionOf(noted), noted);
      if (noted.said) this.#judgeRequest(noted);
      return;
    }
    const request = this.#requests.get(transactionOf(noted));
    if (!noted.said && status === 422) this.#noteRefusal(noted);
    if (!noted.said || request === undefined) return;
    if (isSuccess(noted.message)) this.#judgeAnswer(noted, request);
    else if (status === 422) this.#judgeRefusal(noted, request);
    else this.#hold(readInterval(noted) === null, noted, "Session-Expires in a request or a 2xx (RFC 4028 section 4)");
  }

  #noteRefusal(noted: Noted): void {
    const callId = noted.message.header("Call-ID");
    const least = Number(noted.message.header("Min-SE"));
    this.#asked.set(callId, Math.max(least, this.#asked.get(callId) ?? 0));
  }

  #judgeRequest(noted: Noted): void {
    const { message } = noted;
    const interval = readInterval(noted);
    if (interval === null) return;
    this.#hold(lists(message, "Supported", "timer"), noted, "Supported: timer (RFC 4028 section 7.1)");
    this.#hold(interval.seconds >= LEAST_S, noted, "90 seconds at least (RFC 4028 section 4)");
    const least = Number(message.header("Min-SE") || LEAST_S);
    this.#hold(interval.seconds >= least, noted, "no less than its own Min-SE (RFC 4028 section 7.1)");
    const asked = this.#asked.get(message.header("Call-ID"));
    if (asked === undefined) return;
    this.#hold(least >= asked && interval.seconds >= asked, noted, "what the 422 asked for (RFC 4028 section 7.3)");
  }

  #judgeAnswer(noted: Noted, request: Noted): void {
    const { message } = noted;
    const interval = readInterval(noted);
    const wanted = readInterval(request);
    const speaks = lists(request.message, "Supported", "timer");
    if (interval === null) {
      this.#hold(wanted === null || !speaks, noted, "the Session-Expires that was asked for (RFC 4028 section 9)");
      return;
    }
    this.#hold(interval.refresher !== null, noted, "who refreshes (RFC 4028 section 9)");
    this.#hold(interval.seconds >= LEAST_S, noted, "90 seconds at least (RFC 4028 section 4)");
    if (wanted !== null) {
      this.#hold(interval.seconds <= wanted.seconds, noted, "no longer than was asked for (RFC 4028 section 9)");
      const named = wanted.refresher === null || wanted.refresher === interval.refresher;
      this.#hold(named, noted, "the refresher that was named (RFC 4028 section 9)");
    }
    const least = Number(request.message.header("Min-SE") || LEAST_S);
    this.#hold(interval.seconds >= least, noted, "no less than the caller's Min-SE (RFC 4028 section 9)");
    if (interval.refresher !== "uac") return;
    this.#hold(speaks, noted, "a caller refreshes only if it can (RFC 4028 section 9)");
    this.#hold(
      lists(message, "Require", "timer"),
      noted,
      "Require: timer where the caller refreshes (RFC 4028 section 9)",
    );
  }

  #judgeRefusal(noted: Noted, request: Noted): void {
    const least = Number(noted.message.header("Min-SE"));
    const wanted = readInterval(request)?.seconds ?? Number.POSITIVE_INFINITY;
    this.#hold(least > wanted, noted, "422 only of less than our Min-SE (RFC 4028 section 6)");
    const speaks = lists(request.message, "Supported", "timer");
    this.#hold(speaks, noted, "422 only to who knows timers (RFC 4028 section 6)");
  }
}

function readInterval({ message }: Noted): Interval | null {
  const read = /^(\d+)(?:.*;refresher=(uac|uas))?/.exec(message.header("Session-Expires"));
  return read === null ? null : { seconds: Number(read[1]), refresher: read[2] ?? null };
}
