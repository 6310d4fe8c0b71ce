// What refusals must say of themselves (RFC 3261 section 8.2, RFC 6665), and that nothing of one side is told to the other.
import { type Hold, methodOf, type Noted, type RuleBook, statusOf, transactionOf, uriOf } from "./message-eyes.ts";
import { demarcHost, otherHosts } from "./voice-ground.ts";

/** What no peer writes into anything that is sent back to it: it can only come from the other side. */
const INSIDE = /inside-(user|session|agent|server|phrase)/;

export class ExtensionRules implements RuleBook {
  readonly #hold: Hold;
  readonly #requests = new Map<string, Noted>();

  constructor(hold: Hold) {
    this.#hold = hold;
  }

  note(noted: Noted): void {
    const status = statusOf(noted.message);
    if (!noted.said) {
      if (status === null) this.#requests.set(transactionOf(noted), noted);
      return;
    }
    this.#judgeBorder(noted);
    if (status !== null) this.#judgeRefusal(noted, status);
    if (status !== null && status > 100 && status < 300) this.#judgeRequire(noted);
  }

  #judgeBorder(noted: Noted): void {
    const { text, peer } = noted;
    this.#hold(!INSIDE.test(text), noted, "nothing of the other side's inside");
    const told = otherHosts(peer).find((host) => text.includes(host));
    // What the peer itself has named (Refer-To, Replaces) may come back to it.
    const echoed =
      told !== undefined && [...this.#requests.values()].some((one) => one.peer === peer && one.text.includes(told));
    this.#hold(told === undefined || echoed, noted, "no address of the other side");
  }

  #judgeRefusal(noted: Noted, status: number): void {
    const { message } = noted;
    const has = (name: string): boolean => message.header(name) !== "";
    if (status === 420) this.#hold(has("Unsupported"), noted, "Unsupported in a 420 (section 8.2.2.3)");
    if (status === 421) this.#hold(has("Require"), noted, "Require in a 421 (section 21.4.16)");
    if (status === 405) this.#hold(has("Allow"), noted, "Allow in a 405 (section 8.2.1)");
    if (status === 415) this.#hold(has("Accept"), noted, "Accept in a 415 (section 8.2.3)");
    if (status === 489) this.#hold(has("Allow-Events"), noted, "Allow-Events in a 489 (RFC 6665 section 7.2)");
    if (status < 300 || status >= 400) return;
    const contact = uriOf(message, "Contact");
    this.#hold(contact.includes(`@${demarcHost(noted.peer)}`), noted, "a Contact that leads through Demarc");
  }

  /** A response requires nothing that the request did not say it knows (section 8.2.4). */
  #judgeRequire(noted: Noted): void {
    const request = this.#requests.get(transactionOf(noted))?.message;
    if (request === undefined || methodOf(noted.message) === "CANCEL") return;
    const known = [...request.headers("Supported"), ...request.headers("Require")].join(",").split(/ *, */);
    const required = noted.message
      .headers("Require")
      .join(",")
      .split(/ *, */)
      .filter((tag) => tag !== "");
    const fits = required.every((tag) => known.includes(tag));
    this.#hold(fits, noted, "requires only what the request supports (section 8.2.4)");
  }
}
