// What a leg keeps of the exchanges with its peer: plain data, as the call itself.

import type { Millis } from "../../base/index.ts";
import type { SessionDescription, SrtpSuite } from "../../protocol/sdp/index.ts";
import type { Body, HeaderLine, ResponseParts } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { CredentialsHeader, Login } from "../credentials/index.ts";
import type { HandshakeTerms, IceCredentials } from "../media-contract.ts";

/** What the peer of a leg has asked for by challenges, and what it was answered. Nothing secret is in it. */
export interface Authentication extends Login {
  /** The credentials that the INVITE went out with. */
  invite: readonly HeaderLine[];
}

/** What a request of ours inside a dialog is for: who hears what comes of it. */
export type RequestPurpose =
  | { readonly kind: "bye" }
  /** Asks this leg's peer for what `call.change` is about. */
  | { readonly kind: "change" }
  /** Acknowledges a reliable provisional response (RFC 3262). */
  | { readonly kind: "prack" }
  /** Keeps the session from expiring (RFC 4028). */
  | { readonly kind: "refresh" }
  /** Shows this leg's peer the other party of the call that a transfer makes. */
  | { readonly kind: "join"; readonly call: string }
  /** Tells what has become of its REFER. */
  | { readonly kind: "notify" }
  /** An INFO with a tone that the other side has made otherwise. */
  | { readonly kind: "tone" }
  /** Of the other side, whose request waits for the answer, under this tag of ours. */
  | { readonly kind: "onward"; readonly transaction: TransactionKey; readonly toTag: string };

/** A request of ours inside a leg's dialog, from when it is sent until nothing more can come of it. */
export interface LegRequest {
  readonly method: string;
  readonly purpose: RequestPurpose;
  readonly flow: Flow;
  /** Where it goes after all, should it not be taken over the TCP that it went out over for its length. */
  readonly datagramFlow: Flow | null;
  readonly sequence: number;
  /** Which of the leg's dialogs it is in: there may be several until one is answered. */
  readonly remoteTag: string;
  readonly headers: readonly HeaderLine[];
  /** Of the other side's message that it follows from, what some trunk may be shown. */
  readonly crossing: readonly HeaderLine[];
  readonly body: Body | null;
  /** The credentials that it went out with. */
  readonly credentials: readonly HeaderLine[];
  /** The headers whose challenge it has answered, once for each time. */
  readonly challenged: readonly CredentialsHeader[];
  /** Whether its final response was heard. An INVITE is kept past that for the repetitions of a 2xx. */
  done: boolean;
  /** The ACK of its 2xx, once there is one. */
  ack: OwnAck | null;
}

/** The ACK of a 2xx. It is kept as it went out, for when the 2xx is repeated; where it is not known yet where it goes, as what it will say. */
export type OwnAck =
  | { readonly sent: true; readonly flow: Flow; readonly text: string }
  | { readonly sent: false; readonly sequence: number; readonly body: Body | null };

/** The next hop of a dialog, a URI with a host name, and whether the resolver was asked for it. */
export interface UnknownWay {
  readonly hop: string;
  readonly asked: boolean;
}

/** A 2xx of ours to an INVITE, until its ACK (RFC 3261 section 13.3.1.4). */
export interface AcceptedInvite {
  readonly transaction: TransactionKey;
  /** The CSeq number that its ACK will have. */
  readonly sequence: number;
  readonly response: ResponseParts;
  /** The next interval at which it is sent again. */
  intervalMs: Millis;
}

/** A 2xx with an offer whose ACK is to bring our answer. */
export interface OwedAck {
  readonly sequence: number;
  /** Null for the INVITE that opened the leg. */
  readonly request: TransactionKey | null;
  readonly offer: SessionDescription | null;
}

/** What was said of the handshake that a stream's keys come by (DTLS). */
export interface Handshake {
  /** Our a=tls-id. */
  id: string;
  /** Rises with each association that was agreed on. */
  association: number;
  /** `theirs`: the peer's certificate and tls-id, and its address where another one means another association; empty where not. */
  agreed: {
    readonly role: HandshakeTerms["role"];
    readonly theirs: { readonly name: string; readonly address: string };
  } | null;
  /** What the media plane has agreed on in it; null before. */
  suite: SrtpSuite | null;
}

/** The SRTP keys and ICE credentials of one stream of a leg. Secret: never to be logged or shown. */
export interface Keyring {
  /** Ours, master key and salt in base64: none serves two suites. `used`: packets may have been made with it. */
  readonly own: Partial<Record<SrtpSuite, { readonly key: string; used: boolean }>>;
  /** What was agreed on last; null before, and while the stream is in the clear. */
  agreed: { readonly suite: SrtpSuite; readonly theirs: string } | null;
  /** ICE: what the peer was told, and what it said last; null without. */
  ice: { readonly own: IceCredentials; theirs: string | null } | null;
  /** Null where keys do not come by a handshake. */
  handshake: Handshake | null;
}

/** The keys of a leg's streams, by m= line. No key serves two media sessions: where packets are numbered anew, a key is a new one. */
export interface LegKeys {
  /** Empty where there are none. */
  readonly session: string;
  readonly rings: Keyring[];
}

export const NO_KEYS: LegKeys = { session: "", rings: [] };

/** What a peer says of session timers in an INVITE or an UPDATE (RFC 4028). */
export interface SessionWish {
  /** Session-Expires, in seconds; null where it names none. */
  readonly seconds: number | null;
  readonly refresher: "uac" | "uas" | null;
  /** Min-SE, in seconds: 90 where it names none. */
  readonly least: number;
  /** Whether it knows timers. */
  readonly speaks: boolean;
}

/** A session timer that runs in a dialog (RFC 4028). */
export interface SessionTimer {
  /** From 90. */
  readonly seconds: number;
  readonly refresher: "us" | "peer";
  /** Whether the peer knows of it; else we refresh of our own accord, and it expires on our side alone. */
  readonly agreed: boolean;
  /** When the call ends unless it is refreshed. */
  readonly endsAt: Millis;
}
