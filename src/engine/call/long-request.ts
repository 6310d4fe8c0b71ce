// Requests that are too long for UDP go over TCP, and over UDP after all where TCP is not taken (RFC 3261 section 18.1.1).

import { type Dialog, nextHopOf } from "../../protocol/dialog/index.ts";
import { parameterValue, parseSipUri } from "../../protocol/sip/index.ts";
import { DEFAULT_PORTS, type Flow, outgrowsDatagram, parseAddress } from "../../protocol/transport/index.ts";
import { flowTo } from "../own-addresses.ts";
import { sortFlows } from "../routing/index.ts";
import type { Attempt } from "./call.ts";
import { keepsToItsWay } from "./dialog-way.ts";
import { ownContact } from "./own-contact.ts";
import type { Turn } from "./turn.ts";

/** TCP to the same address and port; null where the network has no TCP listener, or the peer's TCP failed a moment ago. */
function streamBeside({ network, remoteAddress, remotePort }: Flow, turn: Turn): Flow | null {
  const { border, destinations } = turn.world;
  const flow = flowTo(border, network, { address: remoteAddress, port: remotePort, transport: "tcp" });
  return flow === null || sortFlows(destinations, [flow], turn.now).healthy.length === 0 ? null : flow;
}

/**
 * Turns the attempt to TCP at the same address and port, with UDP as its next place; the INVITE must then be written anew. False when it stays:
 * it is short, the target's URI says udp, it is a contact that has its one way, or there is no TCP.
 */
export function turnToStream(attempt: Attempt, text: string, turn: Turn): boolean {
  const { leg, target, bound } = attempt;
  if (leg === null || bound !== null || target.transport !== null || leg.flow === attempt.datagramFlow) return false;
  if (!outgrowsDatagram(leg.flow, text)) return false;
  const flow = streamBeside(leg.flow, turn);
  if (flow === null) return false;
  attempt.datagramFlow = leg.flow;
  attempt.flows = [leg.flow, ...attempt.flows];
  attempt.leg = { ...leg, flow, contact: ownContact(leg.trunk, flow, turn) };
  return true;
}

/** It was answered over TCP, if only by a refusal: UDP leads to the same server. */
export function forgetDatagramFlow(attempt: Attempt): void {
  attempt.flows = attempt.flows.filter((flow) => flow !== attempt.datagramFlow);
}

/**
 * TCP for a request inside a dialog, which must then be written anew. Null when it stays with UDP: as above, or the peer is reached where its messages
 * came from and not where its Contact or Route says, so that nobody may listen there.
 */
export function streamInDialog(
  dialog: Dialog,
  request: { readonly flow: Flow; readonly text: string },
  turn: Turn,
): Flow | null {
  const { flow, text } = request;
  if (!outgrowsDatagram(flow, text)) return null;
  const hop = parseSipUri(nextHopOf(dialog));
  if (hop === null || keepsToItsWay(hop, flow) || parameterValue(hop.parameters, "transport") !== undefined)
    return null;
  const { host, port } = hop;
  const elsewhere = host !== flow.remoteAddress || (port ?? DEFAULT_PORTS.udp) !== flow.remotePort;
  if (parseAddress(host) !== null && elsewhere) return null;
  return streamBeside(flow, turn);
}
