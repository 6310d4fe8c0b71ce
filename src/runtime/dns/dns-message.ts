// DNS messages on the wire: the question that we send, and what a reply to it says. Replies are hostile until they fit their question.

import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  RECURSION_DESIRED,
  type SoaAnswer,
  type StringAnswer,
} from "dns-packet";
import { type Millis, SECOND } from "../../base/index.ts";
import { type DnsAnswer, type DnsQuestion, parseAddress, plainName } from "../../protocol/transport/index.ts";

/** Large enough for what SIP domains list, small enough never to be cut into fragments (dnsflagday.net/2020). */
const UDP_PAYLOAD_BYTES = 1232;
/** A chain of aliases longer than this is a mistake or an attack. */
const ALIAS_LIMIT = 8;

export interface DnsReply {
  readonly answer: DnsAnswer;
  /** How long the answer holds; 0 for not beyond this question. */
  readonly ttlMs: Millis;
}

export type DnsReading =
  | { readonly kind: "reply"; readonly reply: DnsReply }
  /** The rest is to be had over TCP. */
  | { readonly kind: "truncated" }
  /** The server does not know what our question means: it may without EDNS (RFC 6891 section 7). */
  | { readonly kind: "misunderstood" }
  /** The server cannot or will not say. */
  | { readonly kind: "unhelpful"; readonly detail: string };

/** @param id 16 random bits @param edns whether to allow replies of more than 512 bytes (RFC 6891) */
export function formatQuestion(question: DnsQuestion, { id, edns }: { id: number; edns: boolean }): Buffer {
  const opt: Answer = {
    type: "OPT",
    name: ".",
    udpPayloadSize: UDP_PAYLOAD_BYTES,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
  return encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type: question.type, name: plainName(question.name) }],
    additionals: edns ? [opt] : [],
  });
}

/** Null for what is no reply to this very question: somebody else's, or rubbish. */
export function readReply(bytes: Buffer, question: DnsQuestion, id: number): DnsReading | null {
  const packet = decodeOrNull(bytes);
  if (packet === null || packet.id !== id || packet.type !== "response") return null;
  const [asked, ...more] = packet.questions ?? [];
  const rcode = (packet.flags ?? 0) & 0xf;
  // A server that could not read the question need not repeat it.
  if (asked === undefined && rcode === 1) return { kind: "misunderstood" };
  if (more.length > 0 || asked?.type !== question.type || plainName(asked.name) !== plainName(question.name))
    return null;
  if (packet.flag_tc) return { kind: "truncated" };
  if (rcode === 1 || rcode === 4) return { kind: "misunderstood" };
  if (rcode === 3) return { kind: "reply", reply: absence(packet) };
  if (rcode !== 0) return { kind: "unhelpful", detail: `the name server answered with code ${rcode}` };
  return { kind: "reply", reply: readAnswers(packet, question) };
}

function decodeOrNull(bytes: Buffer): DecodedPacket | null {
  try {
    return decode(bytes);
  } catch {
    return null;
  }
}

/** No such name or record: believed for as long as the zone's SOA says, and not beyond the question without one (RFC 2308 section 5). */
function absence(packet: DecodedPacket): DnsReply {
  const soa = packet.authorities?.find((record): record is SoaAnswer => record.type === "SOA");
  const seconds = soa === undefined ? 0 : Math.min(soa.ttl ?? 0, soa.data.minimum ?? 0);
  return { answer: { kind: "none" }, ttlMs: seconds * SECOND };
}

function readAnswers(packet: DecodedPacket, question: DnsQuestion): DnsReply {
  const records = packet.answers ?? [];
  let owner = plainName(question.name);
  let seconds = Number.POSITIVE_INFINITY;
  for (let hop = 0; hop < ALIAS_LIMIT; hop += 1) {
    const own = records.filter((record) => plainName(record.name) === owner);
    const answer = answerOf(own, question);
    const alias = own.find((record): record is StringAnswer => record.type === "CNAME");
    for (const record of own) if ("ttl" in record) seconds = Math.min(seconds, record.ttl ?? 0);
    if (answer !== null) return { answer, ttlMs: seconds * SECOND };
    if (alias === undefined) break;
    owner = plainName(alias.data);
  }
  return absence(packet);
}

/** The records of the type that was asked for; null when there is none. */
function answerOf(records: readonly Answer[], { type }: DnsQuestion): DnsAnswer | null {
  if (type === "NAPTR") {
    const found = records.flatMap((record) => (record.type === "NAPTR" ? [record.data] : []));
    return found.length === 0
      ? null
      : { kind: "naptr", records: found.map(({ services, ...record }) => ({ ...record, service: services })) };
  }
  if (type === "SRV") {
    const found = records.flatMap((record) => (record.type === "SRV" ? [record.data] : []));
    return found.length === 0
      ? null
      : {
          kind: "srv",
          records: found.map(({ priority = 0, weight = 0, port, target }) => ({ priority, weight, port, target })),
        };
  }
  const addresses = records
    .flatMap((record) => (record.type === "A" || record.type === "AAAA" ? [record] : []))
    .flatMap((record) => (record.type === type ? [record.data] : []))
    .filter((address) => parseAddress(address) !== null);
  return addresses.length === 0 ? null : { kind: "addresses", addresses };
}
