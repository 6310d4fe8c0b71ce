// The legs of a call by what was said in them: which are confirmed and not over, and which answers wait for their ACK.
import { readMessage } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { branchOf, dialogOf, isSuccess, methodOf, type Noted, sequenceOf, statusOf } from "./message-eyes.ts";

export interface Leg {
  readonly peer: PeerName;
  readonly dialog: string;
  /** The 2xx that confirmed it. */
  readonly answer: string;
  /** Whether Demarc said that. */
  readonly said: boolean;
}

/** How long an INVITE waits for a first response (RFC 3261 section 17.1.1.2). */
const TIMER_B_MS = 32_000;

export class LegBooks {
  readonly #legs = new Map<string, Leg>();
  readonly #over = new Set<string>();
  /** Answers that Demarc heard, by dialog and CSeq. */
  readonly #owed = new Set<string>();
  /** INVITEs by peer and branch, with when they were said first; and those of which nothing can come: an answer finds nobody. */
  readonly #invited = new Map<string, number>();
  readonly #failed = new Set<string>();
  /** Those that were answered at all. */
  readonly #heard = new Set<string>();

  note(it: Omit<Noted, "message">): void {
    const noted: Noted = { ...it, message: readMessage(it.text) };
    const { message, peer, text, said } = noted;
    const dialog = dialogOf(noted);
    const branch = `${peer} ${branchOf(message)}`;
    this.#noteInvite(noted, branch);
    if (dialog === null || (isSuccess(message) && this.#failed.has(branch))) return;
    const acknowledged = `${dialog} ${sequenceOf(message)}`;
    if (methodOf(message) === "INVITE" && isSuccess(message)) {
      if (!this.#legs.has(dialog)) this.#legs.set(dialog, { peer, dialog, answer: text, said });
      if (!said) this.#owed.add(acknowledged);
    }
    if (statusOf(message) !== null) return;
    if (methodOf(message) === "ACK" && said) this.#owed.delete(acknowledged);
    if (methodOf(message) === "BYE") this.#over.add(dialog);
  }

  #noteInvite({ message, said, at }: Noted, branch: string): void {
    if (message.firstLine.startsWith("INVITE ") && said && !this.#invited.has(branch)) this.#invited.set(branch, at);
    if (said || statusOf(message) === null || this.#heard.has(branch)) return;
    // Timer B is over, and with it the transaction.
    if (at - (this.#invited.get(branch) ?? at) >= TIMER_B_MS) this.#failed.add(branch);
    this.#heard.add(branch);
  }

  /** Demarc was told that a peer cannot be reached: every exchange with it is over (RFC 3261 section 17.1.4). */
  fail(peer: PeerName): void {
    for (const branch of this.#invited.keys()) if (branch.startsWith(`${peer} `)) this.#failed.add(branch);
  }

  standing(): Leg[] {
    return [...this.#legs.values()].filter(({ dialog }) => !this.#over.has(dialog));
  }

  unacknowledged(): string[] {
    return [...this.#owed];
  }
}
