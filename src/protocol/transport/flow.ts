// A flow: one pair of socket addresses over one transport, seen from our side of it.

import type { CertificateNames } from "./certificate-names.ts";

export type TransportName = "udp" | "tcp" | "tls" | "ws" | "wss";

/** Where a URI without a port leads (RFC 3261 section 19.1.2, RFC 7118 section 5.3 with RFC 6455 section 3). */
export const DEFAULT_PORTS: Readonly<Record<TransportName, number>> = {
  udp: 5060,
  tcp: 5060,
  tls: 5061,
  ws: 80,
  wss: 443,
};

/** Whom a connection over tls or wss must lead to, where it is we who open it. */
export interface SecurePeer {
  /** The name that the peer's certificate must bear (RFC 5922 section 7.3): a domain, or an IP literal without brackets. */
  readonly name: string;
  /** Whether `*.example.com` in the certificate covers one label. RFC 5922 section 7.2 says no; some providers live by it. */
  readonly wildcard: boolean;
  /** The name of our certificate that is shown; null for the listener's own. */
  readonly certificate: string | null;
}

/** Whether two lead to one place the same way: of streams, over one connection. */
export function leadsTheSameWay(one: Flow, other: Flow): boolean {
  return (
    one.network === other.network &&
    one.transport === other.transport &&
    one.remoteAddress === other.remoteAddress &&
    one.remotePort === other.remotePort
  );
}

/** What the peer at the other end has proved by its certificate, which an authority that we believe vouches for. */
export interface Proof extends CertificateNames {
  /** The certificate's SHA-256, which tells it from any other. */
  readonly fingerprint: string;
}

/** Where a message came from, and so where an answer to it can go. Addresses are IP literals, IPv6 without brackets. */
export interface Flow {
  /** The name of the network (the side of the border) whose listener this is. */
  readonly network: string;
  readonly transport: TransportName;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Without it, over tls and wss, nothing is sent but on a connection that stands. */
  readonly peer?: SecurePeer;
  /** Of messages that came over a connection whose peer has shown a certificate, for as long as that is good. What goes out needs none. */
  readonly proof?: Proof;
}

/** Whether both go to the same place by the same transport, from wherever. */
export function hasSameRemote(one: Flow, other: Flow): boolean {
  return (
    one.remoteAddress === other.remoteAddress &&
    one.remotePort === other.remotePort &&
    one.transport === other.transport
  );
}
