// No leg outlives its session timer: whoever should have refreshed it and did not, a BYE comes before the interval is over (RFC 4028 section 10).

import type { Millis } from "../base/index.ts";
import type { Accuse } from "./violation.ts";

interface Interval {
  readonly callId: string;
  /** Null: none was agreed on. */
  readonly endsAt: Millis | null;
}

export class TimerChecks {
  readonly #accuse: Accuse;
  /** Of each dialog that stands: by Call-ID and both tags. */
  readonly #standing = new Map<string, Interval>();
  /** What an answer to the border's INVITE says, until its ACK: without one there is no dialog. */
  readonly #answered = new Map<string, Interval>();
  readonly #over = new Set<string>();
  /** Answers that were seen, by dialog and CSeq: the same again begins no new interval. */
  readonly #seen = new Set<string>();

  constructor(accuse: Accuse) {
    this.#accuse = accuse;
  }

  /** A message that the border sent, or heard from a peer. */
  note(text: string, about: { readonly sent: boolean; readonly at: Millis }): void {
    const { sent, at } = about;
    if (text.startsWith("SIP/2.0 2")) this.#noteAnswer(text, about);
    else if (text.startsWith("BYE ")) this.#end(dialogOf(text), at);
    else if (sent && text.startsWith("ACK ")) this.#confirm(text);
  }

  /** When all is over. */
  finish(now: Millis): void {
    for (const dialog of [...this.#standing.keys()]) this.#end(dialog, now);
  }

  #noteAnswer(text: string, { sent, at }: { readonly sent: boolean; readonly at: Millis }): void {
    const sequence = headerOf(text, "CSeq");
    const [number, method] = sequence.split(" ");
    if (method !== "INVITE" && method !== "UPDATE") return;
    const dialog = dialogOf(text);
    const key = `${dialog}|${sent}|${sequence}`;
    if (this.#over.has(dialog) || this.#seen.has(key)) return;
    this.#seen.add(key);
    const seconds = Number.parseInt(headerOf(text, "Session-Expires"), 10);
    const interval = { callId: headerOf(text, "Call-ID"), endsAt: Number.isNaN(seconds) ? null : at + seconds * 1000 };
    if (method === "INVITE" && !sent) this.#answered.set(`${dialog}|${number}`, interval);
    else if (method === "INVITE" || this.#standing.has(dialog)) this.#standing.set(dialog, interval);
  }

  #confirm(text: string): void {
    const dialog = dialogOf(text);
    const key = `${dialog}|${headerOf(text, "CSeq").split(" ")[0]}`;
    const interval = this.#answered.get(key);
    this.#answered.delete(key);
    if (interval !== undefined && !this.#over.has(dialog)) this.#standing.set(dialog, interval);
  }

  #end(dialog: string, at: Millis): void {
    const interval = this.#standing.get(dialog);
    this.#standing.delete(dialog);
    this.#over.add(dialog);
    if (interval === undefined || interval.endsAt === null || at <= interval.endsAt) return;
    const beyond = ((at - interval.endsAt) / 1000).toFixed(1);
    const detail = `a leg stood for ${beyond} s after its session had expired`;
    this.#accuse({ rule: "session-timer", at, detail, callId: interval.callId });
  }
}

function headerOf(text: string, name: string): string {
  const from = text.indexOf(`\r\n${name}: `);
  return from < 0 ? "" : text.slice(from + name.length + 4, text.indexOf("\r\n", from + 2));
}

/** The same whoever of the two speaks. */
function dialogOf(text: string): string {
  const tags = [headerOf(text, "From"), headerOf(text, "To")].map(
    (address) => /;tag=([^;\s]+)/.exec(address)?.[1] ?? "",
  );
  return [headerOf(text, "Call-ID"), ...tags.sort()].join("|");
}
