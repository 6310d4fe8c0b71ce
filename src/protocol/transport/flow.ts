// A flow: one pair of socket addresses over one transport, seen from our side of it.

export type TransportName = "udp" | "tcp" | "tls" | "ws" | "wss";

/** Where a message came from, and so where an answer to it can go. Addresses are IP literals, IPv6 without brackets. */
export interface Flow {
  /** The name of the network (the side of the border) whose listener this is. */
  readonly network: string;
  readonly transport: TransportName;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}
