// What a call knows of transfers: of the one that a party of it asks for, and of the one that it comes about by. Plain data.

import type { SessionDescription } from "../../protocol/sdp/index.ts";
import type { MediaSide } from "../media-contract.ts";

/** What the sender of a REFER is told of it (RFC 3515 section 2.4.4). */
export interface ReferSubscription {
  /** CSeq number of the REFER where NOTIFY has to name it (section 2.4.6); null for the first one of a dialog. */
  readonly id: number | null;
  /** Whether a NOTIFY is out: they go one by one. */
  waiting: boolean;
  /** The status that was told last; 0 before the first. */
  told: number;
  /** What is to be told next; null for nothing new. */
  next: number | null;
}

/** What takes a party out of this call: a transfer that the other one asked for, or an INVITE that takes the other one's place. */
export interface Transfer {
  /** Also the cause of this call's end. */
  readonly kind: "transferred" | "replaced";
  /** The call that is made for it. */
  readonly to: string;
  /** Who asked, or whose place is taken; the other party is the one that is moved. */
  readonly by: MediaSide;
  /** `done`: the other party has moved, and this one is left alone. `failed`: the call goes on, and who asked is told so. */
  state: "under-way" | "done" | "failed";
  /** Null where who asked is not told, or has been told everything. */
  subscription: ReferSubscription | null;
  /** The other call of who asked, out of which the target comes (RFC 5589 section 7); null where the target is called. */
  readonly along: string | null;
}

/** A REFER that the other party was handed, until that has told what became of it. */
export interface PassedReferral {
  readonly by: MediaSide;
  /** See ReferSubscription. */
  readonly id: number | null;
  /** Whether the other party has not said yet whether it will. */
  asked: boolean;
}

/** Where a party of a transferred call still is. */
export interface AwaitedParty {
  readonly call: string;
  readonly side: MediaSide;
}

/** A call to which a party comes out of another one, until its two parties are joined. */
export interface Joining {
  /** Those that come out of calls that stand, and have not come over yet. */
  readonly awaited: Record<MediaSide, AwaitedParty | null>;
  /** Where those came from that have. */
  readonly brought: Record<MediaSide, AwaitedParty | null>;
  state: /** The target has not answered. */
    | "hunting"
    /** The party to be asked is busy with something else. */
    | "waiting"
    /** The media plane makes room for the offer. */
    | "offering"
    /** The party was asked. */
    | "asking"
    /** The media plane joins both by its answer. */
    | "answering"
    /** Who takes a place without an offer of its own has ours, or will, and its ACK is to bring the answer. */
    | "placing";
  /** Who is shown the other's session, now or next: the first one. It is over when there is none left. */
  toAsk: readonly MediaSide[];
  /** What it is shown, as the other party wrote it; null before. */
  offer: SessionDescription | null;
  /** How often it was looked at while it was busy. */
  polls: number;
  /** What the kept party hears of a target that rings. `shown`: it was asked to, so that the target's answer is shown to it in the same way. */
  early: "nothing" | "shown" | "refused";
  /** What that party answered, as the target would see it; null before. */
  heard: SessionDescription | null;
}
