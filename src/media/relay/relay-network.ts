// A side of the border as the relay needs it.

import type { LearnPolicy } from "./aim-message.ts";
import type { NetworkMessage } from "./relay-message.ts";

export interface RelayNetwork {
  /** The IP literal that sockets are bound to. */
  readonly address: string;
  /** RTP takes the even ports of this range and RTCP the odd one above each (RFC 3550 section 11). */
  readonly portFrom: number;
  readonly portTo: number;
  /** Behind NAT: the address peers are told instead. */
  readonly advertise: string | null;
  /** Default `same-address`: a peer behind NAT may send from another port than it says. */
  readonly learn?: LearnPolicy;
  /** Whether several sources (SSRCs) of one peer may speak at once. Default `one`: another is let in when the last fell silent. */
  readonly sources?: "one" | "many";
  /** Whether peers are offered RTCP on the port of RTP (RFC 5761). Default `accept`: only those that offer it have it. */
  readonly rtcpMux?: "accept" | "offer";
  /** Whether the kernel may pass its streams on where it can. Default `auto`: it may. */
  readonly path?: "auto" | "user-space";
  /** Differentiated services code point of what is sent (RFC 2474), 0 to 63; 46 is what voice uses. Default: none is set. */
  readonly dscp?: number;
}

export type RelayNetworks = Readonly<Record<string, RelayNetwork>>;

export function networkMessages(networks: RelayNetworks): NetworkMessage[] {
  return Object.entries(networks).map(([name, { address, portFrom, portTo, dscp = -1, path = "auto" }]) => {
    return { name, address, portFrom, portTo, dscp, kernel: path === "auto" };
  });
}
