// RFC 3515 and RFC 6665: what follows on a REFER that was accepted, as long as its dialog or its subscription stands.
import {
  dialogOf,
  type Hold,
  isSuccess,
  methodOf,
  type Noted,
  type RuleBook,
  statusOf,
  transactionOf,
} from "./message-eyes.ts";

interface Subscription {
  readonly noted: Noted;
  accepted: boolean;
  notified: boolean;
  over: boolean;
}

export class SubscriptionRules implements RuleBook {
  readonly #hold: Hold;
  /** REFERs that Demarc heard, in order, with their dialogs. */
  readonly #heard: { readonly dialog: string | null; readonly subscription: Subscription }[] = [];
  /** Dialogs in which a peer has any other reason to hear NOTIFY: it subscribed, or was accepted its REFER on the other side. */
  readonly #subscribed = new Set<string | null>();
  /** NOTIFYs that Demarc heard and may pass on: whether they were asked for is between the two sides. */
  readonly #passable = new Set<string>();

  constructor(hold: Hold) {
    this.#hold = hold;
  }

  note(noted: Noted): void {
    const method = methodOf(noted.message);
    const status = statusOf(noted.message);
    if (method === "REFER" && !noted.said) this.#noteRefer(noted);
    if (method === "REFER" && noted.said && status !== null) this.#noteAnswer(noted);
    if (method === "SUBSCRIBE" && !noted.said) this.#subscribed.add(dialogOf(noted));
    if (method === "NOTIFY" && !noted.said && status === null) this.#passable.add(contentOf(noted));
    if (method === "NOTIFY" && noted.said && status === null) this.#judgeNotify(noted);
    if (method === "NOTIFY" && !noted.said && (status ?? 0) >= 300) this.#end(noted);
    if (method === "BYE") this.#end(noted);
  }

  finish(): void {
    for (const { subscription } of this.#heard) {
      const { noted, accepted, over } = subscription;
      if (accepted && noted.message.header("Refer-Sub") !== "false")
        this.#hold(over, noted, "told what became of it (RFC 3515 section 2.4.4)");
    }
  }

  #noteRefer(noted: Noted): void {
    if (statusOf(noted.message) !== null) return;
    const subscription = { noted, accepted: false, notified: false, over: false };
    this.#heard.push({ dialog: dialogOf(noted), subscription });
  }

  #noteAnswer(noted: Noted): void {
    const it = this.#heard.find(({ subscription }) => transactionOf(subscription.noted) === transactionOf(noted));
    if (it === undefined || !isSuccess(noted.message)) return;
    it.subscription.accepted = true;
    this.#hold(
      statusOf(noted.message) !== 200 || noted.message.header("Refer-Sub") === "false",
      noted,
      "202 where it is told of (RFC 3515 section 2.4.2)",
    );
    if (noted.message.header("Refer-Sub") === "false") it.subscription.over = true;
  }

  #judgeNotify(noted: Noted): void {
    const { message } = noted;
    const [event = ""] = message.header("Event").split(";");
    this.#hold(event !== "", noted, "Event (RFC 6665 section 8.2.1)");
    const state = message.header("Subscription-State");
    this.#hold(/^(active|pending|terminated)/.test(state), noted, "Subscription-State (RFC 6665 section 8.2.3)");
    if (event !== "refer") {
      this.#hold(
        this.#subscribed.has(dialogOf(noted)) || this.#passable.has(contentOf(noted)),
        noted,
        "NOTIFY of what was subscribed to (RFC 6665 section 4.2.2)",
      );
      return;
    }
    const live = this.#heard.filter(({ dialog, subscription }) => dialog === dialogOf(noted) && subscription.accepted);
    const it = live.find(({ subscription }) => !subscription.over) ?? live.at(-1);
    this.#hold(it !== undefined, noted, "NOTIFY after the REFER was accepted (RFC 3515 section 2.4.4)");
    if (it === undefined) return;
    this.#hold(!it.subscription.over, noted, "no NOTIFY when all was told (RFC 3515 section 2.4.7)");
    this.#judgeFragment(noted, state);
    it.subscription.notified = true;
    if (state.startsWith("terminated")) it.subscription.over = true;
  }

  /** The status of what was referred to, provisional while it is tried, final at the end (section 2.4.5). */
  #judgeFragment(noted: Noted, state: string): void {
    const { message } = noted;
    const typed = message.header("Content-Type").startsWith("message/sipfrag");
    this.#hold(typed, noted, "a body of message/sipfrag (RFC 3515 section 2.4.5)");
    const status = Number(/^SIP\/2\.0 (\d{3}) \S/.exec(message.body)?.[1] ?? 0);
    this.#hold(status >= 100, noted, "a status line in the body (RFC 3515 section 2.4.5)");
    const over = state.startsWith("terminated");
    this.#hold(over === status >= 200, noted, "the final status at the end and only there (RFC 3515 section 2.4.5)");
    if (over) this.#hold(/;reason=noresource/.test(state), noted, "reason=noresource (RFC 3515 section 2.4.7)");
    else
      this.#hold(/^(active|pending);.*expires=\d+/.test(state), noted, "how long it stands (RFC 6665 section 4.2.1)");
  }

  /** With the dialog, or with a NOTIFY that nobody wants, ends who could be told. */
  #end(noted: Noted): void {
    const dialog = dialogOf(noted);
    for (const one of this.#heard) if (one.dialog === dialog) one.subscription.over ||= one.subscription.notified;
  }
}

/** What a NOTIFY says, whoever says it. */
function contentOf({ message }: Noted): string {
  return `${message.header("Event")}|${message.header("Subscription-State")}|${message.body}`;
}
