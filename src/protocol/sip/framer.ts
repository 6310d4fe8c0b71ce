// Cuts a byte stream into SIP messages by Content-Length (RFC 3261 section 18.3). Total: any stream gives frames or an end.

import { isBlank, parseDigits } from "./characters.ts";
import { MESSAGE_LIMITS } from "./parse-message.ts";

export type Frame =
  | { readonly kind: "message"; readonly text: string }
  /** A double CRLF between messages, to be answered by a single one (RFC 5626 section 4.4.1). */
  | { readonly kind: "ping" }
  /** Where the next message begins is not known any more: the connection must be closed. The last frame. */
  | { readonly kind: "broken"; readonly reason: string };

const END_OF_HEAD = "\r\n\r\n";

/** One for each connection. Holds what has come of a message until it is whole, within MESSAGE_LIMITS. */
export class StreamFramer {
  /** What has come of a message, in the pieces it came in: joined once, however small they are. */
  #pieces: string[] = [];
  #length = 0;
  /** The last characters of the head so far: its end may have begun in them. */
  #tail = "";
  /** Length of the message that is coming in; 0 while its head is not whole. */
  #wanted = 0;
  /** A CR between messages whose LF has not come yet. */
  #carry = "";
  #newlines = 0;
  #broken = false;

  /** Whether a message has begun and not ended. */
  get midMessage(): boolean {
    return this.#length > 0;
  }

  /** Takes what the stream brought next. Characters are bytes, one to one (latin1). After `broken` it gives nothing more. */
  push(text: string): Frame[] {
    const frames: Frame[] = [];
    let rest = this.#carry + text;
    this.#carry = "";
    while (rest !== "" && !this.#broken) {
      if (this.#length === 0) rest = this.#skipNewlines(rest, frames);
      if (rest !== "") rest = this.#take(rest, frames);
    }
    return frames;
  }

  #skipNewlines(text: string, frames: Frame[]): string {
    let start = 0;
    while (text.startsWith("\r\n", start)) {
      start += 2;
      this.#newlines += 1;
      if (this.#newlines === 2) {
        this.#newlines = 0;
        frames.push({ kind: "ping" });
      }
    }
    const rest = text.slice(start);
    if (rest === "\r") {
      this.#carry = rest;
      return "";
    }
    if (rest !== "") this.#newlines = 0;
    return rest.startsWith("\r") || rest.startsWith("\n")
      ? this.#break("a bare CR or LF between messages", frames)
      : rest;
  }

  /** Adds to the message that is coming in. Returns what is behind its end, nothing while it has not ended. */
  #take(text: string, frames: Frame[]): string {
    const before = this.#length;
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#wanted === 0) {
      const seam = this.#tail + text;
      const found = seam.indexOf(END_OF_HEAD);
      const headLength = found < 0 ? this.#length : before - this.#tail.length + found + END_OF_HEAD.length;
      if (headLength > MESSAGE_LIMITS.headBytes) return this.#break("the header section is too long", frames);
      this.#tail = seam.slice(-(END_OF_HEAD.length - 1));
      if (found < 0) return "";
      this.#pieces = [this.#pieces.join("")];
      const bodyLength = bodyLengthOf((this.#pieces[0] ?? "").slice(0, headLength));
      if (typeof bodyLength === "string") return this.#break(bodyLength, frames);
      this.#wanted = headLength + bodyLength;
    }
    if (this.#length < this.#wanted) return "";
    const whole = this.#pieces.join("");
    frames.push({ kind: "message", text: whole.slice(0, this.#wanted) });
    const rest = whole.slice(this.#wanted);
    this.#reset();
    return rest;
  }

  #break(reason: string, frames: Frame[]): string {
    this.#broken = true;
    this.#reset();
    frames.push({ kind: "broken", reason });
    return "";
  }

  #reset(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#tail = "";
    this.#wanted = 0;
  }
}

/**
 * The body's length that a head names, or what is wrong with it. Strict, because two readers that disagree on it read two
 * different messages: lines end in CRLF alone, the length is there (RFC 3261 section 20.14), once, in digits alone.
 */
function bodyLengthOf(head: string): number | string {
  if (/[^\r]\n|\r[^\n]|\0/.test(head)) return "a bare CR, a bare LF or a NUL in the header section";
  let found: number | null = null;
  for (let start = head.indexOf("\r\n") + 2; start < head.length; start = head.indexOf("\r\n", start) + 2) {
    if (!isContentLength(head, start)) continue;
    if (found !== null) return "two Content-Lengths";
    const length = parseDigits(unfold(head, head.indexOf(":", start) + 1));
    if (length === null) return "a malformed Content-Length";
    if (length > MESSAGE_LIMITS.bodyBytes) return "the body is too long";
    found = length;
  }
  return found ?? "no Content-Length";
}

/** Whether the line at `start` is `Content-Length :` or `l:`, in any case, with blanks before the colon. */
function isContentLength(head: string, start: number): boolean {
  const first = head.charCodeAt(start) | 0x20;
  if (first !== 0x63 && first !== 0x6c) return false;
  const colon = head.indexOf(":", start);
  const name = head
    .slice(start, Math.min(colon, start + 64))
    .trimEnd()
    .toLowerCase();
  return colon > start && (name === "content-length" || name === "l");
}

/** A header's value from `start` to the end of its line and of the lines that continue it, without blanks around. */
function unfold(head: string, start: number): string {
  let end = head.indexOf("\r\n", start);
  while (isBlank(head.charCodeAt(end + 2))) end = head.indexOf("\r\n", end + 2);
  return head.slice(start, end).trim();
}
