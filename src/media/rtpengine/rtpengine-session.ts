// What one session is on an rtpengine: the instance that has it, its tags, its ports, and what the two sides have said.

import type { MediaSessionId, MediaSide } from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import type { OwnStream } from "../own-ports.ts";
import type { StreamTarget } from "../stream-address.ts";
import type { Instance } from "./instances.ts";
import type { OwnKeys, ToldStream } from "./ng-description.ts";
import type { SessionWatch } from "./session-watch.ts";

export interface SessionSide {
  readonly network: string;
  /** What its peer is told. */
  readonly address: string;
  readonly learn: "none" | "any";
  /** rtpengine's name for it. It tells the network, so that whoever finds the call knows where it lives. */
  readonly tag: string;
}

export interface SessionStream {
  /** 0 as long as it is not known: the offerer's comes with the answer. */
  ports: Record<MediaSide, number>;
  /** What rtpengine encrypts with towards each side, as far as that side was told. */
  own: Record<MediaSide, OwnKeys>;
}

export interface StandingOffer {
  readonly from: MediaSide;
  readonly description: SessionDescription;
  readonly targets: readonly StreamTarget[];
  readonly speaks: readonly boolean[];
  /** The answerer was offered RTCP on the port of RTP. */
  readonly muxOffered: boolean;
}

export interface RtpengineSession {
  readonly id: MediaSessionId;
  readonly instance: Instance;
  /** The call's name at the instance. */
  readonly call: string;
  sides: Readonly<Record<MediaSide, SessionSide>>;
  /** By m= line; null for one that never had ports. */
  streams: (SessionStream | null)[];
  /** 0 to 63; null for none. */
  readonly dscp: number | null;
  /** Null of a session that an earlier process had, before its first offer. */
  offer: StandingOffer | null;
  /** What rtpengine knows of each side at present. */
  told: Record<MediaSide, readonly ToldStream[]>;
  readonly watch: SessionWatch;
}

/** Names of calls are `<owner>/<session>`: no other Demarc's are like ours. */
export function callName(owner: string, session: MediaSessionId): string {
  return `${owner}/${session}`;
}

/** The session that a call of this owner is; null for another's call. */
export function sessionOfCall(owner: string, call: string): MediaSessionId | null {
  return call.startsWith(`${owner}/`) ? call.slice(owner.length + 1) : null;
}

export function tagOf(side: MediaSide, network: string): string {
  return `${side}/${network}`;
}

/** Null for a tag that is none of ours. */
export function readTag(tag: string): { readonly side: MediaSide; readonly network: string } | null {
  const [side, network] = [tag.slice(0, 1), tag.slice(2)];
  return (side === "a" || side === "b") && tag[1] === "/" && network !== "" ? { side, network } : null;
}

export function otherSide(side: MediaSide): MediaSide {
  return side === "a" ? "b" : "a";
}

export function newStream(): SessionStream {
  return { ports: { a: 0, b: 0 }, own: { a: new Map(), b: new Map() } };
}

/** What an offer may change, apart from what it was, so that one that is refused changes nothing. */
export function draftOf(session: RtpengineSession): RtpengineSession {
  const streams = session.streams.map((stream) => stream && { ports: { ...stream.ports }, own: { ...stream.own } });
  return { ...session, streams, told: { ...session.told } };
}

/** Where its ports are, as peers are told. */
export function ownStreams({ sides: { a, b }, streams }: RtpengineSession): OwnStream[] {
  return streams.flatMap((stream) => {
    if (stream === null) return [];
    const placeOf = ({ address }: SessionSide, port: number) => ({ address, advertise: address, port });
    return [{ a: placeOf(a, stream.ports.a), b: placeOf(b, stream.ports.b) }];
  });
}
