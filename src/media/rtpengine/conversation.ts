// What is said to rtpengine of one session, and what it does to what we know of it.
//
// rtpengine turns to a new address with the offer, the contract has it turn with the answer. So an offer in a standing session is not told to it,
// unless ports are wanted, but with its answer: first the answerer's description, then, where the offerer's has changed, an offer from the
// answerer's end and the offerer's description in answer to it. That order leaves the keys as they are that the answerer was shown: an offer
// makes rtpengine encrypt towards the other side with the offerer's own keys.

import type { MediaSide, StreamKeys } from "../../engine/index.ts";
import { cryptoLines, type SessionDescription } from "../../protocol/sdp/index.ts";
import { isUnspecifiedAddress, parseAddress, sameAddress } from "../../protocol/transport/index.ts";
import { fail, type MediaFailure } from "../media-results.ts";
import type { StreamTarget } from "../stream-address.ts";
import type { NgFailure } from "./ng-client.ts";
import {
  essenceOf,
  type OwnKeys,
  type PlacedStream,
  REFUSED_STREAM,
  readPlaces,
  type ToldStream,
  tellStreams,
} from "./ng-description.ts";
import {
  newStream,
  otherSide,
  type RtpengineSession,
  type SessionStream,
  type StandingOffer,
} from "./rtpengine-session.ts";

export interface Agreement {
  readonly from: MediaSide;
  readonly description: SessionDescription;
  readonly targets: readonly StreamTarget[];
  /** By m= line. */
  readonly keys: Readonly<Record<MediaSide, readonly (StreamKeys | null)[]>> | null;
}

interface Words {
  readonly command: "offer" | "answer";
  readonly from: MediaSide;
  readonly told: readonly ToldStream[];
  /** Lends its types and formats. */
  readonly description: SessionDescription;
  /** Of an offer: its streams are encrypted towards the side that it goes to. */
  readonly secure: boolean;
  /** RTCP on the port of RTP is offered. */
  readonly mux: boolean;
}

/** Its lowest two bits are congestion's (RFC 3168). */
const DSCP_SHIFT = 2;

/**
 * Has rtpengine open the ports that an offer needs. Streams that stand are told as they are; of new ones rtpengine is told what every peer
 * understands, so that it has two ports for each.
 */
export async function openStreams(session: RtpengineSession, offer: StandingOffer): Promise<MediaFailure | null> {
  const { from, description, targets } = offer;
  const told = targets.map((target, index): ToldStream => {
    const standing = session.told[from][index] ?? REFUSED_STREAM;
    return standing.target.kind === "none" ? { target, keys: null, tag: 1, mux: false } : standing;
  });
  const secure = description.media.some((media) => cryptoLines(media).length > 0);
  const places = await say(session, { command: "offer", from, told, description, secure, mux: offer.muxOffered });
  if ("ok" in places) return places;
  session.told[from] = told;
  return takePlaces(session, { side: otherSide(from), places, told });
}

/** Tells rtpengine what both sides have agreed on. */
export async function agree(
  session: RtpengineSession,
  offer: StandingOffer,
  { from, description, targets, keys }: Agreement,
): Promise<MediaFailure | null> {
  const to = offer.from;
  const isLive = (index: number) => isCarried(targets[index]) && isCarried(offer.targets[index]);
  const toldOf = (side: MediaSide, target: StreamTarget | undefined, index: number): ToldStream => {
    if (target === undefined || !isLive(index)) return REFUSED_STREAM;
    const agreed = keys?.[side][index] ?? null;
    const tag = agreed === null ? 1 : (session.streams[index]?.own[side].get(agreed.suite)?.tag ?? 0);
    const mux = target.kind === "address" && target.mux && (side === to || offer.muxOffered);
    return { target, keys: agreed, tag, mux };
  };
  const answerer = targets.map((target, index) => toldOf(from, target, index));
  const offerer = offer.targets.map((target, index) => toldOf(to, target, index));
  if (answerer.some(({ tag }) => tag === 0))
    return fail("unsupported", "rtpengine has not the suite of SRTP that was agreed on");

  const plain = { description, secure: false, mux: false };
  const places = await say(session, { command: "answer", from, told: answerer, ...plain });
  if ("ok" in places) return places;
  session.told[from] = answerer;
  trimKeys(session, from, answerer);
  const fault = takePlaces(session, { side: to, places, told: offerer });
  if (fault !== null) return fault;
  if (essenceOf(offerer) === essenceOf(session.told[to])) return null;
  return tellOfferer(session, { from, answerer, offerer, description });
}

