// Reads messages as text, with eyes of its own: what the rules and the peers of a ladder know of SIP and SDP.
import type { Message } from "../engine/peer.ts";
import type { PeerName } from "../engine/rig.ts";
import { type HandshakeSeen, handshakeSeenIn } from "./handshake-names.ts";
import { type IceSeen, iceSeenIn } from "./ice-names.ts";
import { type CryptoSeen, cryptoSeenIn } from "./key-names.ts";

/** A message of the leg between Demarc and a peer. */
export interface Noted {
  readonly message: Message;
  readonly text: string;
  readonly peer: PeerName;
  readonly at: number;
  /** Demarc said it; else it heard it. */
  readonly said: boolean;
}

/** Complains where `holds` is false. */
export type Hold = (holds: boolean, noted: Noted, rule: string) => void;

/** A part of the rules: sees all that is said and heard, each message once, in order. */
export interface RuleBook {
  note(noted: Noted): void;
  /** Demarc was told that a peer cannot be reached: its requests there are over (RFC 3261 section 17.1.4). */
  fail?(peer: PeerName): void;
  /** When the call is over. */
  finish?(): void;
}

/** The status of a response; null of a request. */
export function statusOf({ firstLine }: Message): number | null {
  const status = /^SIP\/2\.0 (\d{3}) /.exec(firstLine);
  return status === null ? null : Number(status[1]);
}

/** Whether it is a 2xx. */
export function isSuccess(message: Message): boolean {
  const status = statusOf(message) ?? 0;
  return status >= 200 && status < 300;
}

export function branchOf(message: Message): string {
  return /;branch=([^;,\s]+)/.exec(message.header("Via"))?.[1] ?? "";
}

export function tagOf(message: Message, name: "From" | "To"): string {
  return /;tag=([^;\s]+)/.exec(message.header(name))?.[1] ?? "";
}

/** The URI of From, To or Contact, without its parameters. */
export function uriOf(message: Message, name: "From" | "To" | "Contact"): string {
  return /<([^>]*)>/.exec(message.header(name))?.[1] ?? "";
}

export function uriOfRequest(message: Message): string {
  return message.firstLine.split(" ")[1] ?? "";
}

export function sequenceOf(message: Message): number {
  return Number.parseInt(message.header("CSeq"), 10);
}

/** That of the request where the message is a response. */
export function methodOf(message: Message): string {
  return message.header("CSeq").split(" ")[1] ?? "";
}

export function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

export function sameTransaction(one: Message, other: Message): boolean {
  return branchOf(one) === branchOf(other) && one.header("CSeq") === other.header("CSeq");
}

/** Names a transaction of a leg. */
export function transactionOf({ message, peer }: Noted): string {
  return `${peer}|${branchOf(message)}|${message.header("CSeq")}`;
}

/** Whether a list header such as Supported names a token. */
export function lists(message: Message, name: string, token: string): boolean {
  const values = message.headers(name).flatMap((value) => value.split(","));
  return values.some((value) => value.trim().toLowerCase() === token.toLowerCase());
}

/** The tags of a leg's two ends; empty where the message has none yet. */
export function endsOf({ message, said }: Noted): { readonly ours: string; readonly theirs: string } {
  const request = statusOf(message) === null;
  const [from, to] = [tagOf(message, "From"), tagOf(message, "To")];
  return said === request ? { ours: from, theirs: to } : { ours: to, theirs: from };
}

/** Names the dialog that a message is in or makes; null while a tag is missing. */
export function dialogOf(noted: Noted): string | null {
  const { ours, theirs } = endsOf(noted);
  return ours === "" || theirs === "" ? null : `${noted.message.header("Call-ID")}|${ours}|${theirs}`;
}

/** Whether the body is a session description. */
export function hasDescription(message: Message): boolean {
  return message.body !== "" && message.header("Content-Type").toLowerCase().startsWith("application/sdp");
}

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export interface SeenStream {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly address: string;
  readonly direction: Direction;
  readonly crypto: readonly CryptoSeen[];
  readonly ice: IceSeen;
  readonly handshake: HandshakeSeen | null;
}

/** The m= lines of a description, in order. */
export function streamsOf(body: string): SeenStream[] {
  const [session = "", ...sections] = body.split(/^(?=m=)/m);
  const addressIn = (text: string): string | undefined => /^c=IN IP[46] (\S+)/m.exec(text)?.[1];
  const directionIn = (text: string): string | undefined =>
    /^a=(sendrecv|sendonly|recvonly|inactive)\r$/m.exec(text)?.[1];
  return sections.map((section) => {
    const [, type = "", port = "", protocol = "", formats = ""] =
      /^m=(\S+) (\d+)\S* (\S+) ?(.*)\r$/m.exec(section) ?? [];
    return {
      type,
      port: Number(port),
      protocol,
      formats: formats.split(" "),
      address: addressIn(section) ?? addressIn(session) ?? "",
      direction: (directionIn(section) ?? directionIn(session) ?? "sendrecv") as Direction,
      crypto: cryptoSeenIn(section),
      ice: iceSeenIn(session, section),
      handshake: handshakeSeenIn(section),
    };
  });
}

/** The o= line apart from its version, the version, and everything else. */
export function originOf(body: string): { readonly origin: string; readonly version: number; readonly rest: string } {
  const [line = "", user = "", id = "", version = "", address = ""] = /^o=(\S+) (\S+) (\d+) (.*)\r\n/m.exec(body) ?? [];
  return { origin: `${user} ${id} ${address}`, version: Number(version), rest: body.replace(line, "") };
}
