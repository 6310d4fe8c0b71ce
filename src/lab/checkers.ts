// The invariants of ARCHITECTURE.md over all that a border sends and does. It watches a virtual network; it changes nothing in it.

import type { Millis } from "../base/index.ts";
import { RFC_TIMERS } from "../protocol/transaction/index.ts";
import type { LabAction, LabInput } from "./agent.ts";
import { createMessageBook, MessageChecks, type Parties } from "./message-checks.ts";
import { checkRecord, checkRecordsComplete, createRecordBook, noteInvite, noteStep } from "./record-checks.ts";
import { TimerChecks } from "./timer-checks.ts";
import type { Violation } from "./violation.ts";
import type { NetworkObserver, SentMessage } from "./virtual-network.ts";

/** Counts of what must be nothing when all calls are over, by what they count. */
export type LeftOver = Readonly<Record<string, number>>;

/** How long an INVITE's transaction lives without a response, after its CANCEL and after a 2xx (RFC 3261 sections 17.1.1.2, 9.1 and 13.2.2.4). */
const TRANSACTION_MS: Millis = 64 * RFC_TIMERS.t1;

/** One INVITE of the border's, for as long as its transaction can be told to live. */
interface Invited {
  readonly at: Millis;
  /** When the first provisional response and the first 2xx were heard, and the CANCEL sent. */
  provisionalAt: Millis;
  answeredAt: Millis;
  cancelledAt: Millis;
}

export class Checkers implements NetworkObserver {
  readonly violations: Violation[] = [];
  /** Everything that was sent, by anyone, in order: for the ladder of a call that failed. */
  readonly trace: SentMessage[] = [];
  readonly #parties: Parties;
  readonly #messageBook = createMessageBook();
  readonly #recordBook = createRecordBook();
  readonly #messages: MessageChecks;
  readonly #timers: TimerChecks;
  /** The border's own INVITEs, by Call-ID and CSeq number. */
  readonly #invited = new Map<string, Invited>();
  readonly #accuse = (violation: Violation): void => {
    this.violations.push(violation);
  };

  constructor(parties: Parties) {
    this.#parties = parties;
    this.#messages = new MessageChecks(parties, this.#messageBook, this.#accuse);
    this.#timers = new TimerChecks(this.#accuse);
  }

  /** The records so far, by the Call-ID of the leg that came in: of each call that a peer brought the last, but for what transfers make of its leg. */
  get records() {
    return this.#recordBook.records;
  }

  /** All records so far, by their id. */
  get allRecords() {
    return this.#recordBook.all;
  }

  sent(message: SentMessage): void {
    this.trace.push(message);
    if (message.from !== this.#parties.border) return;
    this.#messages.check(message);
    this.#timers.note(message.text, { sent: true, at: message.at });
    if (message.text.startsWith("INVITE ")) {
      const never = Number.POSITIVE_INFINITY;
      const invite = inviteOf(message.text);
      if (!this.#invited.has(invite))
        this.#invited.set(invite, { at: message.at, provisionalAt: never, answeredAt: never, cancelledAt: never });
    } else if (message.text.startsWith("CANCEL ")) {
      const invited = this.#invited.get(inviteOf(message.text));
      if (invited !== undefined) invited.cancelledAt = Math.min(invited.cancelledAt, message.at);
    }
  }

  delivered(node: string, input: LabInput, now: Millis): void {
    if (node !== this.#parties.border || input.kind !== "datagram") return;
    this.#messageBook.heardFrom.add(input.flow.remoteAddress);
    if (!this.#isPeer(input.flow.remoteAddress, input.flow.remotePort)) return;
    const invited = /^SIP\/2\.0 [12]/.test(input.text) ? this.#invited.get(inviteOf(input.text)) : undefined;
    if (invited !== undefined) {
      const heard = input.text.startsWith("SIP/2.0 1") ? "provisionalAt" : "answeredAt";
      invited[heard] = Math.min(invited[heard], now);
    }
    this.#messages.hear(input.text, now);
    this.#timers.note(input.text, { sent: false, at: now });
    noteInvite(this.#recordBook, input.text, now);
  }

  acted(node: string, action: LabAction, now: Millis): void {
    if (node !== this.#parties.border) return;
    if (action.kind === "record") {
      const { broughtAgain } = this.#messageBook;
      checkRecord(this.#recordBook, action.record, { now, accuse: this.#accuse, broughtAgain });
    }
    if (action.kind === "emergency") noteStep(this.#recordBook, action.step);
    if (action.kind === "log" && action.level === "error") {
      const detail = `${action.message} ${JSON.stringify(action.fields)}`;
      this.#accuse({ rule: "fault", at: now, detail, callId: null });
    }
  }

  broke(node: string, detail: string, now: Millis): void {
    this.#accuse({ rule: "fault", at: now, detail: `${node} ${detail}`, callId: null });
  }

  /** When all calls are over and the network is idle. */
  finish(now: Millis, leftOver: LeftOver): void {
    this.#timers.finish(now);
    checkRecordsComplete(this.#recordBook, this.#messageBook.inviteFinals, { now, accuse: this.#accuse });
    for (const { at, callId, sequence, acknowledged } of this.#messageBook.answers.values()) {
      if (acknowledged || this.#isTooLate(inviteKey(callId, sequence), at)) continue;
      this.#accuse({ rule: "acknowledged", at, detail: "a 2xx was never acknowledged", callId });
    }
    for (const [what, count] of Object.entries(leftOver)) {
      if (count === 0) continue;
      this.#accuse({
        rule: "left-over",
        at: now,
        detail: `${count} ${what} left when all calls are over`,
        callId: null,
      });
    }
  }

  /** Whether a 2xx heard at this time finds its transaction gone, so that nobody is there to acknowledge it. */
  #isTooLate(invite: string, at: Millis): boolean {
    const invited = this.#invited.get(invite);
    if (invited === undefined) return false;
    const unanswered = invited.provisionalAt >= invited.at + TRANSACTION_MS;
    // What else answers is ended for 64 T1 after the first 2xx (RFC 3261 section 13.2.2.4, RFC 6026 timer M).
    const over = Math.min(invited.cancelledAt, invited.answeredAt) + TRANSACTION_MS;
    return at >= over || (unanswered && at >= invited.at + TRANSACTION_MS);
  }

  #isPeer(address: string, port: number): boolean {
    for (const peer of this.#parties.peers.values()) if (peer.address === address && peer.port === port) return true;
    return false;
  }
}

/** What tells an INVITE from others of the same dialog; its responses and its CANCEL have it too. */
function inviteOf(text: string): string {
  return inviteKey(callIdOf(text), Number.parseInt(/^CSeq: (.*)\r$/m.exec(text)?.[1] ?? "", 10));
}

function inviteKey(callId: string, sequence: number): string {
  return `${callId}|${sequence}`;
}

export function callIdOf(text: string): string {
  return /^Call-ID: (.*)\r$/m.exec(text)?.[1] ?? "";
}
