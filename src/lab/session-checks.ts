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
  /** What peers offered in their INVITEs, by Call-ID. */
  readonly #offers = new Map<string, SessionDescription>();
  /** What the border said last to the peer of a Call-ID. */
  readonly #said = new Map<string, SessionDescription>();

  constructor(accuse: Accuse) {
    this.#accuse = accuse;
  }

  /** An INVITE with a body that the border heard. Only the first counts: a retransmission says the same. */
  hear(callId: string, body: string): void {
    if (body === "" || this.#offers.has(callId)) return;
    const parsed = parseDescription(body);
    if (parsed.ok) this.#offers.set(callId, parsed.value);
  }

  /** Something with a session description that the border sent. */
  check({ callId, at, message }: Said): void {
    const parsed = parseDescription(message.body);
    if (!parsed.ok) {
      this.#accuse({ rule: "session", at, detail: "a session description that cannot be read", callId });
      return;
    }
    const description = parsed.value;
    const offer = message.kind === "response" ? this.#offers.get(callId) : undefined;
    const fault = offer === undefined ? null : checkAnswer(offer, description);
    if (fault !== null) {
      const detail = `an answer that is none: ${fault.fault} in stream ${fault.stream}`;
      this.#accuse({ rule: "session", at, detail, callId });
    }
    const before = this.#said.get(callId);
    const complaint = before === undefined ? null : complaintOfChange(before, description);
    if (complaint !== null) this.#accuse({ rule: "session", at, detail: complaint, callId });
    this.#said.set(callId, description);
  }
}

/** RFC 3264 section 8: the origin stays, and its version goes up by one with each change, and only then. */
function complaintOfChange(before: SessionDescription, after: SessionDescription): string | null {
  const { origin: one } = before;
  const { origin: other } = after;
  if (one.sessionId !== other.sessionId || one.username !== other.username || one.address !== other.address) {
    return "another origin in the same dialog";
  }
  const steps = BigInt(other.sessionVersion) - BigInt(one.sessionVersion);
  const changed = !sameButOrigin(before, after);
  return steps === (changed ? 1n : 0n) ? null : `the version went up by ${steps} for ${changed ? "a" : "no"} change`;
}