/** The same from the answerer's end, for what has changed at the offerer's. */
async function tellOfferer(
  session: RtpengineSession,
  changed: {
    readonly from: MediaSide;
    readonly answerer: readonly ToldStream[];
    readonly offerer: readonly ToldStream[];
    readonly description: SessionDescription;
  },
): Promise<MediaFailure | null> {
  const { from, answerer, offerer, description } = changed;
  const to = otherSide(from);
  // Until all of it is said it is not known what rtpengine knows.
  session.told[to] = [];
  const secure = offerer.some(({ keys }) => keys !== null);
  const mux = offerer.some((stream) => stream.mux);
  const places = await say(session, { command: "offer", from, told: answerer, description, secure, mux });
  if ("ok" in places) return places;
  const fault = takePlaces(session, { side: to, places, told: offerer });
  if (fault !== null) return fault;
  const tagged = offerer.map((stream, index): ToldStream => {
    const own = stream.keys === null ? undefined : session.streams[index]?.own[to].get(stream.keys.suite);
    return { ...stream, tag: stream.keys === null ? 1 : (own?.tag ?? 0) };
  });
  if (tagged.some(({ tag }) => tag === 0))
    return fail("unsupported", "rtpengine has not the suite of SRTP that was agreed on");
  const plain = { description, secure: false, mux: false };
  const answered = await say(session, { command: "answer", from: to, told: tagged, ...plain });
  if ("ok" in answered) return answered;
  session.told[to] = tagged;
  trimKeys(session, to, tagged);
  return null;
}

/** Of the suites that were offered rtpengine keeps the one that was taken. */
function trimKeys(session: RtpengineSession, side: MediaSide, told: readonly ToldStream[]): void {
  for (const [index, { keys }] of told.entries()) {
    const stream = session.streams[index];
    const own = keys === null ? undefined : stream?.own[side].get(keys.suite);
    if (stream !== null && stream !== undefined && keys !== null && own !== undefined) {
      stream.own[side] = new Map([[keys.suite, own]]);
    }
  }
}

async function say(session: RtpengineSession, words: Words): Promise<readonly PlacedStream[] | MediaFailure> {
  const { command, from, told, description, secure, mux } = words;
  const [speaker, hearer] = [session.sides[from], session.sides[otherSide(from)]];
  const [fromTag, toTag] = command === "offer" ? [speaker.tag, hearer.tag] : [hearer.tag, speaker.tag];
  const reply = await session.instance.ask({
    command,
    "call-id": session.call,
    "from-tag": fromTag,
    "to-tag": toTag,
    direction: [speaker.network, hearer.network],
    "address-family": hearer.address.includes(":") ? "IP6" : "IP4",
    "transport-protocol": command === "answer" ? undefined : protocolOf(told, secure),
    "rtcp-mux": mux ? ["offer", "demux"] : ["demux"],
    // Ports stay whatever the peer's address becomes; strangers are dropped once the peer is known.
    flags: ["port-latching", "strict-source"],
    // Its other ways follow whoever speaks for three seconds.
    "endpoint-learning": [speaker.learn === "any" ? "immediate" : "off"],
    ICE: "remove",
    DTLS: "off",
    SDES: ["pad"],
    TOS: session.dscp === null ? undefined : session.dscp << DSCP_SHIFT,
    sdp: tellStreams(told, description, speaker.address.includes(":") ? 6 : 4),
  });
  if (!reply.ok) return fail(causeOf(reply.failure), reply.failure.detail);
  return readPlaces(reply.value.sdp) ?? fail("unavailable", `${session.instance.name} answered without a description`);
}

/** What the streams are under towards the other side; left to rtpengine where they are of several kinds. */
function protocolOf(told: readonly ToldStream[], secure: boolean): string | undefined {
  const live = told.filter(({ target }) => target.kind !== "none");
  const fax = live.filter(({ target }) => target.kind === "address" && target.udptl);
  if (fax.length === 0) return secure ? "RTP/SAVP" : "RTP/AVP";
  return fax.length === live.length ? "udptl" : undefined;
}

export function causeOf(failure: NgFailure) {
  if (failure.kind === "silent") return "unavailable";
  if (/out of ports/i.test(failure.detail)) return "no-ports";
  return /unknown call-id/i.test(failure.detail) ? "unknown-session" : "unavailable";
}

/** What rtpengine has for one side. An address that is not the network's would have media where nobody may look for it. */
function takePlaces(
  session: RtpengineSession,
  { side, places, told }: { side: MediaSide; places: readonly PlacedStream[]; told: readonly ToldStream[] },
): MediaFailure | null {
  const { network, address } = session.sides[side];
  for (const [index, stream] of told.entries()) {
    const place = places[index];
    if (stream.target.kind === "none") continue;
    if (place === undefined || place.port === 0)
      return fail("unavailable", `rtpengine has no port for stream ${index}`);
    // It passes on that a stream is on hold, in place of its own address.
    const parsed = parseAddress(place.address);
    if (parsed === null || !(sameAddress(place.address, address) || isUnspecifiedAddress(parsed))) {
      const remedy = `start it with --interface=${network}/${address}, or say under addresses which it has`;
      return fail("unavailable", `${session.instance.name} has ${place.address} for ${network}: ${remedy}`);
    }
    keepPlace(streamAt(session, index), side, place);
  }
  return null;
}

function keepPlace(stream: SessionStream, side: MediaSide, { port, own }: PlacedStream): void {
  stream.ports[side] = port;
  // An answer names the one key that is in use, or none where the side is not encrypted yet: what it was shown before stays.
  if (own.size > 0) stream.own[side] = own satisfies OwnKeys;
}

function streamAt(session: RtpengineSession, index: number): SessionStream {
  while (session.streams.length <= index) session.streams.push(null);
  const stream = session.streams[index] ?? newStream();
  session.streams[index] = stream;
  return stream;
}

function isCarried(target: StreamTarget | undefined): boolean {
  return (target?.kind ?? "none") !== "none";
}
