// What the engine asks of a media plane and what it hears back: offer/answer as the border sees it (RFC 3264).

import type { Millis } from "../base/index.ts";
import type { Fingerprint, SessionDescription, SrtpSuite } from "../protocol/sdp/index.ts";

/** The two ends of a media session: `a` is the leg that came in, `b` the leg that goes out. */
export type MediaSide = "a" | "b";

/** Names one media session: one call has one, whatever number of streams and attempts. Unique while it lives. */
export type MediaSessionId = string;

/** SRTP between one side of a stream and us (RFC 3711): master keys with their salts, in base64. Never to be logged. */
export interface StreamKeys {
  readonly suite: SrtpSuite;
  /** What the peer encrypts with. */
  readonly receive: string;
  /** What the peer's packets are marked with (MKI), in hexadecimal; empty for nothing. */
  readonly receiveMark: string;
  /** What we encrypt with. The same key again goes on where it was; packet numbers begin anew with another. */
  readonly send: string;
}

/** A handshake on the port of the audio itself, of which its keys come (DTLS-SRTP, RFC 5764): what both descriptions have said of it. */
export interface HandshakeTerms {
  /** Ours: who begins is the client. */
  readonly role: "client" | "server";
  /** Of the certificates that the peer may show, all of one digest; at least one. */
  readonly fingerprints: readonly Fingerprint[];
  /** Best first, at least one of those that DTLS can name. */
  readonly suites: readonly SrtpSuite[];
  /** At most 255 characters. Another name is another association (RFC 8842 section 4); under the same one what was agreed on goes on. */
  readonly association: string;
}

/** What the peer of one side has to know to have its connectivity checks answered (RFC 8445): ours, as its description has them. */
export interface IceCredentials {
  /** 4 to 255 characters (RFC 8839 section 5.4). */
  readonly fragment: string;
  /** 22 to 255 characters. Never to be logged. */
  readonly password: string;
}

/** How the peer of one side of a stream has tones (RFC 4733) that do not cross: they are told of, and made, for a side that has them otherwise. */
export interface StreamTones {
  /** The payload type that the peer takes telephone-events under, and the one that it sends them under: 0 to 127. */
  readonly send: number;
  readonly receive: number;
  /** The clock rate of both. */
  readonly rateHz: number;
}

export type MediaCommand =
  /**
   * `from` offers `description`. The reply carries the description to show the other side: connection address, ports
   * and rtcp attributes are the plane's own in `network`, everything else is as it was given. Offering again in the
   * same session is a re-offer: ports stay. Where media goes changes with the answer and not before: an offer that is refused, or
   * followed by another one, leaves the session as it was (RFC 3264 section 8). An offer to a different network than before (the
   * next attempt of a failover) moves that side.
   */
  | {
      readonly kind: "offer";
      readonly session: MediaSessionId;
      readonly from: MediaSide;
      readonly description: SessionDescription;
      /** The network each side lives in. */
      readonly networks: { readonly a: string; readonly b: string };
    }
  /**
   * `from` answers the offer that is open. The reply carries the description to show the offerer. Answering again
   * (another fork, or the 200 after a 183) replaces what was answered before.
   * `ice`, by m= line, is for sides whose peer checks ways to us: it is then where its checks say, and nowhere else; we send none
   * (RFC 8445 section 2.5). Where a description has a=ice-ufrag, the plane adds its candidates to the stream. `keys`, by m= line, are what each side has agreed with us; a stream without is in the clear on that side. Descriptions
   * may say RTP/SAVP and a=crypto: the plane leaves both as they are, or, where it makes its own keys, puts those in place of ours. Then `send` is
   * what the peer was shown last, or of no meaning. `dtls`, by m= line, is for sides whose keys come by handshake: before that nothing comes from them or
   * goes to them. Where a description has a=setup, the plane adds the fingerprint of its certificate, and offers rtcp-mux.
   * `tones`, by m= line: a side that has them has its tones told by `tone` events, and they do not cross; without, telephone-events are as other packets.
   * `timeoutMs`: after so long without RTP from either side `timeout` is told, counted anew from each answer; absent for the plane's own limit.
   * While the session is on hold nothing is expected, and nothing told.
   */
  | {
      readonly kind: "answer";
      readonly session: MediaSessionId;
      readonly from: MediaSide;
      readonly description: SessionDescription;
      readonly keys?: Readonly<Record<MediaSide, readonly (StreamKeys | null)[]>>;
      readonly dtls?: Readonly<Record<MediaSide, readonly (HandshakeTerms | null)[]>>;
      readonly ice?: Readonly<Record<MediaSide, readonly (IceCredentials | null)[]>>;
      readonly tones?: Readonly<Record<MediaSide, readonly (StreamTones | null)[]>>;
      readonly timeoutMs?: Millis;
    }
  /**
   * Puts a tone into the first stream of a side that has `tones`, behind those that wait: the stream's source, numbers and clock go on through it, and
   * what the other side says meanwhile is left out. `unsupported` where no stream of the side has any, or too many tones wait.
   */
  | {
      readonly kind: "tone";
      readonly session: MediaSessionId;
      readonly to: MediaSide;
      /** 0 to 9, 10 for *, 11 for #, 12 to 15 for A to D, 16 for a flash (RFC 4733 section 3.2). */
      readonly event: number;
      /** 1 to 8000. */
      readonly durationMs: Millis;
      /** In dBm0 below zero: 0 to 63. */
      readonly volume: number;
    }
  /** Ends the session and frees its ports. The reply carries the final statistics. Of an unknown session: no streams. */
  | { readonly kind: "release"; readonly session: MediaSessionId }
  /** The statistics so far. */
  | { readonly kind: "query"; readonly session: MediaSessionId };

