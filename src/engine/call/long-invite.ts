// An INVITE that is too long for UDP goes over TCP, and over UDP after all where TCP is not taken (RFC 3261 section 18.1.1).

import { outgrowsDatagram } from "../../protocol/transport/index.ts";
import { sortFlows } from "../routing/index.ts";
import { contactTowards, flowTo } from "./border.ts";
import type { Attempt } from "./call.ts";
import type { Turn } from "./turn.ts";

/**
 * Turns the attempt to TCP at the same address and port, with UDP as its next place; the INVITE must then be written anew. False when it stays:
 * the target's URI says udp, the network has no TCP listener, or the peer's TCP failed a moment ago.
 */
export function turnToStream(attempt: Attempt, text: string, turn: Turn): boolean {
  const { leg, target, trunk } = attempt;
  if (leg === null || target.transport !== null || leg.flow === attempt.datagramFlow) return false;
  if (!outgrowsDatagram(leg.flow, text)) return false;
  const { border, destinations } = turn.world;
  const place = { address: leg.flow.remoteAddress, port: leg.flow.remotePort, transport: "tcp" } as const;
  const flow = flowTo(border, trunk.network, place);
  if (flow === null || sortFlows(destinations, [flow], turn.now).healthy.length === 0) return false;
  attempt.datagramFlow = leg.flow;
  attempt.flows = [leg.flow, ...attempt.flows];
  attempt.leg = { ...leg, flow, contact: contactTowards(border, flow) };
  return true;
}

/** It was answered over TCP, if only by a refusal: UDP leads to the same server. */
export function forgetDatagramFlow(attempt: Attempt): void {
  attempt.flows = attempt.flows.filter((flow) => flow !== attempt.datagramFlow);
}
