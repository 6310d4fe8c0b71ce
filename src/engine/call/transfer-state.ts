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

/** A transfer that a party of this call asked for. */
export interface Transfer {
  /** The call that is made for it. */
  readonly to: string;
  /** Who asked; the other party is the one that is moved. */
  readonly by: MediaSide;
  /** `done`: the other party has moved, and who asked is left alone. `failed`: the call goes on, and who asked is told so. */
  state: "under-way" | "done" | "failed";
  /** Null where who asked is not told, or has been told everything. */
  subscription: ReferSubscription | null;
}

/** Where a party of a transferred call still is. */
export interface AwaitedParty {
  readonly call: string;
  readonly side: MediaSide;
}

/** A call that a transfer makes, until its two parties are joined. */
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
    | "answering";
  /** Who is shown the other's session, now or next. */
  side: MediaSide;
  /** What it is shown, as the other party wrote it; null before. */
  offer: SessionDescription | null;
  /** How often it was looked at while it was busy. */
  polls: number;
}
