// Where requests inside a dialog go (RFC 3261 section 12.2.1.1, docs/adr/0007): to its next hop, which is looked up where it is a name (RFC 3263) as soon
// as there is something to send, and otherwise the way that the peer's own messages came.

import { dropNamed, invariant, namedValue, setNamed } from "../../base/index.ts";
import { type Dialog, nextHopOf } from "../../protocol/dialog/index.ts";
import { header, parameterValue, parseSipUri, type SipUri } from "../../protocol/sip/index.ts";
import {
  type Flow,
  isReliable,
  type LocateQuery,
  parseAddress,
  type ServerPlace,
  type TransportName,
} from "../../protocol/transport/index.ts";
import { flowTo, reachOf } from "../own-addresses.ts";
import { acceptedRegistrationOf } from "../registration/index.ts";
import { sortFlows } from "../routing/index.ts";
import { towardsPeer } from "../secure-flow.ts";
import { askResolver } from "./ask.ts";
import type { Leg } from "./call.ts";
import type { UnknownWay } from "./leg-exchanges.ts";
import type { Turn } from "./turn.ts";

const TRANSPORTS: ReadonlySet<string> = new Set(["udp", "tcp", "tls", "ws", "wss"]);

/** As the URI names it; undefined for one that we do not speak. */
export function transportOf({ parameters }: SipUri): TransportName | null | undefined {
  const named = parameterValue(parameters, "transport")?.toLowerCase() ?? null;
  return named === null ? null : TRANSPORTS.has(named) ? (named as TransportName) : undefined;
}

function isWebSocket(transport: TransportName | null | undefined): boolean {
  return transport === "ws" || transport === "wss";
}

/**
 * Whether a next hop can only be reached the way that its messages came: it asks for that (RFC 5626 section 4.3), it has a name that nobody else has
 * (RFC 6761 section 6.4), or it speaks WebSocket, whose clients are not called (RFC 7118).
 */
export function keepsToItsWay(uri: SipUri, arrived: Flow): boolean {
  if (header.keepsFlow(uri) || /(?:^|\.)invalid\.?$/i.test(uri.host)) return true;
  return isWebSocket(arrived.transport) && isWebSocket(transportOf(uri));
}

/** Who registers with us is there where it registers from, behind whatever NAT: its Contact may be an inside address (RFC 5626 section 5.3). */
function registersHere({ trunk }: Leg): boolean {
  return acceptedRegistrationOf(trunk) !== null;
}

/**
 * Where requests of a dialog go as far as is known at once: to its next hop where that is an address that the leg's network can reach, else the way
 * that the peer's own messages came. Of a name it is noted that it is to be looked up.
 */
export function flowOfDialog(
  leg: Leg,
  { dialog, arrived }: { readonly dialog: Dialog; readonly arrived: Flow },
  turn: Turn,
): Flow {
  const { remoteTag } = dialog;
  const hop = nextHopOf(dialog);
  const uri = parseSipUri(hop);
  const asked = namedValue(leg.unknownWays, remoteTag)?.asked ?? false;
  dropNamed(leg.unknownWays, remoteTag);
  if (uri === null || keepsToItsWay(uri, arrived) || registersHere(leg)) return arrived;
  const named = transportOf(uri);
  if (parseAddress(uri.host) === null) {
    if (named !== undefined) setNamed(leg.unknownWays, remoteTag, { hop, asked });
    return arrived;
  }
  const transport = named === undefined ? arrived.transport : (named ?? "udp");
  // A stream that stands is used as it is: its far end need not be a port that listens.
  if (transport !== "udp" && arrived.transport === transport && uri.host === arrived.remoteAddress) return arrived;
  const flow = flowTo(turn.world.border, arrived.network, { address: uri.host, port: uri.port, transport });
  return flow === null ? arrived : towardsPeer(flow, leg.trunk, uri.host);
}

/** Whether what is to be sent in a dialog has to wait, since its next hop is a name: then that is being looked up from now on. */
export function isWayUnknown(leg: Leg, remoteTag: string, turn: Turn): boolean {
  const way = namedValue(leg.unknownWays, remoteTag);
  if (way === undefined) return false;
  if (!way.asked) ask(leg, { remoteTag, way, turn });
  return true;
}

function ask(leg: Leg, question: { readonly remoteTag: string; readonly way: UnknownWay; readonly turn: Turn }): void {
  const { remoteTag, way, turn } = question;
  const { localTag, place } = leg;
  const uri = parseSipUri(way.hop);
  invariant(uri !== null, "a next hop that is a name was read as one");
  setNamed(leg.unknownWays, remoteTag, { hop: way.hop, asked: true });
  const purpose = { kind: "way", leg: localTag, attempt: place.attempt, remoteTag, hop: way.hop } as const;
  askResolver(turn, { call: place.call, purpose }, queryOf(uri, leg, turn));
}

function queryOf(uri: SipUri, { network, flow }: Leg, turn: Turn): LocateQuery {
  const { host, port, scheme } = uri;
  // What came encrypted is not answered in the clear for want of a word.
  const secure = scheme === "sips" || flow.transport === "tls" || flow.transport === "wss";
  const transport = transportOf(uri) ?? null;
  const encrypted = transport === null ? secure : scheme === "sips";
  return { host, port, transport, secure: encrypted, reach: reachOf(turn.world.border, network) };
}

/**
 * The resolver has answered for a dialog of the leg; null for no place. False when its next hop is another name by now, and is asked about: then what
 * waits goes on waiting.
 */
export function settleWay(
  leg: Leg,
  answer: { readonly remoteTag: string; readonly hop: string; readonly places: readonly ServerPlace[] },
  turn: Turn,
): boolean {
  const { remoteTag, hop, places } = answer;
  const way = namedValue(leg.unknownWays, remoteTag);
  if (way === undefined) return true;
  if (way.hop !== hop) {
    ask(leg, { remoteTag, way, turn });
    return false;
  }
  dropNamed(leg.unknownWays, remoteTag);
  const early = namedValue(leg.earlyDialogs, remoteTag);
  if (leg.dialog?.remoteTag === remoteTag) leg.flow = flowAmong(leg, { hop, places, arrived: leg.flow }, turn);
  if (early !== undefined) early.flow = flowAmong(leg, { hop, places, arrived: early.flow }, turn);
  return true;
}

/** The server that the peer's messages came from, where it is one of them: it knows the dialog. Else the first that has not failed. */
function flowAmong(
  leg: Leg,
  found: { readonly hop: string; readonly places: readonly ServerPlace[]; readonly arrived: Flow },
  turn: Turn,
): Flow {
  const { hop, places, arrived } = found;
  const { border, destinations } = turn.world;
  const flows = places.flatMap((place) => flowTo(border, leg.network, place) ?? []);
  const same = flows.find(
    ({ transport, remoteAddress }) => transport === arrived.transport && remoteAddress === arrived.remoteAddress,
  );
  if (same !== undefined) return isReliable(arrived) ? arrived : same;
  const { healthy, failed, closed } = sortFlows(destinations, flows, turn.now);
  const [first] = [...healthy, ...failed, ...closed];
  return first === undefined ? arrived : towardsPeer(first, leg.trunk, parseSipUri(hop)?.host ?? "");
}
