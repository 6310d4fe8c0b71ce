// What a call of a batch is to be: who calls whom, how it is answered, and what must become of it in a good world.

import type { AnswerScript, CallScript } from "../../src/lab/index.ts";
import { BORDER_ADDRESSES, PEERS, type Peer } from "./world.ts";

export interface Plan {
  /** What it is, for the counts and for a failure's text. */
  readonly kind: string;
  readonly from: Peer;
  readonly script: CallScript;
  readonly answers: Readonly<Partial<Record<Peer, AnswerScript>>>;
  /** After so long from the call's start an operator ends it; null: nobody does. */
  readonly operatorAfterMs: number | null;
  /** After so long the media plane says that it hears nothing any more. */
  readonly mediaTimeoutAfterMs: number | null;
  /** `status cause` of the record in a world without faults and without limits. */
  readonly expected: readonly string[];
  /** How further numbers are answered. */
  readonly numbers?: readonly { readonly peer: Peer; readonly number: string; readonly answer: AnswerScript }[];
  /** Calls that belong to it, so long after it. */
  readonly further?: readonly { readonly afterMs: number; readonly plan: Plan }[];
}

/** The number of the `index`th call of its kind: no two calls of a batch have the same. */
export function numberOf(prefix: string, index: number): string {
  return `${prefix}${String(index).padStart(7, "0")}`;
}

/** Where a peer sends its calls. */
export function towards(peer: Peer): CallScript["to"] {
  return { address: BORDER_ADDRESSES[PEERS[peer].network], port: 5060 };
}
