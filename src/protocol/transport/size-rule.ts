// A request that a datagram might not carry in one piece goes over a stream (RFC 3261 section 18.1.1).

import type { Flow } from "./flow.ts";

/** For paths whose MTU is not known: an Ethernet frame less what tunnels and responses, which are longer, need. */
const DATAGRAM_LIMIT_BYTES = 1_300;

/** Whether the request is too long for the flow it was written for. Characters are bytes. */
export function outgrowsDatagram(flow: Flow, text: string): boolean {
  return flow.transport === "udp" && text.length > DATAGRAM_LIMIT_BYTES;
}
