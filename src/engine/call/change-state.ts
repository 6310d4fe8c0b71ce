// A change to the session under way, as a call keeps it: plain data.

import type { SessionDescription } from "../../protocol/sdp/index.ts";
import type { HeaderLine } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { MediaSide } from "../media-contract.ts";
import type { SessionWish } from "./leg-exchanges.ts";

export type ChangeState =
  /** The media plane makes room for the offer. */
  | "offering"
  /** The other side was asked. */
  | "asking"
  /** The media plane joins both sides by the answer. */
  | "answering"
  /** The one who asked for an offer has it, in a 2xx; its answer will come with the ACK. */
  | "awaiting-answer";

/** A change to the session under way (RFC 3261 section 14, RFC 3311): one at a time in a call. */
export interface Change {
  /** Tells it from earlier ones. */
  readonly number: number;
  /** Who began it. */
  readonly from: MediaSide;
  readonly method: "INVITE" | "UPDATE";
  /** Of its request, which waits for an answer; null where it is our own doing. */
  transaction: TransactionKey | null;
  readonly sequence: number;
  /** Whether the offer comes from the other side: who began asked for one, and answers it with its ACK. */
  readonly reversed: boolean;
  /** Whether it is answered here, since the other side cannot be asked before the call is answered. */
  readonly local: boolean;
  /** Whether the other side's answer was there before the question: it answers a refresh in other words than before. */
  readonly heard: boolean;
  /** What is offered, as the offerer wrote it; null until there is an offer. */
  offer: SessionDescription | null;
  /** What the other one answered; null until then. */
  answer: SessionDescription | null;
  /** Of its request, what some trunk may be shown; and of the other side's answer, none until then. */
  readonly asksWith: readonly HeaderLine[];
  answeredWith: readonly HeaderLine[];
  /** Of its request; null where that cannot say any. */
  readonly wish: SessionWish | null;
  state: ChangeState;
}
