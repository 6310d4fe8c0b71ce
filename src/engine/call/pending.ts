// What was asked of the outside and not answered yet.

import type { Millis } from "../../base/index.ts";

/** What a reply is for. */
export type Purpose =
  | { readonly kind: "resolve"; readonly attempt: number }
  /** See Deciding. */
  | { readonly kind: "decide" }
  /** What the policy says of a call that was answered: nobody waits for it. */
  | { readonly kind: "judge" }
  /** The next hop of a dialog, by our tag of its leg and the peer's; the leg may have moved since from where it was. */
  | {
      readonly kind: "way";
      readonly leg: string;
      readonly attempt: number;
      readonly remoteTag: string;
      readonly hop: string;
    }
  | { readonly kind: "media-offer"; readonly attempt: number }
  /** An answer heard in a provisional response with this status. */
  | { readonly kind: "media-early"; readonly attempt: number; readonly status: number; readonly tag: string }
  | { readonly kind: "media-answer"; readonly attempt: number }
  /** The target's 2xx brought the offer, or an answer that the caller gets as one. */
  | { readonly kind: "media-late-offer"; readonly attempt: number }
  | { readonly kind: "media-late-answer" }
  /** Of the change with this number. */
  | { readonly kind: "change-offer" | "change-answer"; readonly change: number }
  /** Of the call that a transfer makes. */
  | { readonly kind: "join-offer" | "join-answer" }
  /** The session of who stays, for who takes the other one's place without an offer of its own. */
  | { readonly kind: "place-offer" }
  /** What another call's caller has offered, for who answers in place of a phone that rings. */
  | { readonly kind: "pick-up"; readonly ringing: string; readonly attempt: number }
  | { readonly kind: "tone" }
  | { readonly kind: "media-release" };

export interface Pending {
  readonly call: string;
  readonly purpose: Purpose;
}

/** With the moment at which it counts as unanswered. */
export interface Asked extends Pending {
  readonly until: Millis;
}