/** What arrived from one side in one stream, as RFC 3550 counts it. */
export interface ReceivedStatistics {
  readonly packets: number;
  /** Bytes of RTP with header, without UDP and IP. */
  readonly bytes: number;
  /** Packets expected by sequence number less packets received (RFC 3550 A.3); not below 0. Null where the plane does not count them. */
  readonly lost: number | null;
  /** Packets that came a second time, as far as could be told; they are among `packets`. Null where the plane does not count them. */
  readonly duplicates: number | null;
  /** Packets that came after one with a higher number. Null where the plane does not count them. */
  readonly reordered: number | null;
  /** Interarrival jitter (RFC 3550 6.4.1). Null where the plane does not measure it. */
  readonly jitterMs: number | null;
  /** Packets that were dropped because their source was not allowed to speak. */
  readonly rejected: number;
  /** Packets that were dropped because they were not made with the peer's keys. Null where the plane does not count them. */
  readonly unauthentic: number | null;
  /** Packets that were dropped because they had come before, or were too old to tell (RFC 3711 section 3.3.2). Null where the plane does not count them. */
  readonly replayed: number | null;
  /** How often another source (SSRC) took over. Null where the plane does not count it. */
  readonly ssrcChanges: number | null;
  /** Differentiated services code point of the last packet, 0 to 63 (RFC 2474); null when it is not known. */
  readonly dscp: number | null;
  /** Where the stream's packets are passed on at present; null where the plane does not say. */
  readonly path: "user-space" | "kernel" | null;
  /** When the first and last packet came, in Unix milliseconds; null when none did. */
  readonly firstPacketAt: number | null;
  readonly lastPacketAt: number | null;
}

export interface StreamStatistics {
  /** Index of the m= line. */
  readonly stream: number;
  readonly a: ReceivedStatistics;
  readonly b: ReceivedStatistics;
}

export type MediaFailureCause =
  /** No free pair of ports in the range of the network. */
  | "no-ports"
  /** The description names an address that no media may be sent to, or none at all. */
  | "unusable-address"
  /** The plane does not know the session (it was released, or never offered). */
  | "unknown-session"
  /** The network has no media address configured. */
  | "unknown-network"
  /** The plane cannot do what is asked; another plane can. */
  | "unsupported"
  /** The plane is not running, or did not answer in time. */
  | "unavailable";

export type MediaResult =
  | {
      readonly ok: true;
      readonly description: SessionDescription | null;
      readonly streams: readonly StreamStatistics[];
    }
  | { readonly ok: false; readonly cause: MediaFailureCause; readonly detail: string };

export type MediaEvent =
  /** The first RTP packet of a side came. */
  | { readonly kind: "first-packet"; readonly side: MediaSide; readonly stream: number }
  /** Nothing came from `silent` for `afterMs`, though it should speak, and the other side does. Told once for each such silence. */
  | { readonly kind: "one-way"; readonly silent: MediaSide; readonly stream: number; readonly afterMs: Millis }
  /** The keys of a side are agreed on by handshake: told anew with each new association. */
  | { readonly kind: "secured"; readonly side: MediaSide; readonly stream: number; readonly suite: SrtpSuite }
  /**
   * They are not, and nothing comes from the side or goes to it: the peer has shown another certificate than it said, knows none of our suites, or has
   * come to no handshake at all.
   */
  | {
      readonly kind: "unsecured";
      readonly side: MediaSide;
      readonly stream: number;
      readonly fault: "fingerprint" | "profile" | "silence";
    }
  /** A tone of a side that has `tones` is over; `event` as in the command. Told once, also where the packet that ends it was lost. */
  | {
      readonly kind: "tone";
      readonly side: MediaSide;
      readonly stream: number;
      readonly event: number;
      readonly durationMs: Millis;
    }
  /** No RTP from either side for `afterMs`; 0 where the plane has lost the session. */
  | { readonly kind: "timeout"; readonly afterMs: Millis };
