// The descriptions that rtpengine is given, and what is read from those that it gives back. They are of our own writing: of what peers say only what
// decides where packets go is in them, so that nothing of rtpengine's own negotiation comes between the two sides.

import type { StreamKeys } from "../../engine/index.ts";
import {
  type CryptoLine,
  type MediaDescription,
  parseCryptoLine,
  type SessionDescription,
  type SrtpSuite,
} from "../../protocol/sdp/index.ts";
import type { StreamTarget } from "../stream-address.ts";

/** The keys that rtpengine encrypts with, by suite, each with the tag it gave it. */
export type OwnKeys = ReadonlyMap<SrtpSuite, Pick<CryptoLine, "tag" | "key">>;

/** One stream of one side, as rtpengine is to know it. */
export interface ToldStream {
  readonly target: StreamTarget;
  /** Null: in the clear. */
  readonly keys: StreamKeys | null;
  /** Of `keys`: the tag of the line that it answers, or the one that it offers. */
  readonly tag: number;
  /** RTCP comes and goes on the port of RTP. */
  readonly mux: boolean;
}

/** One stream of rtpengine's, for the side that it is shown to. */
export interface PlacedStream {
  /** 0 for a stream that was refused. */
  readonly port: number;
  readonly address: string;
  readonly own: OwnKeys;
}

export const REFUSED_STREAM: ToldStream = { target: { kind: "none" }, keys: null, tag: 1, mux: false };
const HOLD_PORT = 9;

/** What makes two descriptions of one side the same to rtpengine: all but the codecs, which it does not touch. */
export function essenceOf(streams: readonly ToldStream[]): string {
  return JSON.stringify(streams.map(({ target, keys, mux }) => [target, keys, mux]));
}

/** `from` lends its types, formats and payload types; `family` is for streams on hold. */
export function tellStreams(streams: readonly ToldStream[], from: SessionDescription, family: 4 | 6): string {
  const nowhere = family === 4 ? "IN IP4 0.0.0.0" : "IN IP6 ::";
  const lines = ["v=0", `o=- 1 1 ${nowhere}`, "s=-", "t=0 0"];
  for (const [index, media] of from.media.entries())
    lines.push(...tellStream(streams[index] ?? REFUSED_STREAM, media, nowhere));
  return `${lines.join("\r\n")}\r\n`;
}

function tellStream({ target, keys, tag, mux }: ToldStream, media: MediaDescription, nowhere: string): string[] {
  const type = /^(audio|video|image|text|application)$/i.test(media.type) ? media.type : "application";
  if (target.kind !== "address" && target.kind !== "hold") return [`m=${type} 0 RTP/AVP 0`, `c=${nowhere}`];
  const udptl = target.kind === "address" ? target.udptl : media.protocol.toUpperCase() === "UDPTL";
  const port = target.kind === "address" ? target.rtpPort : HOLD_PORT;
  const connection = target.kind === "address" ? `IN IP${target.family} ${target.address}` : nowhere;
  if (udptl) return [`m=image ${port} udptl t38`, `c=${connection}`, "a=sendrecv"];
  const formats = media.formats.filter((format) => /^[0-9]{1,3}$/.test(format));
  const lines = [`m=${type} ${port} ${keys === null ? "RTP/AVP" : "RTP/SAVP"} ${formats.join(" ") || "0"}`];
  lines.push(`c=${connection}`);
  for (const { name, value } of media.attributes) if (name === "rtpmap") lines.push(`a=rtpmap:${value}`);
  if (target.kind === "address" && target.rtcpPort > 0 && !mux) lines.push(`a=rtcp:${rtcpOf(target)}`);
  if (mux) lines.push("a=rtcp-mux");
  if (keys !== null) lines.push(`a=crypto:${tag} ${keys.suite} inline:${keys.receive}${markOf(keys)}`);
  lines.push("a=sendrecv");
  return lines;
}

function rtcpOf({ family, rtcpAddress, rtcpPort }: StreamTarget & { readonly kind: "address" }): string {
  return `${rtcpPort} IN IP${family} ${rtcpAddress}`;
}

/** `|1:4`: the number 1 in four bytes (RFC 4568 section 6.1). */
function markOf({ receiveMark }: StreamKeys): string {
  return receiveMark === "" ? "" : `|${BigInt(`0x${receiveMark}`)}:${receiveMark.length / 2}`;
}

/**
 * What rtpengine answers: of each m= line where it is, and with what keys. Read line by line, since between two of our words a description of its
 * own need not be a whole one. Null for no text.
 */
export function readPlaces(text: unknown): PlacedStream[] | null {
  if (typeof text !== "string") return null;
  const places: { port: number; address: string; own: Map<SrtpSuite, Pick<CryptoLine, "tag" | "key">> }[] = [];
  let session = "";
  for (const line of text.split(/\r?\n/)) {
    const [, port] = /^m=[^ ]{1,32} ([0-9]{1,5}) /.exec(line) ?? [];
    if (port !== undefined) places.push({ port: Number(port), address: session, own: new Map() });
    const current = places.at(-1);
    const [, address] = /^c=IN IP[46] ([^ /]{2,64})/.exec(line) ?? [];
    if (address !== undefined && current === undefined) session = address;
    if (address !== undefined && current !== undefined) current.address = address;
    const crypto = line.startsWith("a=crypto:") ? parseCryptoLine(line.slice("a=crypto:".length)) : null;
    if (crypto === null || current === undefined || current.own.has(crypto.suite)) continue;
    current.own.set(crypto.suite, { tag: crypto.tag, key: crypto.key });
  }
  return places;
}
