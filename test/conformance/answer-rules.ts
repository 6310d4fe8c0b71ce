// RFC 3264's rules of what descriptions say: an answer answers its offer, an offer keeps the streams, o= tells of changes.
import { type Hold, type Noted, originOf, type SeenStream, streamsOf } from "./message-eyes.ts";

interface Told {
  readonly version: number;
  readonly rest: string;
}

interface History {
  readonly origin: string;
  readonly all: Told[];
}

/** What may answer each direction (section 6.1). */
const ANSWERS: Readonly<Record<SeenStream["direction"], readonly string[]>> = {
  sendrecv: ["sendrecv", "sendonly", "recvonly", "inactive"],
  sendonly: ["recvonly", "inactive"],
  recvonly: ["sendonly", "inactive"],
  inactive: ["inactive"],
};

export class AnswerRules {
  readonly #hold: Hold;
  /** By Call-ID and peer: all that was said of a session. */
  readonly #histories = new Map<string, History>();

  constructor(hold: Hold) {
    this.#hold = hold;
  }

  /** Section 8: one origin, its version raised by one with each change and only then; one may go back to what stood before. */
  judgeVersion(noted: Noted): void {
    const key = `${noted.peer}|${noted.message.header("Call-ID")}`;
    const { origin, version, rest } = originOf(noted.message.body);
    const history = this.#histories.get(key);
    if (history === undefined) {
      this.#histories.set(key, { origin, all: [{ version, rest }] });
      return;
    }
    this.#hold(history.origin === origin, noted, "the origin of the session (RFC 3264 section 8)");
    const last = history.all.at(-1);
    const known = history.all.some((told) => told.version === version && told.rest === rest);
    const next = Math.max(...history.all.map((told) => told.version)) + 1;
    const right = last?.rest === rest ? version === last.version : known || version === next;
    this.#hold(right, noted, "the version of o= tells of a change and of nothing else (RFC 3264 section 8)");
    history.all.push({ version, rest });
  }

  /** Section 6: as many streams, in their order, refused where refused, in a direction that fits, with a format of the offer. */
  judgeAnswer(noted: Noted, offer: string): void {
    const [offered, answered] = [streamsOf(offer), streamsOf(noted.message.body)];
    this.#hold(offered.length === answered.length, noted, "a stream for each of the offer (RFC 3264 section 6)");
    for (const [index, one] of offered.entries()) {
      const answer = answered[index];
      if (answer === undefined) continue;
      this.#hold(answer.type === one.type, noted, "the streams in the offer's order (RFC 3264 section 6)");
      this.#hold(answer.protocol === one.protocol, noted, "the profile of the offer (RFC 3264 section 6)");
      if (one.port === 0) this.#hold(answer.port === 0, noted, "port 0 for port 0 (RFC 3264 section 6)");
      if (answer.port === 0) continue;
      const direction = one.address === "0.0.0.0" && one.direction === "sendrecv" ? "sendonly" : one.direction;
      this.#hold(
        ANSWERS[direction].includes(answer.direction),
        noted,
        "a direction that answers (RFC 3264 section 6.1)",
      );
      const offeredToo = answer.formats.every((format) => one.formats.includes(format));
      this.#hold(offeredToo, noted, "no format that was not offered (RFC 3264 section 6.1)");
      this.#judgeKeys(noted, one, answer);
      this.#judgeHandshake(noted, one, answer);
    }
  }

  /** RFC 4568 section 7.1.3: one of the offered lines, by tag and suite; RFC 8643 section 3.2: or none where there is a choice. */
  #judgeKeys(noted: Noted, offered: SeenStream, { crypto }: SeenStream): void {
    const [line] = crypto;
    if (offered.handshake !== null) return;
    const least = /SAVP/.test(offered.protocol) ? 1 : 0;
    this.#hold(crypto.length === least || crypto.length === 1, noted, "one line of keys (RFC 4568 section 7.1.3)");
    if (line === undefined) return;
    const known = offered.crypto.some(({ tag, suite }) => tag === line.tag && suite === line.suite);
    this.#hold(known, noted, "a line of keys that was offered (RFC 4568 section 7.1.3)");
  }

  /** RFC 4145 section 4.1, RFC 8842 section 5.3: one begins and one waits, and a tls-id is for who knows it. */
  #judgeHandshake(noted: Noted, { handshake: offered }: SeenStream, { handshake: answer }: SeenStream): void {
    if (offered === null || answer === null) return;
    const fits = answer.setup !== "actpass" && answer.setup !== offered.setup;
    this.#hold(fits, noted, "one who begins and one who waits (RFC 4145 section 4.1)");
    this.#hold(offered.id !== null || answer.id === null, noted, "no tls-id for who said none (RFC 8842 section 5.3)");
  }

  /** Section 8: never fewer streams than before. */
  judgeOffer(noted: Noted, before: number): void {
    const enough = streamsOf(noted.message.body).length >= before;
    this.#hold(enough, noted, "no fewer streams than before (RFC 3264 section 8)");
  }
}
