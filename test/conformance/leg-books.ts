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

export class LegBooks {
  readonly #legs = new Map<string, Leg>();
  readonly #over = new Set<string>();
  /** Answers that Demarc heard, by dialog and CSeq. */
  readonly #owed = new Set<string>();
  /** INVITEs by peer and branch, and those of which Demarc was told that they could not be sent: an answer finds nobody. */
  readonly #invited = new Set<string>();
  readonly #failed = new Set<string>();

  note(it: { readonly peer: PeerName; readonly text: string; readonly said: boolean }): void {
    const noted: Noted = { ...it, message: readMessage(it.text), at: 0 };
    const { message, peer, text, said } = noted;
    const dialog = dialogOf(noted);
    const branch = `${peer} ${branchOf(message)}`;
    if (message.firstLine.startsWith("INVITE ") && said) this.#invited.add(branch);
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

  /** Demarc was told that a peer cannot be reached: every exchange with it is over (RFC 3261 section 17.1.4). */
  fail(peer: PeerName): void {
    for (const branch of this.#invited) if (branch.startsWith(`${peer} `)) this.#failed.add(branch);
  }

  standing(): Leg[] {
    return [...this.#legs.values()].filter(({ dialog }) => !this.#over.has(dialog));
  }

  unacknowledged(): string[] {
    return [...this.#owed];
  }
}
