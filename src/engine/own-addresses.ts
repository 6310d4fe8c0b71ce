// Our own addresses as peers are told them, and from which of our listeners a peer is reached.

import type { Configuration, Listener, Trunk } from "../model/index.ts";
import { formatHostPort } from "../protocol/sip/index.ts";
import {
  DEFAULT_PORTS,
  type Flow,
  OVERLOAD_OFFER,
  type Reach,
  type TransportName,
} from "../protocol/transport/index.ts";

/** What knows our networks. */
export interface Own {
  readonly configuration: Pick<Configuration, "networks" | "node">;
}

export interface Destination {
  /** An IP literal without brackets. */
  readonly address: string;
  readonly port: number | null;
  readonly transport: TransportName | null;
}

function listenerFor(listeners: readonly Listener[], destination: Destination): Listener | undefined {
  const family = destination.address.includes(":");
  const fits = (listener: Listener): boolean => listener.address.includes(":") === family;
  if (destination.transport !== null) {
    return listeners.find((listener) => fits(listener) && listener.transport === destination.transport);
  }
  return listeners.find((listener) => fits(listener) && listener.transport === "udp") ?? listeners.find(fits);
}

/** What a network has listeners for, in the order of its configuration. */
export function reachOf(own: Own, network: string): Reach[] {
  const listeners = own.configuration.networks[network]?.listen ?? [];
  return listeners.map(({ transport, address }) => ({ transport, family: address.includes(":") ? 6 : 4 }));
}

/** How a network reaches a destination; null when it has no listener of that transport and address family. */
export function flowTo(own: Own, network: string, destination: Destination): Flow | null {
  const listeners = own.configuration.networks[network]?.listen ?? [];
  const listener = listenerFor(listeners, destination);
  if (listener === undefined) return null;
  return {
    network,
    transport: listener.transport,
    localAddress: listener.address,
    localPort: listener.port,
    remoteAddress: destination.address,
    remotePort: destination.port ?? DEFAULT_PORTS[listener.transport],
  };
}

/** The host that peers of a flow's network are told: the advertised address, or the listener's own. */
export function hostTowards(own: Own, flow: Flow): string {
  return own.configuration.networks[flow.network]?.advertise ?? flow.localAddress;
}

/** `host:port` of ours as the peers of this flow are told it. */
export function hostPortTowards(own: Own, flow: Flow): string {
  return formatHostPort(hostTowards(own, flow), flow.localPort);
}

/** Our Contact URI towards the peers of this flow. */
export function contactTowards(own: Own, flow: Flow): string {
  const parameter = flow.transport === "udp" ? "" : `;transport=${flow.transport}`;
  return `sip:${hostPortTowards(own, flow)}${parameter}`;
}

/**
 * A Via value of ours for a request to a trunk. Over TLS the peer may send its requests on the same connection (RFC 5923 section 5). Every request
 * offers overload control, where one does (RFC 7339 section 4.1).
 */
export function viaTowards(
  own: Own,
  to: { readonly trunk: Trunk; readonly flow: Flow; readonly branch: string },
): string {
  const { trunk, flow, branch } = to;
  const alias = flow.transport === "tls" ? ";alias" : "";
  const offer = trunk.signaling.overloadControl ? OVERLOAD_OFFER : "";
  return `SIP/2.0/${flow.transport.toUpperCase()} ${hostPortTowards(own, flow)};rport;branch=${branch}${alias}${offer}`;
}
