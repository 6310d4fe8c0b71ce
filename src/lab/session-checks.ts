// What the border's session descriptions must be: legal answers to what was offered, one origin in a dialog, its version told honestly (RFC 3264).

import type { Millis } from "../base/index.ts";
import { checkAnswer, parseDescription, type SessionDescription, sameButOrigin } from "../protocol/sdp/index.ts";
import type { SipMessage } from "../protocol/sip/index.ts";
import type { Accuse } from "./violation.ts";

interface Said {
  readonly callId: string;
  readonly at: Millis;
  readonly message: SipMessage;
}

export class SessionChecks {
  readonly #accuse: Accuse;
  /** What peers offered in their INVITEs and UPDATEs, by Call-ID and CSeq. */
  readonly #offers = new Map<string, SessionDescription>();
  /** What the border said to the peer of a Call-ID, in order. */
  readonly #said = new Map<string, SessionDescription[]>();

  constructor(accuse: Accuse) {
    this.#accuse = accuse;
  }

  /** A request that may bring an offer, as the border heard it. */
  hear(callId: string, { headers, body }: SipMessage): void {
    const key = `${callId}|${headers.first("cseq")}`;
    if (body === "" || this.#offers.has(key)) return;
    const parsed = parseDescription(body);
    if (parsed.ok) this.#offers.set(key, parsed.value);
  }

  /** Something with a session description that the border sent. */
  check({ callId, at, message }: Said): void {
    const parsed = parseDescription(message.body);
    if (!parsed.ok) {
      this.#accuse({ rule: "session", at, detail: "a session description that cannot be read", callId });
      return;
    }
    const description = parsed.value;
    const key = `${callId}|${message.headers.first("cseq")}`;
    const offer = message.kind === "response" ? this.#offers.get(key) : undefined;
    const fault = offer === undefined ? null : checkAnswer(offer, description);
    if (fault !== null) {
      const detail = `an answer that is none: ${fault.fault} in stream ${fault.stream}`;
      this.#accuse({ rule: "session", at, detail, callId });
    }
    const before = this.#said.get(callId) ?? [];
    // Word for word what was said before is said again, because it was lost or asked for twice: nothing follows from it.
    if (before.some((said) => isRepetition(said, description))) return;
    const complaint = complaintOfChange(before, description);
    if (complaint !== null) this.#accuse({ rule: "session", at, detail: complaint, callId });
    this.#said.set(callId, [...before, description]);
  }
}

/**
 * RFC 3264 section 8: the origin stays, and its version goes up by one with each change, and only then.
 */
function complaintOfChange(before: readonly SessionDescription[], after: SessionDescription): string | null {
  const last = before.at(-1);
  if (last === undefined) return null;
  const { origin: one } = last;
  const { origin: other } = after;
  if (one.sessionId !== other.sessionId || one.username !== other.username || one.address !== other.address) {
    return "another origin in the same dialog";
  }
  const changed = !sameButOrigin(last, after);
  const version = BigInt(other.sessionVersion);
  const steps = version - BigInt(one.sessionVersion);
  return changed && steps === 1n ? null : `the version went up by ${steps} for ${changed ? "a" : "no"} change`;
}

function isRepetition(said: SessionDescription, again: SessionDescription): boolean {
  return said.origin.sessionVersion === again.origin.sessionVersion && sameButOrigin(said, again);
}
